"""What is found in source code: flags that are asked for, and questions whose flag is not known."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.model.errors import Place


class Use(msgspec.Struct, frozen=True):
    """One place where code asks for a flag."""

    key: str
    place: Place
    language: str


class Unreadable(msgspec.Struct, frozen=True):
    """One place where code asks for a flag whose key stands somewhere else."""

    place: Place


class Found(msgspec.Struct, frozen=True):
    """Everything of a file or a tree, in the order of places."""

    uses: tuple[Use, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


def gathered(language: str, name: str, seen: Iterable[tuple[str | None, int]]) -> Found:
    """What was seen in one file, each once.

    Args:
        language: what the file is written in.
        name: the file, from the top of the tree.
        seen: a key, or None where it cannot be read, and the line.
    """
    each = sorted(set(seen), key=lambda one: (one[1], one[0] or ""))
    return Found(
        tuple(Use(key, Place(name, line), language) for key, line in each if key),
        tuple(Unreadable(Place(name, line)) for key, line in each if not key),
    )


def together(parts: Iterable[Found]) -> Found:
    """What was found in several files, as one."""
    kept = list(parts)
    return Found(
        tuple(use for part in kept for use in part.uses),
        tuple(one for part in kept for one in part.unreadable),
    )
