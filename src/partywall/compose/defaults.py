"""Which variables of a Compose file may get another value than their default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from partywall.compose.envfiles import Wanted, is_secret

_PATH = re.compile(r"[./~]")


def replaceable(variables: Iterable[Wanted], text: str) -> Iterator[Wanted]:
    """The variables that may get a value of their own.

    Left alone is what may stay empty (`${NAME:-}`), and a default that others go by as well: one
    that stands in an address, is written down for another service, or is another one's user name.

    Args:
        variables: that the Compose files use.
        text: of these files.
    """
    every = list(variables)
    plain = {one.default for one in every if not is_secret(one.name, one.default)}
    for one in every:
        if not one.default:
            if not _may_be_empty(one.name, text):
                yield one
        elif one.default not in plain and not _goes_on(one.default, text):
            yield one


def _may_be_empty(name: str, text: str) -> bool:
    """Whether every use of it has a default."""
    uses = re.findall(rf"(?<!\$)\$(?:\{{{name}\b(:?[-+])?|{name}\b)", text)
    return bool(uses) and all(uses)


def _goes_on(default: str, text: str) -> bool:
    value = re.escape(default)
    written = rf":{value}@|(?m:[=:][ \t]*[\"']?{value}[\"']?[ \t]*(?:#.*)?$)"
    return _PATH.match(default) is not None or re.search(written, text) is not None
