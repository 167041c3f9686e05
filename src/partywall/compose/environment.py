"""What `env_file:` brings into a service's environment, with placeholders where secrets stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from partywall.compose import envfiles, examples, yamlfile
from partywall.compose.canonical import Definition, escape
from partywall.compose.local import LocalAddresses
from partywall.compose.ownsecrets import Keep, OwnSecrets
from partywall.compose.place import Sources
from partywall.compose.public import PublicAddresses
from partywall.model.errors import BadInput


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment brings along."""

    folder: Path
    variables: Mapping[str, str]
    own_files: frozenset[Path] = frozenset()
    """The environment's own env files: a service that names one gets this environment's values."""
    made: frozenset[str] = frozenset()
    """Variables that one of them will have and does not have yet."""
    keep: Keep | None = None
    lenient: bool = False
    """A missing file is passed over."""
    own: OwnSecrets | None = None
    """Makes others of what stands in files that other environments have as well."""
    public: PublicAddresses | None = None
    """Makes the environment's own of production's public addresses."""
    local: LocalAddresses | None = None
    """Makes the environment's own of published ports on localhost."""
    name: str = ""
    """The environment's: a file with it in its path is no other one's."""

    hidden: tuple[str, ...] = ()
    """Where secrets of other environments are that this one must not see."""

    def is_own(self, path: str) -> bool:
        """Whether a path has the environment's name in it, and so is another one in each."""
        name = re.escape(self.name)
        return bool(name) and re.search(rf"(?<![a-z0-9]){name}(?![a-z0-9])", path) is not None


def complete(name: str, said: Definition, given: Given, near: Sources) -> Definition:
    """The definition with `env_file` worked into `environment`, as Compose would, `$` escaped.

    Raises:
        BadInput: when a file is missing that must be there.
    """
    files = said.get("env_file") or []
    listed = said.get("environment")
    if not files and not _open(listed):
        return said
    values: dict[str, str] = {}
    for one in files if isinstance(files, list) else [files]:
        values |= _values(name, one, given, near)
    made = {key: escape(value) for key, value in values.items()}
    for key, value in _mapping(listed).items():
        if value is not None:
            made[key] = value if isinstance(value, str) else str(value)
        elif key in given.variables:
            made[key] = escape(given.variables[key])
    rest = {key: value for key, value in said.items() if key != "env_file"}
    return {**rest, "environment": made}


def files_of(said: Definition) -> tuple[str, ...]:
    """The paths that `env_file` names."""
    files = said.get("env_file") or []
    each = files if isinstance(files, list) else [files]
    return tuple(str(one["path"] if isinstance(one, dict) else one) for one in each)


def missing(services: Mapping[str, Any], given: Given) -> Iterator[tuple[str, Path]]:
    """Every service with a file of `env_file:` that has to be there and is not."""
    for name, said in services.items():
        files = (said or {}).get("env_file") or []
        for one in files if isinstance(files, list) else [files]:
            entry = one if isinstance(one, dict) else {"path": str(one)}
            path = Path(str(entry.get("path")))
            needed = entry.get("required") is not False and path not in given.own_files
            if needed and yamlfile.read(path) is None:
                yield str(name), path


def _open(listed: Any) -> bool:  # noqa: ANN401
    return isinstance(listed, list) or any(value is None for value in (listed or {}).values())


def _mapping(listed: Any) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(listed, list):
        return dict(listed or {})
    split = [str(item).partition("=") for item in listed]
    return {name: value if equals else None for name, equals, value in split}


def _values(name: str, one: Any, given: Given, near: Sources) -> dict[str, str]:  # noqa: ANN401
    entry = one if isinstance(one, dict) else {"path": str(one)}
    path = Path(str(entry.get("path")))
    if path in given.own_files:
        return _own(given)
    data = yamlfile.read(path)
    if data is None:
        if entry.get("required") is False or given.lenient:
            return {}
        raise BadInput(
            f"service {name} wants the env file {path.name}, which is missing",
            where=near.word(path.name) or near.service(name, "env_file"),
            remedy=examples.remedy(path),
        )
    if entry.get("format") == "raw":
        return {key: _kept(key, value, path, given) for key, value in _raw(data, path).items()}
    found = envfiles.parse(data, str(path), given.variables)
    return {key: _kept(key, one.value, path, given) for key, one in found.items()}


def _own(given: Given) -> dict[str, str]:
    """Every name in the environment's own files, with the values that hold in it."""
    names = set(given.made)
    for path in sorted(given.own_files):
        data = yamlfile.read(path)
        if data is not None:
            names |= set(envfiles.parse(data, str(path), given.variables))
    return {name: given.variables[name] for name in sorted(names) if name in given.variables}


def _raw(data: bytes, path: Path) -> dict[str, str]:
    """`format: raw`: everything behind the first `=` as it is."""
    lines = yamlfile.text_of(data, str(path)).splitlines()
    split = [line.partition("=") for line in lines if not line.lstrip().startswith("#")]
    return {name.strip(): value for name, equals, value in split if equals}


def _kept(name: str, value: str, path: Path, given: Given) -> str:
    if given.keep is None or not envfiles.is_secret(name, value):
        return value
    if given.own is not None and not given.is_own(str(path)):
        return value  # `own` makes others of all such
    # Two files may give two services different values under one name.
    prefix = re.sub(r"\W+", "_", path.name, flags=re.ASCII).strip("_").upper()
    return given.keep(f"{prefix}_{re.sub(r'[^A-Za-z0-9]', '_', name)}", value)
