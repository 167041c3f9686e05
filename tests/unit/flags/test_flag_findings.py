"""Findings about flags as people and scripts see them, and which base a change is compared with."""

from __future__ import annotations

from pathlib import Path

from partywall.cli.render.flags_stale_text import (
    check_document,
    check_text,
    stale_document,
    stale_text,
)
from partywall.cli.render.style import Style
from partywall.flags.definitions import read
from partywall.flags.migrations import Caution
from partywall.flags.stale import Finding, Kind
from partywall.model.errors import BadInput, MachineFailed, Place
from partywall.workflows.flags.checking import Checked, _named, expiring
from partywall.workflows.flags.staleness import Stale, shown

ONE = Finding(
    kind=Kind.EXPIRED,
    flag="cart",
    place=Place("flags/common.yaml", 3),
    says="the flag cart (flags/common.yaml:3): it was to be gone",
    remedy="delete it here",
)
CAUTION = Caution(
    flags=("cart",),
    behind=("shop.py",),
    migrations=("migrations/1.sql",),
    says="this change is behind the flag cart and contains a migration",
    remedy="rehearse it",
)


def test_a_finding_is_a_sentence_and_what_to_do() -> None:
    assert stale_text(Stale(flags=2, findings=(ONE,)), Style()).splitlines() == [
        "? expired  the flag cart (flags/common.yaml:3): it was to be gone",
        "  → delete it here",
        "",
        "1 finding, 2 flags are defined",
    ]


def test_nothing_is_said_in_one_line() -> None:
    said = "✓ 1 flag is defined, and none has had its time"
    assert stale_text(Stale(flags=1, findings=()), Style()) == said
    nothing = Checked(flags=0, errors=(), warnings=())
    assert check_text(nothing, Style()) == "✓ 0 flags are defined, and nothing is wrong"
    assert not nothing.warned


def test_errors_come_before_warnings() -> None:
    found = Checked(flags=1, errors=(ONE,), warnings=(ONE,), caution=CAUTION, base="main")
    lines = check_text(found, Style()).splitlines()
    assert [line[0] for line in lines[:-2:2]] == ["✗", "?", "?"]
    assert lines[4].endswith("contains a migration (since main)")
    assert lines[-1] == "1 error, 2 warnings, 1 flag is defined"
    assert found.warned


def test_documents_have_places_apart() -> None:
    (one,) = stale_document(Stale(flags=1, findings=(ONE,), notes=("n",)))["findings"]
    assert one == {
        "kind": "expired",
        "flag": "cart",
        "file": "flags/common.yaml",
        "line": 3,
        "says": ONE.says,
        "remedy": ONE.remedy,
    }
    found = check_document(Checked(flags=1, errors=(ONE,), warnings=(), caution=CAUTION))
    assert found["errors"] == [one]
    assert (*found["migration"]["migrations"], found["base"]) == ("migrations/1.sql", None)


def test_places_are_shown_from_the_projects_folder() -> None:
    assert shown(Place("/srv/app/flags/prod.yaml", 3), Path("/srv/app")) == Place(
        "flags/prod.yaml", 3
    )
    assert shown(Place("/elsewhere/x", 1), Path("/srv/app")) == Place("/elsewhere/x", 1)


def test_each_definition_is_looked_at_once() -> None:
    common = read(b"flags: {a: {variants: {x: 1}, metadata: {expires: '2026-01-01'}}}", "common")
    own = read(b"flags: {a: {variants: {x: 1}, metadata: {owner: ada}}}", "dev")
    found = expiring([common, common, own])
    assert [(one.place.file, one.expires, one.owner) for one in found] == [
        ("common", "2026-01-01", ""),
        ("dev", "", "ada"),
    ]


def test_a_base_without_git_is_refused_in_its_own_words() -> None:
    other = MachineFailed("git: no")
    assert _named(other, "x") is other
    said = _named(BadInput("this folder is in no git repository, and …"), "x")
    assert said.what == "`--base x` is a revision of git, and this folder is in no repository"
