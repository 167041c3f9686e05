"""Definitions added to files; nothing else in them is touched."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from partywall.cli.render.flags_text import created_document, created_text
from partywall.cli.render.style import Style
from partywall.compose import settings as compose_settings
from partywall.flags import definitions
from partywall.model.errors import BadInput
from partywall.workflows.flags.creating import (
    Wanted,
    _in_json,
    _in_yaml,
    create,
    planned,
    variants,
)
from partywall.workflows.project import Project

WANTED = Wanted(key="new", variants={"on": True, "off": False}, default="off", owner="anna")


def test_the_first_flag_makes_the_file() -> None:
    made = _in_yaml(b"", WANTED, "flags/common.yaml")
    flag = definitions.read(made, "x").flags["new"]
    assert (flag.default, flag.owner, dict(flag.variants)) == (
        "off",
        "anna",
        {"on": True, "off": False},
    )


def test_what_is_there_stays_letter_by_letter() -> None:
    there = b"# ours\nflags:   # all\n  a: {variants: {x: 1}}  # one\n"
    made = _in_yaml(there, WANTED, "x")
    assert made.startswith(there)
    assert list(definitions.read(made, "x").flags) == ["a", "new"]
    assert made == _in_yaml(there.rstrip(b"\n"), WANTED, "x")


@pytest.mark.parametrize(
    "there", [b"flags: {a: {variants: {x: 1}}}\n", b"flags:\nmetadata: {}\n", b"flags:\n  {}\n"]
)
def test_where_it_cannot_be_added_it_is_shown(there: bytes) -> None:
    with pytest.raises(BadInput, match="last part") as caught:
        _in_yaml(there, WANTED, "x")
    assert "  new:" in caught.value.detail


def test_json_stays_json() -> None:
    made = _in_json(b'{"flags": {"a": {"variants": {"x": 1}}}}', WANTED, "x.json")
    assert list(definitions.read(made, "x.json").flags) == ["a", "new"]
    for nothing in (b"", b"\xef\xbb\xbf", b"{}", b'{"flags": null}'):
        made = _in_json(nothing, WANTED, "x.json")
        assert list(definitions.read(made, "x.json").flags) == ["new"]


@pytest.mark.parametrize(
    ("there", "line"),
    [
        (b'{"flags": {},\n}', 2),
        (b'{"flags":\n // ours\n {}}', 2),
        (b"[1]", None),
        (b'{"flags": [1]}', None),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(there: bytes, line: int | None) -> None:
    with pytest.raises(BadInput) as caught:
        _in_json(there, WANTED, "x.json")
    assert str(caught.value.where) == (f"x.json:{line}" if line else "x.json")
    assert caught.value.remedy


@pytest.mark.parametrize("indent", ["    ", "\t", " "])
def test_json_is_indented_as_it_was(indent: str) -> None:
    there = json.dumps({"flags": {"a": {"variants": {"x": 1}}}}, indent=indent)
    made = _in_json(f"\ufeff{there}".encode(), WANTED, "x.json").decode()
    assert made.startswith(there.rstrip("}\n\t "))
    assert f'\n{indent * 2}"new": {{\n{indent * 3}"state"' in made


@pytest.mark.parametrize("indent", ["    ", " ", "   "])
def test_yaml_is_indented_as_it_was(indent: str) -> None:
    there = f"\ufeffflags:\n\n# all\n  # one\n{indent}a:\n{indent}  variants: {{x: 1}}\n"
    made = _in_yaml(there.encode(), WANTED, "x")
    assert made.startswith(there.encode())
    assert list(definitions.read(made, "x").flags) == ["a", "new"]
    assert f"\n{indent}new:\n{indent * 2}variants:\n{indent * 3}" in made.decode()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: web}}\n")
    (tmp_path / "flags").mkdir()
    return Project(compose_settings.load(tmp_path), None)


def wanted(key: str, environment: str = "", **values: object) -> Wanted:
    return Wanted(key=key, variants=values, default=next(iter(values)), environment=environment)


def test_what_would_break_an_environment_is_not_written(project: Project) -> None:
    create(project, wanted("x", on=True, off=False))
    with pytest.raises(BadInput, match=r"`x` is number here and boolean in .*common\.yaml:3"):
        create(project, wanted("x", "dev", a=1))
    assert [path.name for path in project.folder.joinpath("flags").iterdir()] == ["common.yaml"]
    create(project, wanted("x", "dev", on=True))
    with pytest.raises(BadInput, match="there is a flag `x`"):
        create(project, wanted("x", a=1))


def test_a_value_that_yaml_would_read_as_another_is_refused(project: Project) -> None:
    for number in (1e22, 1_234_567_890_123_456_789):
        with pytest.raises(BadInput, match="would be read as"):
            create(project, wanted("x", a=number))
    (project.folder / "flags" / "common.json").write_text("{}")
    assert create(project, wanted("x", a=1e22)).flag.variants == {"a": 1e22}


def test_of_many_at_once_none_is_lost(project: Project) -> None:
    keys = [f"f{number}" for number in range(12)]
    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(lambda key: create(project, wanted(key, on=True)), keys))
    assert sorted(definitions.load(project.folder, "dev").flags) == sorted(keys)


def test_what_would_be_written_is_shown_and_nothing_is(project: Project) -> None:
    path = project.folder / "flags" / "dev.yaml"
    path.write_text("flags:\n    a: {variants: {x: 1}}\n")
    before = path.read_bytes()
    made = planned(project, wanted("new", "dev", on=True, off=False))
    assert created_text(made, Style(), would=True).splitlines() == [
        f"would be written to {path}:",
        "@@ -1,2 +1,7 @@",
        " flags:",
        "     a: {variants: {x: 1}}",
        "+    new:",
        "+        variants:",
        '+            "on": true',
        '+            "off": false',
        '+        defaultVariant: "on"',
    ]
    document = created_document(made, would=True)
    assert (document["dry_run"], document["line"]) == (True, 3)
    assert path.read_bytes() == before
    assert not project.home.exists()
    assert create(project, wanted("new", "dev", on=True, off=False)) == made
    assert path.read_bytes() == made.after
    assert created_text(made, Style()).startswith(f"new is defined in {path}:3; ")


def test_values_are_what_they_look_like_and_of_one_type() -> None:
    assert variants(()) == {"on": True, "off": False}
    assert variants(("s=10", "l=50")) == {"s": 10, "l": 50}
    assert variants(("a=x", "b=1")) == {"a": "x", "b": "1"}
    assert variants(('a={"c": 1}',)) == {"a": {"c": 1}}
    for wrong in ("a", f"a={'[' * 5000}"):
        with pytest.raises(BadInput):
            variants((wrong,))
