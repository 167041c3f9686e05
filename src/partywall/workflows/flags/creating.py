"""`flags create`: a definition added to a file, and nothing else in it touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from partywall.flags import definitions
from partywall.flags.definitions import Flag
from partywall.flags.kinds import Kind, kind_of
from partywall.model.errors import BadInput, Place
from partywall.system.decoding import decode
from partywall.system.files import read_bytes, write_atomically
from partywall.workflows.flags import reading
from partywall.workflows.project import Project

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


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


def create(project: Project, wanted: Wanted) -> Flag:
    """Write a definition to its file; the flag as it is then read.

    Raises:
        BadInput: when it cannot be so, or there is one of that name.
        MachineFailed: when the file cannot be written.
    """
    name = wanted.environment or definitions.COMMON
    path = definitions.file(project.folder, name)
    for flags in reading.every(project):
        if (found := flags.defined.flags.get(wanted.key)) and _same_file(found.place, path, wanted):
            raise BadInput(
                f"there is a flag `{wanted.key}`",
                where=found.place,
                remedy="change it there, or give this one another name",
            )
    data = read_bytes(path) or b""
    added = _in_json(data, wanted) if path.suffix == ".json" else _in_yaml(data, wanted, str(path))
    defined = definitions.read(added, str(path))
    write_atomically(path, added, mode=0o644)
    return defined.flags[wanted.key]


def _same_file(place: Place, path: object, wanted: Wanted) -> bool:
    return not wanted.environment or place.file == str(path)


def _definition(wanted: Wanted) -> dict[str, Any]:
    known = {"owner": wanted.owner, "expires": wanted.expires, "description": wanted.says}
    metadata = {name: value for name, value in known.items() if value}
    return {
        "state": "ENABLED",
        "variants": dict(wanted.variants),
        "defaultVariant": wanted.default,
        **({"metadata": metadata} if metadata else {}),
    }


def _in_json(data: bytes, wanted: Wanted) -> bytes:
    whole = decode(data) if data.strip() else {}
    if not isinstance(whole, dict) or not isinstance(whole.setdefault("flags", {}), dict):
        raise BadInput("this file is no file of flags")
    whole["flags"][wanted.key] = _definition(wanted)
    return (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode()


def _in_yaml(data: bytes, wanted: Wanted, file: str) -> bytes:
    """Added below `flags:`; a file in which others follow is the owner's to order."""
    text = data.decode("utf-8", errors="replace")
    if not text.strip():
        text = "# Feature flags, in the format of flagd.\nflags:\n"
    tops = [line for line in text.splitlines() if re.match(r"[^\s#]", line)]
    lines = [f"  {line}" for line in _yaml(wanted)]
    if not tops or not re.fullmatch(r"flags:\s*(#.*)?", tops[-1]):
        raise BadInput(
            "`flags:` is not the last part of this file, written out line by line",
            where=Place(file),
            remedy="add it by hand",
            detail=lines,
        )
    head = text if text.endswith("\n") else f"{text}\n"
    return (head + "\n".join(lines) + "\n").encode()


def _yaml(wanted: Wanted) -> list[str]:
    said = _definition(wanted)
    lines = [f"{_scalar(wanted.key)}:", "  variants:"]
    lines += [f"    {_scalar(name)}: {_scalar(one)}" for name, one in wanted.variants.items()]
    lines.append(f"  defaultVariant: {_scalar(wanted.default)}")
    if "metadata" in said:
        lines.append("  metadata:")
        lines += [f"    {name}: {_scalar(one)}" for name, one in said["metadata"].items()]
    return lines


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
