"""What a later version may add without a change to what earlier ones made, and what it may not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from installations import kept
from partywall.engines.embedded.supervise.program import load
from partywall.execution.records import Records
from partywall.model import world
from partywall.model.app import Mount
from partywall.model.world import Entry, Instance, Volume, fingerprint


class LaterMount(Mount, frozen=True, kw_only=True, omit_defaults=True):
    """A mount as a later version may describe it."""

    propagation: str = ""


class LaterInstance(Instance, frozen=True, kw_only=True, tag="instance"):
    """An instance as a later version may describe it."""

    mounts: tuple[LaterMount, ...] = ()
    devices: tuple[str, ...] = ()
    annotations: dict[str, str] = {}


class LaterVolume(Volume, frozen=True, kw_only=True, tag="volume"):
    """A volume as a later version may describe it."""

    size_bytes: int | None = None


@pytest.fixture(params=kept.names())
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    kept.unpack(request.param, tmp_path / "kept")
    return tmp_path / "kept" / kept.HOME


def labels(home: Path) -> dict[str, str]:
    """Each instance's description, as its program carries it → its fingerprint."""
    programs = [load(path.parent) for path in sorted(home.glob("run/*/*/program.json"))]
    return {one.labels["thing"]: one.labels["fingerprint"] for one in programs if one}


def check(home: Path) -> None:
    """That every kept fingerprint is what this version computes."""
    for text, known in labels(home).items():
        assert fingerprint(msgspec.json.decode(text, type=Instance)) == known
    for entry in Records(home).read_all().values():
        assert fingerprint(entry.thing) == entry.fingerprint


def volumes(home: Path) -> list[Entry]:
    every = Records(home).read_all().values()
    return [entry for entry in every if isinstance(entry.thing, Volume)]


def test_the_rule_is_the_one_they_were_made_by(folder):
    assert len(labels(folder)) > 10
    assert volumes(folder)
    check(folder)


def test_a_field_with_a_default_may_be_added_anywhere(folder):
    for text, known in labels(folder).items():
        later = msgspec.json.decode(text, type=LaterInstance)
        assert (later.devices, later.annotations) == ((), {})
        assert fingerprint(later) == known
    for entry in volumes(folder):
        later = msgspec.convert(msgspec.to_builtins(entry.thing), LaterVolume)
        assert fingerprint(later) == entry.fingerprint


def test_a_value_in_such_a_field_is_a_change(folder):
    for text, known in labels(folder).items():
        later = msgspec.json.decode(text, type=LaterInstance)
        assert fingerprint(msgspec.structs.replace(later, devices=("/dev/kvm",))) != known


@pytest.mark.parametrize(
    "rule",
    [
        lambda thing: msgspec.to_builtins(msgspec.structs.replace(thing, needs=())) | {"v": 2},
        lambda thing: {name: getattr(thing, name) for name in thing.__struct_fields__},
        lambda thing: {"key": thing.key},
    ],
    ids=["something more counts", "defaults count", "less counts"],
)
def test_another_rule_is_noticed(folder, monkeypatch, rule):
    """Such a rule needs a new FINGERPRINT version; without one every thing would look changed."""
    monkeypatch.setattr(world, "_described", rule)
    with pytest.raises(AssertionError):
        check(folder)


def test_another_encoding_is_noticed(folder, monkeypatch):
    class Digest:
        def __init__(self, text: bytes) -> None:
            self.text = text

        def hexdigest(self) -> str:
            return self.text.hex()

    monkeypatch.setattr(world.hashlib, "sha256", Digest)
    with pytest.raises(AssertionError):
        check(folder)


def test_nothing_kept_tells_where_it_was_made(folder):
    """Nor does anything in it depend on where it is laid out."""
    for name in kept.names():
        for path in (kept.FOLDER / name).rglob("*"):
            text = path.read_text() if path.is_file() else ""
            assert "/tmp/" not in text, path
            assert "/home/" not in text, path
            assert "/root/" not in text, path


def test_each_is_small():
    for name in kept.names():
        files = [path for path in (kept.FOLDER / name).rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) < 300_000
