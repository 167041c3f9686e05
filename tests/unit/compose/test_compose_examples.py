"""A missing env file with an example beside it is a copy and a few values away."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.compose.examples import remedy


@pytest.mark.parametrize(
    ("name", "example"),
    [
        (".env", ".env.example"),
        (".env", ".env.sample"),
        (".env", "env.example"),
        (".env", "example.env"),
        ("web.env", "web.env.dist"),
        ("web.env", "example.web.env"),
        (".env.web", ".env.web.template"),
    ],
)
def test_the_customary_names_of_examples(tmp_path: Path, name: str, example: str) -> None:
    (tmp_path / example).write_text(
        "PORT=80\nAPI_TOKEN=abcdefgh\nSITE=\nMAIL=your@mail.org # yours\nMODE=production\n"
    )
    said = remedy(tmp_path / name)
    assert said == f"copy {example} to {name} in {tmp_path} and fill in API_TOKEN, SITE, MAIL"


def test_an_example_without_anything_to_fill_in_or_to_read(tmp_path: Path) -> None:
    for text in ("PORT=80\n", "? what\n"):
        (tmp_path / ".env.example").write_text(text)
        assert remedy(tmp_path / ".env").endswith(f"to .env in {tmp_path} and look through it")


def test_without_an_example(tmp_path: Path) -> None:
    (tmp_path / "other.env.example").write_text("A=\n")
    assert remedy(tmp_path / ".env") == f"write {tmp_path}/.env, or say `required: false` there"
