"""Names in a file that always stand for one text, by its tokens.

A name counts when it is said to stay as it is (`const`, `final`, or in capitals), gets a text, and
gets nothing else anywhere in the file: neither as a parameter nor in a loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from partywall.flags.scanning.calls import Stream
from partywall.flags.scanning.clients import plain
from partywall.flags.scanning.names import assigns, target
from partywall.flags.scanning.tokens import Token

_STAYS = frozenset({"const", "val", "final", "static", "readonly"})
_WORDS_THAT_ASK = """
    if elif elseif while switch when match until unless return catch using lock with
"""
_ASKS = frozenset(_WORDS_THAT_ASK.split())
"""What has a parenthesis and is no function."""
_DEFINES = frozenset({"def", "fn", "fun", "func", "function"})
_LOOPS = frozenset({"of", "in"})
_NEAR = 6
"""How many tokens before a name the word may stand that says that it stays."""


def constants(streams: Iterable[Stream], language: str) -> Mapping[str, str]:
    """Name → text."""
    texts: dict[str, str] = {}
    bound: Counter[str] = Counter()
    for stream in streams:
        for at in range(len(stream.tokens)):
            bound.update(map(plain, _binds(stream, at, language)))
            name = target(stream, at, language) if assigns(stream, at) else ""
            said = _said(stream.tokens, at + 1)
            if name and said is not None and _stays(stream, at, name):
                texts[plain(name)] = said
    return {name: text for name, text in texts.items() if bound[name] == 1}


def _said(tokens: list[Token], at: int) -> str | None:
    """A text that is all that is assigned."""
    if at >= len(tokens) or tokens[at].text is None:
        return None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if tokens[at + 2 : at + 3] and tokens[at + 2].value == "freeze":
        return tokens[at].text
    goes_on = after is not None and (after.is_mark(".+?[(&|%-<") or after.value == "if")
    return None if goes_on else tokens[at].text


def _stays(stream: Stream, at: int, name: str) -> bool:
    if name.isupper() or any(stream.name(at - one) in _STAYS for one in range(1, _NEAR)):
        return True
    while at > 0 and stream.mark(at) not in {*"([{"}:
        at = stream.opening.get(at, at) - 1
    return stream.mark(at) == "(" and stream.name(at - 1) == "const"


def _binds(stream: Stream, at: int, language: str) -> Iterator[str]:
    """The names that get something at a place."""
    if stream.mark(at) == "=" and stream.mark(at - 1) not in {*"=!<>"}:
        if stream.mark(at - 1) in {")", "]", "}"}:
            yield from _inside(stream, stream.opening.get(at - 1, at), at)
        elif stream.mark(at + 1) != "=":
            yield from _targets(stream, at, language)
    elif stream.name(at) in _LOOPS or _is_arrow(stream, at, language):
        yield stream.name(at - 1)
    elif stream.mark(at) == "(" and at in stream.closing and _is_definition(stream, at):
        yield from _inside(stream, at, stream.closing[at])
    elif stream.mark(at) == "|":
        yield stream.name(at + 1)


def _targets(stream: Stream, at: int, language: str) -> Iterator[str]:
    """The name that gets something, and those that get something with it: `key, _ := …`."""
    yield target(stream, at, language)
    before = at - (3 if stream.mark(at - 1) == ":" else 2)
    while stream.mark(before) == "," and stream.name(before - 1):
        yield stream.name(before - 1)
        before -= 2


def _is_arrow(stream: Stream, at: int, language: str) -> bool:
    """After the parameter of `key -> …`, or what goes through a loop in Java."""
    if language == "java" and stream.mark(at) == ":":
        return True
    return stream.mark(at) == "-" and stream.mark(at + 1) == ">"


def _inside(stream: Stream, first: int, last: int) -> Iterator[str]:
    return (one.value for one in stream.tokens[first:last] if one.kind == "name")


def _is_definition(stream: Stream, opens: int) -> bool:
    """Whether names in a parenthesis are parameters."""
    before, after = stream.name(opens - 1), stream.closing[opens] + 1
    if _DEFINES & {before, stream.name(opens - 2)}:
        return True
    called = stream.mark(opens - 2) in {".", ">", ":"} or before in _ASKS
    return not called and (stream.mark(after) in {"{", ":"} or stream.mark(after) == "-")
