"""Changes of flags: in the history first, and told apart from those that never were."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from partywall.flags.definitions import Defined
from partywall.flags.settings import OFF, ON, Setting, Settings
from partywall.workflows.flags.kept import Change, Kept, history

FLAG = "new_upload_flow"


def change(name: str, former: str, environment: str = "dev") -> Change:
    return Change(
        id=name,
        former=former,
        at=1.0,
        by="anna",
        environment=environment,
        flag=FLAG,
        verb="on",
        before=Setting(),
        after=Setting(mode=ON, variant="on"),
    )


def test_what_never_got_into_the_settings_did_not_take_effect(tmp_path: Path) -> None:
    dev, prod = Kept(tmp_path, "dev"), Kept(tmp_path, "prod")
    dev.make([change("a", "")])
    settings = (dev.folder / "settings.json").read_bytes()
    dev.make([change("b", "a")])
    (dev.folder / "settings.json").write_bytes(settings)  # killed before it was written
    prod.make([change("p", "", "prod")])
    told = [(one.id, took) for one, took in history(tmp_path)]
    assert told == [("a", True), ("b", False), ("p", True)]
    dev.make([change("c", "a")])
    assert [took for _, took in history(tmp_path)] == [True, False, True, True]
    assert dev.settings().change == "c"


def test_the_very_first_change_that_is_killed_never_was(tmp_path: Path) -> None:
    dev = Kept(tmp_path, "dev")
    dev.make([change("a", "")])
    (dev.folder / "settings.json").unlink()
    assert [took for _, took in history(tmp_path)] == [False]
    assert dev.settings() == Settings()


def test_changes_of_an_environment_that_is_gone_are_told_as_they_were(tmp_path: Path) -> None:
    dev = Kept(tmp_path, "dev")
    dev.make([change("a", "")])
    dev.make([change("b", "a")])
    shutil.rmtree(dev.folder)
    assert [took for _, took in history(tmp_path)] == [True, True]


def test_a_torn_line_is_no_change(tmp_path: Path) -> None:
    dev = Kept(tmp_path, "dev")
    dev.make([change("a", "")])
    with (tmp_path / "flags" / "history.jsonl").open("ab") as file:
        file.write(b'{"id": "b", "form')
    dev.make([change("c", "a")])
    assert [one.id for one, _ in history(tmp_path)] == ["a", "c"]


def test_what_one_command_changed_is_whole_or_never_was(tmp_path: Path) -> None:
    dev = Kept(tmp_path, "dev")
    dev.make([change("a", "")])
    settings = (dev.folder / "settings.json").read_bytes()
    both = [
        msgspec.structs.replace(change("b", "a"), flag=flag, after=Setting(mode=OFF))
        for flag in (FLAG, "colour")
    ]
    dev.make(both)
    assert [took for _, took in history(tmp_path)] == [True, True, True]
    assert [*dev.settings().flags] == ["colour", FLAG]
    (dev.folder / "settings.json").write_bytes(settings)  # killed before it was written
    assert [took for _, took in history(tmp_path)] == [True, False, False]
    dev.make([change("c", "a")])
    assert [took for _, took in history(tmp_path)] == [True, False, False, True]


def test_a_damaged_record_of_what_is_served_is_none(tmp_path: Path) -> None:
    dev = Kept(tmp_path, "dev")
    assert dev.defined() is None
    dev.serve(Defined())
    assert dev.defined() == Defined()
    (dev.folder / "defined.json").write_text("{")
    assert dev.defined() is None
    dev.serve(Defined())
    assert dev.defined() == Defined()
