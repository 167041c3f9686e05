"""The ways in which tests break a wall on purpose, read from the marks of those tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parents[1]
PAGE = TESTS / "scenarios" / "README.md"
_HEAD = """\
<!-- Made by `make docs` from the marks of the tests; do not edit. -->

# Walls that are broken on purpose

Each line is a wall of an installation with real servers, broken in one way; the test named breaks
it and sees `partywall prove` say `crossed`. Whole walls are seen to hold beside them, in
`test_probes.py`, `test_docker_prove.py`, `test_broken_shares.py` and `test_browser.py`.

A test says so with `@pytest.mark.sabotage("<wall>", "<what is broken>")`, once for each way.

| wall | what is broken | test |
|---|---|---|
"""


class Sabotage(NamedTuple):
    """One way to break one wall."""

    wall: str
    what: str
    file: str
    test: str
    sees: bool
    """Whether the test looks for `crossed`."""


def found() -> list[Sabotage]:
    """All of them, by wall."""
    return sorted(one for path in sorted(TESTS.rglob("test_*.py")) for one in _of(path))


def page() -> str:
    """The table of them."""
    every = found()
    rows = [f"| `{one.wall}` | {one.what} | `{one.file}`: `{one.test}` |\n" for one in every]
    return f"{_HEAD}{''.join(rows)}"


def _of(path: Path) -> Iterator[Sabotage]:
    text = path.read_text()
    if "mark.sabotage" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        sees = any("crossed" in part.lower() for line in node.body for part in _words(line))
        for decorator in node.decorator_list:
            for call in ast.walk(decorator):
                if _is_mark(call):
                    wall, what = (ast.literal_eval(one) for one in call.args)
                    yield Sabotage(wall, what, path.name, node.name, sees)


def _is_mark(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "sabotage"
    )


def _words(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
