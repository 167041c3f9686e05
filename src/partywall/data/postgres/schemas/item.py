"""What a schema is made of, and what of it differs between two; one shape for every kind."""

from __future__ import annotations

from enum import StrEnum

import msgspec

Fact = str | list[str]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in a schema: a table, a column, a privilege and so on."""

    kind: str
    name: str
    of: str = ""
    """The table, or other thing, that it is a part of."""
    schema: str = ""
    """Which of a database's schemas; empty: the one that is compared."""
    facts: dict[str, Fact] = {}

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by on both sides."""
        return (self.kind, self.schema, self.of, self.name)

    @property
    def called(self) -> str:
        """Its name as people say it."""
        return ".".join(part for part in (self.schema, self.of, self.name) if part)

    def said(self, fact: str) -> str:
        """A fact that is one text; empty when it is not so."""
        value = self.facts.get(fact, "")
        return value if isinstance(value, str) else ", ".join(value)

    def listed(self, fact: str) -> list[str]:
        """A fact that is a list; empty when there is none."""
        value = self.facts.get(fact, [])
        return [value] if isinstance(value, str) else value


class Change(StrEnum):
    """What is so in the second schema, seen from the first."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERS = "differs"


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One difference; `first` or `second` is None where it is not there."""

    change: Change
    first: Item | None = None
    second: Item | None = None
    within: bool = False
    """Whether all that it is a part of is missing or extra as well."""

    @property
    def item(self) -> Item:
        """The thing, of the side that has it; of the first when both do."""
        found = self.first or self.second
        if found is None:
            raise ValueError("a difference of nothing")
        return found

    @property
    def facts(self) -> dict[str, tuple[Fact, Fact]]:
        """Fact → what it is in the first and in the second, where they differ."""
        if self.first is None or self.second is None:
            return {}
        one, other = self.first.facts, self.second.facts
        names = [*one, *(name for name in other if name not in one)]
        pairs = {name: (one.get(name, ""), other.get(name, "")) for name in names}
        return {name: (a, b) for name, (a, b) in pairs.items() if a != b}
