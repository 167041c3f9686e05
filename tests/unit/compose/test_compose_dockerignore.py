"""What .dockerignore keeps out, as Docker understands it."""

import pytest

from partywall.compose.dockerignore import Ignored, of_context


@pytest.mark.parametrize(
    ("lines", "out", "kept"),
    [
        ("docs", ["docs", "docs/a/b"], ["src/docs", "docs2"]),
        ("/docs/", ["docs/a"], ["src/docs"]),
        ("./docs", ["docs/a"], ["src/docs"]),
        ("*.md", ["a.md"], ["docs/a.md"]),
        ("**/*.md", ["a.md", "docs/deep/a.md"], ["a.mdx"]),
        ("docs/**", ["docs/a", "docs/a/b"], ["src"]),
        ("**/temp*", ["temp", "a/temp1/b"], ["attempt"]),
        ("*/temp*", ["a/temp1"], ["temp", "a/b/temp"]),
        ("temp?", ["temp1"], ["temp", "temp12", "temp/"]),
        ("[ab].txt", ["a.txt"], ["c.txt"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("*\n!src", ["a", "docs/a"], ["src", "src/a"]),
        ("*.md\n!README.md", ["a.md"], ["README.md"]),
        ("!README.md\n*.md", ["README.md"], ["a"]),
        ("# docs\n\n  \n[z-a]", [], ["docs", "a"]),
        ("", [], ["a"]),
    ],
)
def test_patterns(lines, out, kept):
    ignored = Ignored(lines.splitlines())
    assert [path for path in out if path not in ignored] == []
    assert [path for path in kept if path in ignored] == []


def test_without_a_file_nothing_is_ignored(tmp_path):
    assert "a" not in of_context(tmp_path)
    (tmp_path / ".dockerignore").write_bytes(b"\xff\n")
    assert "a" not in of_context(tmp_path)
