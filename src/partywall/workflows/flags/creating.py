"""`flags create`: a definition added to a file; no other one in it becomes another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from partywall.compose import jsonfile
from partywall.flags import definitions
from partywall.flags.definitions import Flag
from partywall.flags.kinds import Kind, kind_of
from partywall.model.errors import BadInput, Place
from partywall.system.decoding import decode
from partywall.system.filelock import locked
from partywall.system.files import read_bytes, write_atomically
from partywall.workflows.flags import reading
from partywall.workflows.project import Project

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_FIRST_KEY = re.compile(rb"\s*(?:\xef\xbb\xbf)?\{[ \t\r]*\n([ \t]+)\"")
_MARK = "\ufeff"
"""Before a file's text, as some editors write it."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that is to be defined."""

    key: str
    variants: Mapping[str, Any]
    default: str
    owner: str = ""
    expires: str = ""
    says: str = ""
    """What it is for."""
    environment: str = ""
    """Whose file; empty: the one for all."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that is defined, or would be."""

    flag: Flag
    """As it is then read."""
    before: bytes
    """What its file said."""
    after: bytes


def variants(said: tuple[str, ...]) -> dict[str, Any]:
    """Variants as the command line says them: `name=value`, values in JSON or as text.

    Raises:
        BadInput: when one is of another form.
    """
    if not said:
        return {"on": True, "off": False}
    made: dict[str, Any] = {}
    for one in said:
        name, equals, value = one.partition("=")
        if not (equals and name.strip()):
            raise BadInput(
                f"`--variant {one}` is of another form",
                remedy="write for example --variant red=f00",
            )
        made[name.strip()] = _value(value)
    kinds = {kind_of(value) for value in made.values()}
    if len(kinds) > 1 and Kind.STRING in kinds:  # `a=1 b=x` are texts
        return {one.partition("=")[0].strip(): one.partition("=")[2] for one in said}
    return made


def create(project: Project, wanted: Wanted) -> Made:
    """Write a definition to its file, alone among those that do.

    Raises:
        BadInput: when it cannot be so, or there is one of that name.
        MachineFailed: when the file cannot be written.
    """
    # Not the folder of flags, which may have to be made: nothing is for what is then refused.
    with locked(project.folder, "the files of flags"):
        made = planned(project, wanted)
        write_atomically(Path(made.flag.place.file), made.after, mode=0o644)
    return made


def planned(project: Project, wanted: Wanted) -> Made:
    """What `create` would make; every environment's files are looked at as they would be then.

    Raises:
        BadInput: when it cannot be so, or there is one of that name.
    """
    path = definitions.file(project.folder, wanted.environment or definitions.COMMON)
    for flags in reading.every(project):
        if (found := flags.defined.flags.get(wanted.key)) and _same_file(found.place, path, wanted):
            raise BadInput(
                f"there is a flag `{wanted.key}`",
                where=found.place,
                remedy="change it there, or give this one another name",
            )
    before = read_bytes(path) or b""
    add = _in_json if path.suffix == ".json" else _in_yaml
    after = add(before, wanted, str(path))
    flag = definitions.read(after, str(path)).flags[wanted.key]
    _refuse_others(flag, wanted)
    for name in project.settings.environments:
        definitions.load(project.folder, name, {path: after})
    return Made(flag=flag, before=before, after=after)


def _same_file(place: Place, path: object, wanted: Wanted) -> bool:
    return not wanted.environment or place.file == str(path)


def _refuse_others(flag: Flag, wanted: Wanted) -> None:
    """YAML has no word for some values: great numbers are read as texts."""
    for name, value in wanted.variants.items():
        if flag.variants.get(name) != value:
            raise BadInput(
                f"the value of `{name}` would be read as {json.dumps(flag.variants.get(name))}",
                where=flag.place,
                remedy="take a smaller number, or define the flag in a file named .json",
            )


def _definition(wanted: Wanted) -> dict[str, Any]:
    known = {"owner": wanted.owner, "expires": wanted.expires, "description": wanted.says}
    metadata = {name: value for name, value in known.items() if value}
    return {
        "state": "ENABLED",
        "variants": dict(wanted.variants),
        "defaultVariant": wanted.default,
        **({"metadata": metadata} if metadata else {}),
    }


def _in_json(data: bytes, wanted: Wanted, file: str) -> bytes:
    """Written anew, indented as it was."""
    whole = jsonfile.parse(data, file).data or {}
    flags = (whole.get("flags") or {}) if isinstance(whole, dict) else None
    if not isinstance(flags, dict):
        raise BadInput(
            "this file is no file of flags",
            where=Place(file),
            remedy='it must be an object with `"flags": {}`',
        )
    whole["flags"] = flags | {wanted.key: _definition(wanted)}
    indent = _FIRST_KEY.match(data)
    written = json.dumps(whole, indent=indent[1].decode() if indent else 2, ensure_ascii=False)
    return f"{written}\n".encode()


def _in_yaml(data: bytes, wanted: Wanted, file: str) -> bytes:
    """Added below `flags:`; a file in which others follow is the owner's to order."""
    text = data.decode("utf-8", errors="replace")
    if not text.removeprefix(_MARK).strip():
        text = "# Feature flags, in the format of flagd.\nflags:\n"
    there = text.removeprefix(_MARK).splitlines()
    tops = [at for at, line in enumerate(there) if re.match(r"[^\s#]", line)]
    below = there[tops[-1] + 1 :] if tops else []
    first = next((line for line in below if line.strip() and line.lstrip()[0] != "#"), "  ")
    indent = first[: len(first) - len(first.lstrip())]
    lines = [indent * (1 + depth) + line for depth, line in _yaml(wanted)]
    listed = tops and re.fullmatch(r"flags:\s*(#.*)?", there[tops[-1]])
    if not listed or first.lstrip().startswith("{"):
        raise BadInput(
            "`flags:` is not the last part of this file, written out line by line",
            where=Place(file),
            remedy="add it by hand",
            detail=lines,
        )
    head = text if text.endswith("\n") else f"{text}\n"
    return (head + "\n".join(lines) + "\n").encode()


def _yaml(wanted: Wanted) -> Iterator[tuple[int, str]]:
    """Lines of a definition, and how far each is indented."""
    said = _definition(wanted)
    yield 0, f"{_scalar(wanted.key)}:"
    yield 1, "variants:"
    yield from ((2, f"{_scalar(name)}: {_scalar(one)}") for name, one in wanted.variants.items())
    yield 1, f"defaultVariant: {_scalar(wanted.default)}"
    if "metadata" in said:
        yield 1, "metadata:"
        yield from ((2, f"{name}: {_scalar(one)}") for name, one in said["metadata"].items())


def _scalar(value: Any) -> str:  # noqa: ANN401
    """A value in YAML's flow style: JSON, but for words that need no quotes."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _value(said: str) -> Any:  # noqa: ANN401
    try:
        return decode(said)
    except msgspec.DecodeError:
        return said
    except RecursionError as error:
        raise BadInput(
            "the value of a variant is nested too deeply", remedy="write it out plainly"
        ) from error
