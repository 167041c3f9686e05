"""Says in plain words what differs between two descriptions of one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from partywall.model.app import Attachment, Mount
from partywall.model.secret import SecretRef
from partywall.model.world import AnyThing, BasicAuth, Instance, Need, Portion, name_of
from partywall.planning import values

_OPAQUE = frozenset({"build", "command", "entrypoint", "run", "health", "session", "definition"})
"""Fields whose content people write and may hide a password in: only the name is said."""


_LAST = ("definition", "needs")
"""Fields that are seldom the cause by themselves."""
_SOURCE = ("config", ".")
"""The project's own folder, which a service is built from."""


def differences(before: AnyThing, after: AnyThing) -> str:
    """What differs, most telling first: `image postgres:17 → postgres:18, port added`."""
    if type(before) is not type(after):
        return f"{_kind(before)} → {_kind(after)}"
    return ", ".join(dict.fromkeys(_fields(before, after)))


def _kind(thing: AnyThing) -> str:
    return type(thing).__name__.lower()


def _fields(before: AnyThing, after: AnyThing) -> Iterator[str]:
    """One sentence part per difference; what a thing needs comes last, it is seldom the cause."""
    names = [name for name in before.__struct_fields__ if name not in _LAST]
    differ = [n for n in (*names, *_LAST) if getattr(before, n, None) != getattr(after, n, None)]
    for name in differ:
        if name == "definition" and differ != [name]:
            continue  # what it says, a field of its own has said
        old, new = getattr(before, name), getattr(after, name)
        yield from list(_field(name, old, new)) or [f"{_words(name)} in another order"]


def _field(name: str, old: Any, new: Any) -> Iterator[str]:  # noqa: ANN401  (any field's type)
    if name in _OPAQUE:
        yield f"{_words(name)} changed"
    elif name in _BY_NAME:
        yield from _BY_NAME[name](old, new)
    elif isinstance(old, Instance):
        yield from _fields(old, new)
    elif isinstance(old, Mapping):
        yield from _mapping(name, old, new)
    else:
        yield values.of_field(_words(name), old, new)


def _environment(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            yield f"environment {name} {'added' if before is None else 'removed'}"
        elif before != after:
            yield from values.of_variable(name, before, after)


def _mapping(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """Hosts, configuration files and settings; a file's fingerprint says nothing to people."""
    for item in sorted(old.keys() | new.keys()):
        before, after = old.get(item), new.get(item)
        if before is None or after is None:
            yield f"{name} {item} {'added' if before is None else 'removed'}"
        elif before != after:
            label = "source" if (name, item) == _SOURCE else f"{name} {item}"
            yield f"{label} changed" if name == "config" else values.of_field(label, before, after)


def _mounts(old: tuple[Mount, ...], new: tuple[Mount, ...]) -> Iterator[str]:
    yield from _listed("mount", {m.target: m for m in old}, {m.target: m for m in new})


def _attachments(old: tuple[Attachment, ...], new: tuple[Attachment, ...]) -> Iterator[str]:
    """A secret's new version is named as that of a variable is."""
    before, after = {one.target: one for one in old}, {one.target: one for one in new}
    for target, known in sorted({**before, **after}.items()):
        label = f"{known.kind} {known.source}"
        if target not in before or target not in after:
            yield f"{label} {'added' if target in after else 'removed'}"
        elif before[target] != known:
            yield from values.of_text(label, before[target].text or "", known.text or "")


def _needs(old: tuple[Need, ...], new: tuple[Need, ...]) -> Iterator[str]:
    yield from _listed("need of", {n.key: n for n in old}, {n.key: n for n in new})


def _listed(word: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for item in sorted(old.keys() | new.keys()):
        if old.get(item) != new.get(item):
            how = "added" if item not in old else "removed" if item not in new else "changed"
            yield f"{word} {item} {how}"


def _portions(old: tuple[Portion, ...], new: tuple[Portion, ...]) -> Iterator[str]:
    """Memory, which people know; of the rest only that it is another."""
    before, after = {one.key: one for one in old}, {one.key: one for one in new}
    for key in sorted(before.keys() | after.keys()):
        first, then = before.get(key), after.get(key)
        sizes = [f"{one.memory_bytes >> 20} MiB" if one else "none" for one in (first, then)]
        if sizes[0] != sizes[1]:
            yield f"portion of {name_of(key)} {sizes[0]} → {sizes[1]}"
        elif first != then:
            yield f"portion of {name_of(key)} changed"


def _auth(old: BasicAuth | None, new: BasicAuth | None) -> Iterator[str]:
    if old is None or new is None:
        yield f"password protection {'added' if old is None else 'removed'}"
        return
    if old.user != new.user:
        yield values.of_field("user", old.user, new.user)
    if old.password != new.password:
        yield from _password(old.password, new.password)


def _cookies(old: str | None, new: str | None) -> Iterator[str]:
    """How they are kept apart from those of others at the same host."""
    before, after = ("alone" if one is None else one or "unmarked" for one in (old, new))
    yield f"cookies {before} → {after}"


def _away(_old: bool, new: bool) -> Iterator[str]:
    yield "says that it sleeps" if new else "leads to its service again"


def _password(old: SecretRef | None, new: SecretRef | None) -> Iterator[str]:
    if old is None or new is None:
        yield f"password {'added' if old is None else 'removed'}"
    elif old.name == new.name:
        yield f"secret {new.name} renewed"
    else:
        yield f"secret {old.name} → {new.name}"


def _commit(old: str, new: str) -> Iterator[str]:
    yield values.of_field("commit", old[:10], new[:10])


_BY_NAME: dict[str, Callable[[Any, Any], Iterator[str]]] = {
    "environment": _environment,
    "mounts": _mounts,
    "attachments": _attachments,
    "needs": _needs,
    "portions": _portions,
    "auth": _auth,
    "cookies": _cookies,
    "away": _away,
    "password": _password,
    "commit": _commit,
}


def _words(field: str) -> str:
    return field.replace("_", " ")
