"""Which command it was that made one difference of the schema; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from partywall.data.postgres.schemas.item import Drift
from partywall.data.postgres.tracing import effects
from partywall.data.postgres.tracing.commands import Command

_CHANGES = re.compile(r"\s*(?:ALTER|CREATE|DROP|COMMENT|GRANT|REVOKE|DO|SELECT)\b", re.IGNORECASE)


def dropping(mine: Sequence[Command], kind: str, name: str) -> Command | None:
    """The one that dropped a thing of this name, as PostgreSQL said it."""
    for one in reversed(mine):
        for thing in effects.dropped(one):
            if thing.kind == kind and _last(thing.name) == name and one.failure is None:
                return one
    return None


def naming(mine: Sequence[Command], drift: Drift) -> Command | None:
    """The last one whose words name a thing and what it is a part of; or else the thing alone."""
    plain = drift.item.name.partition("(")[0]
    wanted = [{plain, drift.item.of} - {""}, {plain}]
    for names in wanted:
        for one in reversed(mine):
            if one.failure is None and _CHANGES.match(one.text) and _has(one.text, names):
                return one
    return None


def _has(text: str, names: set[str]) -> bool:
    return all(re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) for name in names)


def _last(identity: str) -> str:
    """`public.orders.note` → `note`; names in quotes may hold points."""
    found = re.search(r'(?:"((?:[^"]|"")*)"|([^."]+))$', identity)
    if not found:
        return identity
    return found[1].replace('""', '"') if found[1] is not None else found[2]
