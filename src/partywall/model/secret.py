"""Secrets that do not print, and the placeholders that stand for them everywhere else.

A value is replaced by a placeholder before the Compose CLI sees it, so no world, plan, journal or
state ever holds it; the process that needs it gets it back at launch.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

PLACEHOLDER = re.compile(r"__PW_SECRET_(?P<name>[A-Za-z0-9_]+?)_V(?P<version>[0-9]+)__")
_TELLING = re.compile(
    r"(PASS(WORD|WD|PHRASE)?|_PWD?$|SECRET|TOKEN|CREDENTIALS?|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|_KEY$|^KEY$"
    r"|SALT|DSN|AUTH$|SIGNING|ENCRYPTION|CANARY)",
    re.IGNORECASE,
)


class SecretRef(msgspec.Struct, frozen=True, order=True):
    """A secret by name and version; its value lives in the secret store."""

    name: str
    version: int

    def __str__(self) -> str:
        return f"__PW_SECRET_{self.name}_V{self.version}__"


class Secret:
    """A value that does not print: `str`, `repr` and formatting show stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; call it only where it is handed to a program."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "Secret(****)"

    def __str__(self) -> str:
        return "****"

    def __format__(self, spec: str) -> str:
        return format("****", spec)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled: its value belongs in the secret store only")


def looks_secret(name: str) -> bool:
    """Whether a variable of this name customarily holds a secret."""
    return _TELLING.search(name) is not None


def references(text: str) -> frozenset[SecretRef]:
    """The secrets a text stands on."""
    return frozenset(
        SecretRef(match["name"], int(match["version"])) for match in PLACEHOLDER.finditer(text)
    )


def resolve(text: str, lookup: Callable[[SecretRef], Secret]) -> str:
    """The text with every placeholder replaced by its value."""

    def value(match: re.Match[str]) -> str:
        return lookup(SecretRef(match["name"], int(match["version"]))).reveal()

    return PLACEHOLDER.sub(value, text)


def hide(text: str) -> str:
    """The text with stars for every placeholder, for people to read."""
    return PLACEHOLDER.sub("****", text)
