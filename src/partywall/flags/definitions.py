"""Flag definitions as people write them: flagd's format, in YAML or JSON, one file per environment.

`flags/common.yaml` holds for all environments; `flags/<environment>.yaml` puts others in their
place, or adds some. Evaluators are the files' own. https://flagd.dev/reference/flag-definitions/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from partywall.compose import jsonfile, yamlfile
from partywall.compose.yamlfile import Document, Path_
from partywall.flags import targeting
from partywall.flags.evaluators import Evaluators, Unfit
from partywall.flags.kinds import Kind, fits, kind_of
from partywall.model.errors import BadInput, Place

FOLDER = "flags"
COMMON = "common"
_ENDINGS = (".yaml", ".yml", ".json")
_TOP = frozenset({"$schema", "$evaluators", "flags", "metadata"})
_KEYS = frozenset({"state", "variants", "defaultVariant", "targeting", "metadata"})
_STATES = ("ENABLED", "DISABLED")
MOST_BYTES = 3 << 20
"""Of an environment's flags; the service takes a file of 4 MiB, with what people said of them."""
_MOST_VALUES = MOST_BYTES // 2
"""Of all rules of a file; each is two bytes at least when it is served."""
_REF = re.compile(r"[A-Za-z0-9_.-]+")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
"""What a flag may be called, so that every address and file name can hold it."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


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


def load(folder: Path, environment: str, drafts: Mapping[Path, bytes] | None = None) -> Defined:
    """The flags of an environment, by the project's folder.

    Args:
        folder: the project's.
        environment: whose flags.
        drafts: what files are to say that do not say so yet.

    Raises:
        BadInput: when a file is wrong, with file and line.
    """
    paths = (file(folder, name) for name in (COMMON, environment))
    common, own = (_set(path, drafts or {}) for path in paths)
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
    _check_size(whole, environment)
    return whole


def _check_size(whole: Defined, environment: str) -> None:
    flags = {key: written(flag) for key, flag in whole.flags.items()}
    size = _size({"flags": flags, "metadata": whole.metadata})
    if size > MOST_BYTES:
        largest = max(flags, key=lambda key: _size(flags[key]))
        raise BadInput(
            f"the flags of {environment} are {size >> 10} KiB with evaluators filled in; at most "
            f"{MOST_BYTES >> 10} can be served, and `{largest}` is the largest",
            where=whole.flags[largest].place,
            remedy="make lists in rules shorter: let the app say a group, and ask for that",
        )


def _size(document: Mapping[str, Any]) -> int:
    """Bytes that it takes to serve this."""
    return sum(len(piece.encode()) for piece in text(document))


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


def _set(path: Path, drafts: Mapping[Path, bytes]) -> Defined:
    data = drafts[path] if path in drafts else yamlfile.read(path)
    return Defined() if data is None else read(data, str(path))


def read(data: bytes, name: str) -> Defined:
    """The flags in a file's content: JSON by its name, else YAML.

    Raises:
        BadInput: when something in it is wrong.
    """
    parse = jsonfile.parse if name.endswith(".json") else yamlfile.parse
    return _Reader(parse(data, name)).whole()


class _Reader:
    """Reads one file, and knows the line of everything."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._rules: dict[str, Any] = {}
        self._evaluators = Evaluators({}, _MOST_VALUES)

    def whole(self) -> Defined:
        top = self._mapping((), self._document.data or {}, "a file of flags")
        self._known(top, _TOP, ())
        path: Path_ = ("$evaluators",)
        self._rules = self._mapping(path, top.get("$evaluators") or {}, "`$evaluators`")
        for name, rule in self._rules.items():
            if not _REF.fullmatch(name):
                raise self._wrong((*path, name), f"`{name}` is no name of an evaluator")
            self._rule((*path, name), rule)
        with self._fitting():
            self._evaluators = Evaluators(self._rules, _MOST_VALUES)
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
        if default is not None and not (isinstance(default, str) and default in variants):
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
            self._numbers((*at, name), variants[name])
        return variants

    def _targeting(
        self, path: Path_, data: Any, variants: Mapping[str, Any]  # noqa: ANN401
    ) -> dict[str, Any]:  # fmt: skip
        at = (*path, "targeting")
        if not data:
            return {}
        self._mapping(at, data, "`targeting`")
        self._rule(at, data)
        with self._fitting():
            whole: dict[str, Any] = self._evaluators.into(data, at)
        self._mapping(at, whole, "`targeting`, with evaluators filled in,")
        self._rule(at, whole)
        for said in targeting.answers(whole):
            if said not in variants:
                raise self._wrong(
                    at, f"targeting leads to `{said}`, which is no variant", ", ".join(variants)
                )
        return whole

    def _rule(self, path: Path_, rule: Any) -> None:  # noqa: ANN401
        for inner, trouble in targeting.trouble(rule, self._rules):
            raise self._wrong((*path, *inner), trouble)

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        try:
            yield
        except Unfit as error:
            raise self._wrong(error.path, error.why) from error

    def _numbers(self, path: Path_, value: Any) -> None:  # noqa: ANN401
        if not fits(value):
            raise self._wrong(path, "a number is larger than any that can be served")
        inner = value.items() if isinstance(value, dict) else ()
        for name, one in enumerate(value) if isinstance(value, list) else inner:
            self._numbers((*path, name), one)

    def _metadata(self, path: Path_, data: Any) -> dict[str, str | float | bool]:  # noqa: ANN401
        found = self._mapping(path, data or {}, "`metadata`")
        for name, value in found.items():
            if not name:
                raise self._wrong((*path, name), "a key of `metadata` is empty")
            if not isinstance(value, str | int | float | bool):
                raise self._wrong((*path, name), f"`{name}` is no plain value")
            self._numbers((*path, name), value)
        expires = found.get("expires")
        if expires is not None and not _is_day(expires):
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


def _is_day(said: object) -> bool:
    if not isinstance(said, str) or not _DATE.fullmatch(said):
        return False
    try:
        date.fromisoformat(said)
    except ValueError:
        return False
    return True


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
    """A document in flagd's format, as it is served: in as few bytes as it takes."""
    yield json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    yield "\n"
