"""The fragments on disk: what is there, and the last good one where a file is damaged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from partywall.edge.fragment import Fragment, check
from partywall.edge.home import EdgeHome
from partywall.edge.placing import placed
from partywall.model.errors import BadInput, PartywallError
from partywall.system.decoding import decode
from partywall.system.files import failed, read_bytes, write_atomically

Fragments = Mapping[str, Fragment]


def stored(home: EdgeHome) -> dict[str, Fragment]:
    """Every fragment by name.

    A damaged file counts as what it last was in force. Files that claim the same address, which
    only an editor can have written, all do: nobody's route hangs on another one's file.
    """
    paths = sorted(home.fragments.glob("[!.]*.json"))
    found = {path.stem: _read(path) for path in paths}
    sound = {name: fragment for name, fragment in found.items() if fragment is not None}
    if len(sound) == len(found) and _agree(home, sound):
        return sound
    good = {name: one for name, one in in_force(home).items() if name in found}
    filled = good | sound
    return filled if _agree(home, filled) else good


def _agree(home: EdgeHome, fragments: Fragments) -> bool:
    try:
        placed(home.settings, fragments.values())
    except PartywallError:
        return False
    return True


def _read(path: Path) -> Fragment | None:
    """One file's fragment; None when it is gone or not what was written."""
    data = read_bytes(path)
    try:
        fragment = decode(data or b"", Fragment)
        check(fragment)
    except (msgspec.DecodeError, UnicodeDecodeError, BadInput):
        return None
    return fragment if fragment.name == path.stem else None


def in_force(home: EdgeHome) -> dict[str, Fragment]:
    """The fragments that the present configuration was made of; empty when that is unknown."""
    try:
        return decode(read_bytes(home.good) or b"{}", dict[str, Fragment])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def write(home: EdgeHome, fragments: Fragments) -> None:
    """Make the folder hold these fragments, touching only files that differ."""
    for path in home.fragments.glob("[!.]*.json"):
        if path.stem not in fragments:
            _unlink(path)
    for name, fragment in fragments.items():
        path = home.fragments / f"{name}.json"
        data = _encode(fragment)
        if read_bytes(path) != data:
            write_atomically(path, data)


def write_in_force(home: EdgeHome, fragments: Fragments) -> None:
    """Remember what the present configuration is made of."""
    data = _encode(dict(fragments))
    if read_bytes(home.good) != data:
        write_atomically(home.good, data)


def _encode(what: Fragment | dict[str, Fragment]) -> bytes:
    text = msgspec.json.encode(what, order="deterministic")
    return msgspec.json.format(text, indent=1) + b"\n"


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise failed(error, "remove", path) from error
