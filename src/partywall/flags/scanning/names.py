"""What the names in a file stand for, by its tokens: clients, and things that are none."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.flags.scanning.calls import Stream
from partywall.flags.scanning.clients import Facts, Noted, ours

_IMPORTS = frozenset({"from", "import", "require", "require_relative"})
_TYPE_FIRST = frozenset({"java", "c#", "php"})
_PREFIXES = frozenset({"await", "new", "mut"})
_LONGEST_TYPE = 8
"""As many tokens as a declared type may have."""


def facts(streams: Iterable[Stream], language: str) -> Facts:
    """What is imported, and what names are made by or declared as."""
    noted = Noted()
    for stream in streams:
        for at, token in enumerate(stream.tokens):
            if token.kind == "text":
                noted.imports |= ours(token.value) and _is_import(stream, at)
            elif token.kind == "name":
                noted.imports |= ours(token.value)
                _declared(stream, at, language, noted)
            elif assigns(stream, at) and (name := target(stream, at, language)):
                _made(stream, at + 1, name, noted)
    return noted.facts()


def package(stream: Stream, name: str) -> str:
    """Where a name is imported from in JavaScript; "" when it is not."""
    for at, token in enumerate(stream.tokens):
        if token.kind == "text" and stream.name(at - 1) == "from":
            opens = stream.opening.get(at - 2, at)
            if any(one.kind == "name" and one.value == name for one in stream.tokens[opens:at]):
                return token.value
    return ""


def assigns(stream: Stream, at: int) -> bool:
    """Whether there is the equals sign of a name, and not one of two, or of an arrow."""
    around = {stream.mark(at - 1), stream.mark(at + 1)}
    return stream.mark(at) == "=" and not around & {*"=!<>"}


def target(stream: Stream, at: int, language: str) -> str:
    """The name that gets what comes after an equals sign; "" when it is no name."""
    at -= 2 if stream.mark(at - 1) == ":" else 1
    if language == "go" and stream.name(at - 1) not in {"", "const", "var"}:
        return stream.name(at - 1)
    for before in range(at, max(at - _LONGEST_TYPE, -1), -1):
        if stream.mark(before) == ":" and stream.name(before - 1):
            return stream.name(before - 1)
        if not (stream.name(before) or stream.mark(before) in {*"&*?<>.'|[]"}):
            break
    return stream.name(at)


def _is_import(stream: Stream, at: int) -> bool:
    before = stream.name(at - 1) or stream.name(at - 2)
    path = stream.tokens[at].value
    return before in _IMPORTS or (" " not in path and "open-feature/go-sdk" in path)


def _made(stream: Stream, at: int, name: str, noted: Noted) -> None:
    """A name gets what is made by the last call of a chain, as `api().client("shop")`."""
    maker, called = "", False
    while stream.name(at) in _PREFIXES or stream.mark(at) in {*"&*"}:
        at += 1
    while stream.name(at):
        maker = stream.name(at) if stream.name(at) != "await" else maker
        opens = stream.paren(at)
        called |= opens is not None
        at = stream.closing[opens] + 1 if opens is not None else at + 1
        if stream.mark(at) not in {*".?!:-&"}:
            break
        while stream.mark(at) in {*".?!:->&"}:
            at += 1
    if called or maker.lower().endswith("client"):
        noted.made(name, maker)


def _declared(stream: Stream, at: int, language: str, noted: Noted) -> None:
    """`Client flags`, `flags: Client`, `flags *openfeature.Client`."""
    name, after = stream.name(at), at + 1
    if language in _TYPE_FIRST:
        if stream.name(after):
            noted.declared(stream.name(after), name)
        return
    if stream.mark(after) not in {":", "*"} and language != "go":
        return
    while stream.mark(after) in {*"*&:"} or stream.name(after) in {"mut", "dyn"}:
        after += 1
    while stream.mark(after + 1) == "." and stream.name(after + 2):
        after += 2
    if stream.name(after).endswith("Client"):
        noted.declared(name, stream.name(after))
