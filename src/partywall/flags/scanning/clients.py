"""Whose method it is: a client of OpenFeature's, or something else with the same word.

`get_boolean_value` may as well be a method of what reads settings. A call is a question for a flag:

1. if it has a key and something to fall back on, without which no SDK answers;
2. and what it is called on is
   - made in this file by something that is named for a client or for flags (`api.get_client()`,
     `NewClient`, `FeatureFlags(...)`), or declared with such a type (`flags: OpenFeatureClient`);
   - or named so itself: the name ends in `client` or `flags`, as `self.client`, `shop_flags`;
   - or anything at all in a file that imports OpenFeature;
3. unless it is known to be something else: made in this file by a constructor of another name
   (`Reader()`, `Mock()`), declared with another type, or a name with a word for settings or for
   another kind of server in it (`config`, `redis_client`).

A hook or a component of React counts unless the file imports it from a package of somebody else.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LIKE = re.compile(r"(?:client|flags|openfeature)$", re.IGNORECASE)
_MAKES = re.compile(r"client$|flags?|features?", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_WORDS_OF_OTHERS = """
    args argparse aws cfg conf config configs configuration consul database db env environ
    etcd http https ini json kafka mqtt node options parser pref preferences prefs properties
    props reader record redis registry row s3 setting settings sql toml vault xml yaml
    zookeeper
"""
_OTHERS = frozenset(_WORDS_OF_OTHERS.split())
_OURS = re.compile(r"open[-_]?feature", re.IGNORECASE)


class Facts(NamedTuple):
    """What a file says about the names in it."""

    imports: bool = False
    """Whether it imports OpenFeature."""
    clients: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    """Names of things that are no clients."""


class Noted:
    """Facts while they are gathered; a name that was ever a client is one."""

    def __init__(self) -> None:
        self.imports = False
        self._clients: set[str] = set()
        self._others: set[str] = set()

    def made(self, name: str, maker: str) -> None:
        """A name gets what a function or a constructor gives."""
        name = plain(name)
        if _MAKES.search(maker):
            self._clients.add(name)
        elif plain(maker)[:1].isupper() or not _LIKE.search(name):
            self._others.add(name)

    def declared(self, name: str, kind: str) -> None:
        """A name is declared with a type; one in small letters says nothing."""
        if plain(kind)[:1].isupper():
            self.made(name, kind)

    def facts(self) -> Facts:
        """What is known at the end."""
        return Facts(
            self.imports, frozenset(self._clients), frozenset(self._others - self._clients)
        )


def plain(name: str) -> str:
    """A name without the marks that some languages put before it."""
    return name.lstrip("$@")


def ours(name: str) -> bool:
    """Whether a module, a package or a name is OpenFeature's."""
    return _OURS.search(name) is not None


def is_client(receiver: str, facts: Facts) -> bool:
    """Whether flags are asked for, by the last name of what a method is called on; "": unknown."""
    name = plain(receiver)
    if name in facts.clients:
        return True
    words = {word.lower() for word in _WORD.findall(name)}
    if name in facts.others or words & _OTHERS:
        return False
    return facts.imports or _LIKE.search(name) is not None
