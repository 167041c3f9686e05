"""What an installation is: its project, its own id, and the engine that it was made on."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.model.errors import PartywallError, Place, Refused
from partywall.system.decoding import decode
from partywall.system.files import corrupted, read_bytes, write_atomically

VERSION = 1


class EngineMark(msgspec.Struct, frozen=True):
    """An engine by name and by what tells it from another of the same name."""

    name: str
    identity: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What `<home>/state.json` holds."""

    version: int = VERSION
    project: str
    project_id: str
    """Random and for ever: what is labelled with it belongs to this installation."""
    engine: EngineMark
    folder: str = ""
    """Where the project was when it was last changed; empty in what an older version wrote."""


def path_of(home: Path) -> Path:
    """Where the state of an installation is."""
    return home / "state.json"


def read(home: Path) -> State | None:
    """The state, or None when nothing was ever made here.

    Raises:
        MachineFailed: when it is damaged or cannot be read.
        Refused: when a newer Partywall wrote it.
    """
    path = path_of(home)
    data = read_bytes(path)
    if data is None:
        return None
    refuse_newer(data, VERSION, path)
    try:
        return decode(data, State)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error


def check(state: State, project: str, engine: EngineMark, where: Path) -> None:
    """Refuse to work on an installation that is another's.

    Raises:
        Refused: when the project or the engine is not the recorded one.
    """
    place = Place(str(where))
    if state.project != project:
        raise Refused(
            f"this installation belongs to the project {state.project}, not {project}",
            where=place,
            remedy=f"set `name: {state.project}` again, or `partywall destroy` it first",
        )
    if state.engine != engine:
        raise Refused(
            f"this installation was made on the engine {_words(state.engine)}, "
            f"and {_words(engine)} answers",
            where=place,
            remedy="choose the recorded engine again, or `partywall destroy` there first",
        )


def check_place(state: State, home: Path) -> None:
    """Refuse to work with a copy: what it calls its own is the original's.

    A folder that was moved is not one: nothing is left where it was.

    Raises:
        Refused: when the original is still where it was recorded.
    """
    if not state.folder or _same(Path(state.folder), home.parent):
        return
    original = Path(state.folder) / home.name
    found = _quietly(original)
    if found is not None and found.project_id == state.project_id:
        raise Refused(
            f"this folder is a copy of {state.folder}: what stands belongs to that one",
            where=Place(str(path_of(home))),
            remedy=f"work there, or remove {home.name} here to make an installation of its own",
        )


def claim(home: Path, project: str, engine: EngineMark, project_id: str = "") -> State:
    """The state of this installation; recorded now, with this id, when nothing was made before.

    Raises:
        Refused: when it belongs to another project, engine or folder.
        MachineFailed: when it cannot be read or written.
    """
    found = read(home)
    if found is None:
        found = State(project=project, project_id=project_id or secrets.token_hex(8), engine=engine)
    else:
        check(found, project, engine, path_of(home))
        check_place(found, home)
    state = msgspec.structs.replace(found, folder=str(home.parent))
    data = msgspec.json.format(msgspec.json.encode(state)) + b"\n"
    if read_bytes(path_of(home)) != data:
        write_atomically(path_of(home), data)
    return state


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _quietly(home: Path) -> State | None:
    """The state elsewhere, None when it cannot be said."""
    try:
        return read(home)
    except PartywallError:
        return None


def _words(engine: EngineMark) -> str:
    return f"{engine.name} ({engine.identity})"
