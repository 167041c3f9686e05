"""Values as people may see them: short, plain, and never one that may be secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from partywall.model.secret import PLACEHOLDER, looks_secret, references

_HARMLESS = re.compile(r"-?\d{1,6}(\.\d{1,6})?|[A-Za-z]{1,16}([-_. ][A-Za-z]{1,16}){0,3}|")
"""Values that may be shown: a short number or a few words, nothing that could carry a password."""

_SHOWN = 120
"""Longest text of a field that the tool itself writes, in characters."""


def of_variable(name: str, before: str, after: str) -> Iterator[str]:
    """How a variable's value changed; a secret's new version is named, a doubtful value is not."""
    if renewed := _renewed(before, after):
        yield from renewed
    elif not looks_secret(name) and _HARMLESS.fullmatch(before) and _HARMLESS.fullmatch(after):
        yield f"environment {name} {text(before)} → {text(after)}"
    else:
        yield f"environment {name} changed"


def of_text(label: str, before: str, after: str) -> Iterator[str]:
    """How a text changed of which only the secrets' names may be shown."""
    yield from _renewed(before, after) or [f"{label} changed"]


def _renewed(before: str, after: str) -> list[str]:
    """The secrets with a new version, when nothing else differs."""
    if PLACEHOLDER.sub(r"\g<name>", before) != PLACEHOLDER.sub(r"\g<name>", after):
        return []
    return [f"secret {ref.name} renewed" for ref in sorted(references(after) - references(before))]


def of_field(label: str, old: object, new: object) -> str:
    """How a field that the tool itself writes changed."""
    before, after = text(old), text(new)
    if PLACEHOLDER.search(before + after) or len(before + after) > _SHOWN:
        return f"{label} changed"
    return f"{label} {before} → {after}"


def text(value: object) -> str:
    """A value as people write it."""
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(msgspec.to_builtins(value))
