"""Every language but Python, read by its tokens: calls, hooks, components, addresses of OFREP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from partywall.flags.scanning import urls
from partywall.flags.scanning.calls import Call, Stream
from partywall.flags.scanning.clients import Facts, is_client, ours
from partywall.flags.scanning.constants import constants
from partywall.flags.scanning.found import Found, gathered
from partywall.flags.scanning.methods import COMPONENT, HOOKS, KEYWORDS, MARKERS, METHODS, Method
from partywall.flags.scanning.names import facts, package
from partywall.flags.scanning.prose import is_prose
from partywall.flags.scanning.syntax import SYNTAX
from partywall.flags.scanning.tokens import Token, streams

_OUTSIDE_PHP = re.compile(r"(?:\A|\?>).*?(?:<\?(?:php\b|=)|\Z)", re.DOTALL | re.IGNORECASE)
_SCRIPTED = frozenset({"javascript", "typescript", "html", "vue", "svelte"})
_NAMED = KEYWORDS | {"key"}
_JOINS = "+."
_SAME = frozenset({"as", "satisfies", "to_string", "to_owned", "into", "freeze"})
"""What may follow a text without making another one of it."""

Seen = Iterator[tuple[str | None, int]]
"""A key, or None where it cannot be read, and the line."""


def read(language: str, name: str, text: str) -> Found:
    """What a file asks for."""
    if language == "php":
        text = _OUTSIDE_PHP.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return gathered(language, name, asked(language, map(Stream, streams(text, SYNTAX[language]))))


def asked(language: str, pieces: Iterable[Stream]) -> Seen:
    """What the streams of one file ask for."""
    file = _File(language, list(pieces))
    for stream in file.streams:
        for call in stream.calls(file.names):
            yield from file.call(stream, call)
        for at in range(len(stream.tokens)):
            yield from file.component(stream, at)
            yield from file.bare(stream, at)
        yield from _addresses(stream)


class _File:
    def __init__(self, language: str, pieces: list[Stream]) -> None:
        self.streams = pieces
        self._language = language
        self._methods = METHODS[language]
        self._is_scripted = language in _SCRIPTED
        self.names = {*self._methods, *(HOOKS | MARKERS if self._is_scripted else ())}

    @cached_property
    def _facts(self) -> Facts:
        return facts(self.streams, self._language)

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return constants(self.streams, self._language)

    def call(self, stream: Stream, call: Call) -> Seen:
        """A method of a client, a hook, or a decorator."""
        line = stream.tokens[call.at].line
        if call.name in self._methods:
            if not (self._is_scripted and is_prose(stream, call)):
                yield from self._method(call, self._methods[call.name], line)
        elif not self._may_be_ours(call.name):
            return
        elif call.name in MARKERS:
            yield from self._inner(call)
        elif _is_hook(stream, call):
            yield self._key(call.arguments[0]), line

    def _method(self, call: Call, method: Method, line: int) -> Seen:
        key = _argument(call.arguments, method.key)
        if len(call.arguments) < method.least:
            return
        if call.receiver is not None and is_client(call.receiver, self._facts):
            yield self._key(key), line
        elif call.receiver is None and self._facts.imports and len(key) == 1 and key[0].text:
            yield key[0].text, line

    def component(self, stream: Stream, at: int) -> Seen:
        """`<FeatureFlag flagKey="…">`."""
        if not self._is_scripted or stream.name(at) != COMPONENT:
            return
        if stream.mark(at - 1) != "<" or not self._may_be_ours(COMPONENT):
            return
        inner = at + 1
        while inner < len(stream.tokens) and stream.mark(inner) != ">":
            if stream.name(inner) in KEYWORDS and stream.mark(inner + 1) == "=":
                value = stream.tokens[inner + 2 : stream.closing.get(inner + 2, inner + 2) + 1]
                within = value[1:-1] if value and value[0].is_mark("{") else value
                key = None if stream.mark(inner - 1) == ":" else self._key(within)
                yield key, stream.tokens[inner].line
                return
            inner = stream.closing.get(inner, inner) + 1

    def bare(self, stream: Stream, at: int) -> Seen:
        """Ruby's way without parentheses."""
        if self._language != "ruby" or stream.name(at) not in self._methods:
            return
        receiver, _ = stream.receiver(at)
        if stream.name(at + 1) in KEYWORDS and receiver and is_client(receiver, self._facts):
            ends = (one for one in range(at + 3, len(stream.tokens)) if stream.mark(one) == ",")
            key = stream.tokens[at + 3 : next(ends, at + 4)]
            yield self._key(key), stream.tokens[at].line

    def _inner(self, call: Call) -> Seen:
        """Keys in the objects that a decorator takes."""
        tokens = [token for one in call.arguments for token in one]
        for at, token in enumerate(tokens[:-2]):
            if token.value in KEYWORDS and tokens[at + 1].is_mark(":"):
                yield self._key(tokens[at + 2 : at + 3]), token.line

    def _may_be_ours(self, name: str) -> bool:
        """Whether a name is not imported from a package of somebody else."""
        origin = next(filter(None, (package(one, name) for one in self.streams)), "")
        return not origin or ours(origin) or origin.startswith((".", "@/", "~", "#", "/"))

    def _key(self, tokens: list[Token]) -> str | None:
        """What is known of a key by its tokens."""
        kept = [token for token in tokens if not token.is_mark("&")]
        if len(kept) > 2 and kept[-2].is_mark("."):
            is_own = kept[0].value in {"this", "self", "Self", "static"}
            kept = kept[2:] if is_own and len(kept) == 3 else kept
        elif len(kept) == 4 and kept[0].value in {"self", "static", "Self"}:
            kept = kept[3:] if kept[1].is_mark(":") else kept
        if len(kept) == 1 and kept[0].kind == "name":
            return self._texts.get(kept[0].value.lstrip("@$"))
        said, rest = kept[:1], kept[1:]
        while len(rest) >= 2 and rest[0].is_mark(_JOINS) and rest[1].kind == "text":
            said, rest = [*said, rest[1]], rest[2:]
        words = next((one.value for one in rest if one.kind == "name"), "")
        if not said or (rest and words not in _SAME):
            return None
        texts = [one.text for one in said]
        return "".join(filter(None, texts)) if None not in texts else None


def _is_hook(stream: Stream, call: Call) -> bool:
    return len(call.arguments) >= 2 and call.receiver is None and not is_prose(stream, call)


def _argument(arguments: tuple[list[Token], ...], at: int) -> list[Token]:
    """The key among arguments: the one that is named so, or by its place."""
    for one in arguments:
        names = [token.value for token in one[:4]]
        for count in (1, 2):
            if _NAMED & {*names[:count]} and len(one) > count and one[count].is_mark(":="):
                rest = one[count + 1 :]
                return rest[1:] if rest and rest[0].is_mark(">") else rest
    return arguments[at] if at < len(arguments) else []


def _addresses(stream: Stream) -> Seen:
    inside: list[int] = []
    for at, token in enumerate(stream.tokens):
        if at in stream.closing and token.value == "(":
            inside.append(at)
        elif inside and at == stream.closing[inside[-1]]:
            inside.pop()
        if token.kind == "text" and urls.MARK in token.value:
            function = stream.name(inside[-1] - 1) if inside else ""
            more = urls.HOLE if stream.mark(at + 1) in {"+", "."} else ""
            if not urls.only_says(function):
                yield from ((key, token.line) for key in urls.asked(token.value + more))
