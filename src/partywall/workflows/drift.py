"""How far apart environments are that are made from branches of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from partywall.compose import envfiles, migrations, yamlfile
from partywall.interfaces import Health
from partywall.model.errors import BadInput
from partywall.model.world import Checkout, Key
from partywall.system.files import read_bytes
from partywall.workflows.project import Project
from partywall.workflows.pull import refuse_one_checkout

Document = dict[str, Any]
_SECTIONS = ("services", "volumes", "networks", "secrets", "configs")
_SUBJECTS = 10
"""Commits that are named; all are counted."""
_LARGEST = 1_000_000
_OURS = "PARTYWALL_"
"""Variables that Partywall makes are there where they are needed."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one environment is made from."""

    name: str
    checkout: Checkout
    compose: Mapping[str, str]
    """File → digest of its content."""
    sections: Mapping[str, Mapping[str, Any]]
    """`services`, `volumes` … → name → what the Compose files say of it, not interpolated."""
    variables: Mapping[str, str]
    """What its env files say, with placeholders for secrets."""
    secrets: frozenset[str]
    """Those of them that hold secrets, which are other ones in every environment."""
    edited: tuple[str, ...]
    """Files that were changed in the checkout, and that no commit has so."""
    images: Mapping[str, str]
    """Service → what its running image really is."""
    migrations: Mapping[str, tuple[str, ...]]


def drift(project: Project, one: str | None, other: str | None) -> Document:
    """The document of `drift --json`: production against each other environment, or two named.

    Raises:
        BadInput: when all have the one checkout, or there are no two of them.
    """
    refuse_one_checkout(project, "drift")
    project.sources.lenient = True
    pairs = _pairs(project, one, other)
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    health = project.engine.health([key for key in project.observer.observe().entries if _is(key)])
    facts = {name: _facts(project, name, health) for name in names}
    return {
        "environments": {name: _standing(project, facts[name]) for name in names},
        "pairs": [_pair(project, facts[first], facts[second]) for first, second in pairs],
    }


def _is(key: Key) -> bool:
    return key.count("/") == 1


def _pairs(project: Project, one: str | None, other: str | None) -> list[tuple[str, str]]:
    made = [name for name in project.settings.environments if name not in project.attachments]
    production = project.settings.production.name
    for name in filter(None, (one, other)):
        project.environment(name)
        if name not in made:
            raise BadInput(f"{name} is attached, and has no checkout", remedy="name another one")
    if one is not None and other is not None:
        return [(one, other)]
    rest = [name for name in made if name != production and one in (None, name)]
    if not rest or production not in made:
        raise BadInput("there are no two environments to compare", remedy="name two of them")
    return [(production, name) for name in rest]


# Asked.


def _facts(project: Project, name: str, health: Mapping[Key, Health]) -> Facts:
    source = project.sources.of(name)
    assert source.checkout is not None  # noqa: S101  (attached ones are refused before)
    folder = source.settings.folder
    files = {_shown(path, folder): read_bytes(path) or b"" for path in project.files(name)}
    given = project.given(name)
    read = [one for one in envfiles.load(source.env_files) if not one.startswith(_OURS)]
    return Facts(
        name=name,
        checkout=source.checkout,
        compose={file: hashlib.sha256(data).hexdigest() for file, data in files.items()},
        sections=_sections(files),
        variables={variable: given.variables[variable] for variable in read},
        secrets=frozenset(given.refs),
        edited=tuple(_edited(project, source.checkout)),
        images={
            key.partition("/")[2]: one.image
            for key, one in health.items()
            if key.startswith(f"{name}/") and one.image
        },
        migrations=migrations.heads(dict(_migrations(folder))),
    )


def _edited(project: Project, checkout: Checkout) -> list[str]:
    repository = project.sources.repository
    folder = project.sources.ground.folder(checkout)
    return repository.edited(folder) if repository.head(folder) else []


def _shown(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _sections(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """What all files say together, those of later ones laid over earlier ones."""
    found: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    for file, data in files.items():
        document = yamlfile.parse(data, file).data
        for section in _SECTIONS:
            said = document.get(section) if isinstance(document, dict) else None
            for name, one in (said or {}).items():
                found[section][str(name)] = _laid_over(found[section].get(str(name)), one)
    return found


def _laid_over(before: object, said: object) -> object:
    if isinstance(before, dict) and isinstance(said, dict):
        return {**before, **said}
    return said


def _migrations(folder: Path) -> Iterator[tuple[str, str]]:
    named = (path for name in sorted(migrations.FOLDERS) for path in folder.rglob(f"{name}/*.*"))
    for path in named:
        inner = path.relative_to(folder)
        hidden = any(part.startswith(".") or part == "node_modules" for part in inner.parts)
        if hidden or not migrations.is_migration(str(inner)) or not path.is_file():
            continue
        if path.stat().st_size <= _LARGEST:
            yield str(inner), (read_bytes(path) or b"").decode(errors="replace")


# Compared.


def _standing(project: Project, facts: Facts) -> Document:
    """Where it is, and how many commits its branch has beyond that."""
    repository = project.sources.repository
    branch = facts.checkout.branch
    tip = repository.fetched(branch) or repository.local(branch) or facts.checkout.commit
    waiting, _ = repository.counts(tip, facts.checkout.commit)
    return {"branch": branch, "commit": facts.checkout.commit, "waiting": waiting}


def _pair(project: Project, one: Facts, other: Facts) -> Document:
    made = {
        "one": one.name,
        "other": other.name,
        "commits": _commits(project, one, other),
        "compose": _files(one.compose, other.compose),
        **{
            section: _apart(one.sections[section], other.sections[section]) for section in _SECTIONS
        },
        "variables": _variables(one, other),
        "images": _values(one.images, other.images),
        "migrations": _values(one.migrations, other.migrations),
        "edited": {"one": list(one.edited), "other": list(other.edited)},
    }
    return {**made, "differences": _count(made)}


def _commits(project: Project, one: Facts, other: Facts) -> Document:
    repository = project.sources.repository
    mine, theirs = one.checkout.commit, other.checkout.commit
    ahead, behind = repository.counts(theirs, mine)
    return {
        "ahead": ahead,
        "behind": behind,
        "ahead_subjects": repository.subjects(theirs, mine, _SUBJECTS),
        "behind_subjects": repository.subjects(mine, theirs, _SUBJECTS),
    }


def _only(one: Sequence[str], other: Sequence[str]) -> Document:
    """Names that only one of the two has."""
    return {
        "one": [name for name in one if name not in set(other)],
        "other": [name for name in other if name not in set(one)],
    }


def _files(one: Mapping[str, str], other: Mapping[str, str]) -> Document:
    both = sorted(one.keys() & other.keys())
    return {
        **_only(sorted(one), sorted(other)),
        "differ": [file for file in both if one[file] != other[file]],
    }


def _variables(one: Facts, other: Facts) -> Document:
    """Values are compared and never shown; secrets are meant to differ, and are not compared."""
    both = one.variables.keys() & other.variables.keys()
    differ = (name for name in sorted(both) if one.variables[name] != other.variables[name])
    return {
        **_only(sorted(one.variables), sorted(other.variables)),
        "differ": [name for name in differ if name not in one.secrets & other.secrets],
    }


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> Document:
    """Names that only one has, and of the others what is said otherwise: never a value."""
    both = sorted(one.keys() & other.keys())
    differ = {name: sorted(_keys("", one[name], other[name])) for name in both}
    return {
        **_only(sorted(one), sorted(other)),
        "differ": {name: keys for name, keys in differ.items() if keys},
    }


def _keys(above: str, one: object, other: object) -> Iterator[str]:
    """Where two definitions differ, as `image` or `environment.WORD`."""
    if one == other:
        return
    first, second = _mapping(above, one), _mapping(above, other)
    if first is None or second is None or above.count("."):
        yield above or "all of it"
        return
    for name in sorted(first.keys() | second.keys()):
        inner = f"{above}.{name}" if above else name
        yield from _keys(inner, first.get(name), second.get(name))


def _mapping(above: str, said: object) -> dict[str, Any] | None:
    """A definition by key; variables may also stand in a list."""
    if above == "environment" and isinstance(said, list):
        return dict(str(one).partition("=")[::2] for one in said)
    return {str(name): one for name, one in said.items()} if isinstance(said, dict) else None


def _values(one: Mapping[str, Any], other: Mapping[str, Any]) -> Document:
    return {
        name: {"one": one.get(name), "other": other.get(name)}
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    }


def _count(made: Document) -> int:
    """How many differences there are; all commits that one has alone are one."""
    commits = made["commits"]
    lists = ("compose", *_SECTIONS, "variables", "edited")
    named = sum(len(each) for part in lists for each in made[part].values())
    found = named + len(made["images"]) + len(made["migrations"])
    return found + sum(1 for way in ("ahead", "behind") if commits[way])
