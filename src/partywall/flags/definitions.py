"""Flag definitions as people write them: flagd's format, in YAML or JSON, one file per environment.

`flags/common.yaml` holds for all environments; `flags/<environment>.yaml` puts others in their
place, or adds some. Evaluators are the files' own. https://flagd.dev/reference/flag-definitions/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from partywall.compose import yamlfile
from partywall.compose.yamlfile import Document, Path_
from partywall.flags import targeting
from partywall.flags.kinds import Kind, kind_of
from partywall.model.errors import BadInput, Place

FOLDER = "flags"
COMMON = "common"
_ENDINGS = (".yaml", ".yml", ".json")
_TOP = frozenset({"$schema", "$evaluators", "flags", "metadata"})
_KEYS = frozenset({"state", "variants", "defaultVariant", "targeting", "metadata"})
_STATES = ("ENABLED", "DISABLED")
MOST_BYTES = 3 << 20
"""Of an environment's flags; the service takes a file of 4 MiB, with what people said of them."""
_REF = re.compile(r"^[A-Za-z0-9_.-]+$")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
"""What a flag may be called, so that every address and file name can hold it."""
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """One flag as it is defined."""

    key: str
    place: Place
    enabled: bool
    variants: Mapping[str, Any]
    kind: Kind
    default: str = ""
    """Variant for whom no targeting says another; empty: the app's own default."""
    targeting: Mapping[str, Any] = {}
    """JsonLogic, with evaluators filled in."""
    metadata: Mapping[str, str | float | bool] = {}

    @property
    def owner(self) -> str:
        """Who answers for it."""
        return str(self.metadata.get("owner", ""))

    @property
    def expires(self) -> str:
        """The day on which it should be gone, as `YYYY-MM-DD`."""
        return str(self.metadata.get("expires", ""))


class Defined(msgspec.Struct, frozen=True, kw_only=True):
    """The flags of an environment, as files define them."""

    flags: Mapping[str, Flag] = {}
    metadata: Mapping[str, str | float | bool] = {}


def load(folder: Path, environment: str) -> Defined:
    """The flags of an environment, by the project's folder.

    Raises:
        BadInput: when a file is wrong, with file and line.
    """
    common, own = (_set(file(folder, name)) for name in (COMMON, environment))
    for key, flag in own.flags.items():
        base = common.flags.get(key)
        if base and base.kind is not flag.kind:
            raise BadInput(
                f"`{key}` is {flag.kind.value} here and {base.kind.value} in {base.place}",
                where=flag.place,
                remedy="a flag has one type everywhere, since the app asks for one",
            )
    whole = Defined(
        flags=dict(sorted({**common.flags, **own.flags}.items())),
        metadata={**common.metadata, **own.metadata},
    )
    size = sum(len(json.dumps(written(flag))) for flag in whole.flags.values())
    if size > MOST_BYTES:
        largest = max(whole.flags.values(), key=lambda flag: len(json.dumps(written(flag))))
        raise BadInput(
            f"the flags of {environment} are {size >> 10} KiB with evaluators filled in; at most "
            f"{MOST_BYTES >> 10} can be served, and `{largest.key}` is the largest",
            where=largest.place,
            remedy="make lists in rules shorter: let the app say a group, and ask for that",
        )
    return whole


def file(folder: Path, name: str) -> Path:
    """The file of an environment, or of all of them; where there is none, where one would be.

    Raises:
        BadInput: when there are several.
    """
    there = [path for path in places(folder, name) if path.exists() or path.is_symlink()]
    if len(there) > 1:
        raise BadInput(
            f"flags of {name} are in {there[0].name} and in {there[1].name}",
            where=Place(str(there[1])),
            remedy="keep one of them",
        )
    return there[0] if there else places(folder, name)[0]


def places(folder: Path, name: str) -> list[Path]:
    """Where the file of an environment, or of all of them, may be."""
    return [folder / FOLDER / f"{name}{ending}" for ending in _ENDINGS]


def _set(path: Path) -> Defined:
    data = yamlfile.read(path)
    return Defined() if data is None else read(data, str(path))


def read(data: bytes, name: str) -> Defined:
    """The flags in a file's content.

    Raises:
        BadInput: when something in it is wrong.
    """
    return _Reader(yamlfile.parse(data, name)).whole()


class _Reader:
    """Reads one file, and knows the line of everything."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._evaluators: dict[str, Any] = {}

    def whole(self) -> Defined:
        top = self._mapping((), self._document.data or {}, "a file of flags")
        self._known(top, _TOP, ())
        path: Path_ = ("$evaluators",)
        self._evaluators = self._mapping(path, top.get("$evaluators") or {}, "`$evaluators`")
        for name, rule in self._evaluators.items():
            if not _REF.match(name):
                raise self._wrong((*path, name), f"`{name}` is no name of an evaluator")
            self._rule((*path, name), rule)
        flags = self._mapping(("flags",), top.get("flags") or {}, "`flags`")
        return Defined(
            flags={key: self._flag(key, one) for key, one in flags.items()},
            metadata=self._metadata(("metadata",), top.get("metadata")),
        )

    def _flag(self, key: str, data: Any) -> Flag:  # noqa: ANN401
        path: Path_ = ("flags", key)
        if not NAME.fullmatch(key):
            raise self._wrong(
                path, f"`{key}` is no name of a flag", "letters, digits, `_`, `.` and `-`"
            )
        said = self._mapping(path, data, f"the flag `{key}`")
        self._known(said, _KEYS, path)
        state = said.get("state", "ENABLED")
        if state not in _STATES:
            raise self._wrong((*path, "state"), f"`state: {state}` is unknown", "ENABLED, DISABLED")
        variants = self._variants(path, said.get("variants"))
        default = said.get("defaultVariant")
        if isinstance(default, bool):  # what YAML makes of a plain word
            default = str(default).lower()
        if default is not None and default not in variants:
            raise self._wrong(
                (*path, "defaultVariant"),
                f"`defaultVariant: {default}` is no variant of `{key}`",
                ", ".join(variants),
            )
        return Flag(
            key=key,
            place=self._document.place(path),
            enabled=state == "ENABLED",
            variants=variants,
            kind=kind_of(next(iter(variants.values()))),
            default=default or "",
            targeting=self._targeting(path, said.get("targeting"), variants),
            metadata=self._metadata((*path, "metadata"), said.get("metadata")),
        )

    def _variants(self, path: Path_, data: Any) -> dict[str, Any]:  # noqa: ANN401
        at = (*path, "variants")
        variants = self._mapping(at, data, "`variants`")
        if not variants:
            raise self._wrong(at, f"`{path[-1]}` has no variants", "for example `on: true`")
        kinds = {name: kind_of(value) for name, value in variants.items()}
        first = next(iter(kinds.values()))
        for name, kind in kinds.items():
            if kind is Kind.NONE:
                raise self._wrong((*at, name), f"the variant `{name}` has no value")
            if kind is not first:
                raise self._wrong(
                    (*at, name),
                    f"the variant `{name}` is {kind.value}, and others are {first.value}",
                    "give all of them values of one type",
                )
        return variants

    def _targeting(
        self, path: Path_, data: Any, variants: Mapping[str, Any]  # noqa: ANN401
    ) -> dict[str, Any]:  # fmt: skip
        at = (*path, "targeting")
        if not data:
            return {}
        self._mapping(at, data, "`targeting`")
        self._rule(at, data)
        whole: dict[str, Any] = targeting.filled(data, self._evaluators)
        for said in targeting.answers(whole):
            if said not in variants:
                raise self._wrong(
                    at, f"targeting leads to `{said}`, which is no variant", ", ".join(variants)
                )
        return whole

    def _rule(self, path: Path_, rule: Any) -> None:  # noqa: ANN401
        for inner, trouble in targeting.trouble(rule, self._evaluators):
            raise self._wrong((*path, *inner), trouble)

    def _metadata(self, path: Path_, data: Any) -> dict[str, str | float | bool]:  # noqa: ANN401
        found = self._mapping(path, data or {}, "`metadata`")
        for name, value in found.items():
            if not isinstance(value, str | int | float | bool):
                raise self._wrong((*path, name), f"`{name}` is no plain value")
        expires = found.get("expires")
        if expires is not None and not (isinstance(expires, str) and _DATE.fullmatch(expires)):
            raise self._wrong((*path, "expires"), f"`expires: {expires}` is no day", "2026-12-31")
        return found

    def _known(self, said: Mapping[str, Any], known: frozenset[str], path: Path_) -> None:
        for name in said:
            if name not in known:
                choices = ", ".join(sorted(known))
                raise self._wrong((*path, name), f"`{name}` is unknown here", f"known: {choices}")

    def _mapping(self, path: Path_, data: Any, what: str) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(data, dict):
            raise self._wrong(path, f"{what} must be a mapping")
        return data

    def _wrong(self, path: Path_, what: str, remedy: str = "") -> BadInput:
        return BadInput(what, where=self._document.place(path), remedy=remedy or _FORMAT)


_FORMAT = "see https://flagd.dev/reference/flag-definitions/ for the format"


def written(flag: Flag) -> dict[str, Any]:
    """A flag in flagd's format."""
    made: dict[str, Any] = {
        "state": _STATES[0] if flag.enabled else _STATES[1],
        "variants": dict(flag.variants),
        "defaultVariant": flag.default or None,
    }
    if flag.targeting:
        made["targeting"] = dict(flag.targeting)
    if flag.metadata:
        made["metadata"] = dict(flag.metadata)
    return made


def text(document: Mapping[str, Any]) -> Iterator[str]:
    """A document in flagd's format, as a file has it."""
    yield json.dumps(document, ensure_ascii=False, indent=1, sort_keys=False)
    yield "\n"
