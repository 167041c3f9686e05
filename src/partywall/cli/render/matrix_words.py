"""What the matrix' text and its page both say: names of ratings, places and machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from partywall.cli.render.amounts import memory
from partywall.cli.render.columns import clean, count
from partywall.model.world import MACHINE, SHARED

Document = Mapping[str, Any]

TITLES = {
    "parallel_run": "both at once",
    "data_isolation": "data isolation",
    "resource_efficiency": "resource efficiency",
    "schema_testing": "schema testing",
    "complexity": "complexity",
}
"""Rating → what it is called."""
HEADS = {
    "parallel_run": "both",
    "data_isolation": "data",
    "resource_efficiency": "resources",
    "schema_testing": "schema",
    "complexity": "complexity",
}
"""The same where room is short."""
QUICK = "A quick run: fewer rounds and looks than a whole one, so its figures are less steady."
_PLACES = {SHARED: "shared servers", MACHINE: "the edge"}


def place_name(place: str) -> str:
    """An environment by its name, what belongs to all by what it is."""
    return _PLACES.get(place, clean(place))


def in_order(places: Mapping[str, int], production: str = "prod") -> list[tuple[str, int]]:
    """Production first, what belongs to all last."""

    def rank(one: tuple[str, int]) -> tuple[int, bool, str]:
        return (
            [*_PLACES].index(one[0]) + 1 if one[0] in _PLACES else 0,
            one[0] != production,
            one[0],
        )

    return sorted(places.items(), key=rank)


def machine_words(machine: Document) -> str:
    """A machine in one line: what is known of it first, then whatever else was noted."""
    return ", ".join(_machine(dict(machine)))


def _machine(left: dict[str, Any]) -> Iterator[str]:
    if (cores := left.pop("cores", None)) is not None:
        yield count(cores, "core")
    if (size := left.pop("memory_bytes", None)) is not None:
        yield memory(size)
    if processor := left.pop("processor", ""):
        yield clean(processor)
    day = clean(left.pop("measured", ""))[:10]
    for name, said in left.items():
        yield f"{clean(name)} {clean(said)}"
    if day:
        yield f"on {day}"


def crossed(document: Document) -> list[str]:
    """The architectures with a wall that something came through."""
    every: Mapping[str, Document] = document.get("architectures") or {}
    return [name for name, one in every.items() if one.get("data_isolation") == "crossed"]


def summary(document: Document) -> str:
    """How many were measured, and how many ratings are otherwise than is customarily said."""
    every: Mapping[str, Document] = document.get("architectures") or {}
    compared = sum(len(one.get("customary") or {}) for one in every.values())
    differing = sum(len(one.get("disagreements") or ()) for one in every.values())
    measured = f"{count(len(every), 'architecture')} measured"
    if not compared:
        return measured
    return f"{measured}; {differing} of {count(compared, 'customary rating')} found otherwise"
