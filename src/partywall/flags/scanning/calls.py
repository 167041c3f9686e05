"""Calls in a stream of tokens: what is called on what, with which arguments."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from partywall.flags.scanning.tokens import Token

_OPENS = {"(": ")", "[": "]", "{": "}"}
_GENERIC = 60
"""As many tokens as there may be between a name and its parenthesis, as `<Theme | null>`."""
_DEFINES = frozenset({"def", "fn", "fun", "func", "function"})


class Call(NamedTuple):
    """One call.

    Attributes:
        name: what is called, without marks that a language puts before it.
        at: where that name is in the stream.
        receiver: the last name of what it is called on; "" unknown, None when there is nothing.
        first: where the expression begins.
        last: where it ends in the stream.
        arguments: the tokens of each.
    """

    name: str
    at: int
    receiver: str | None
    first: int
    last: int
    arguments: tuple[list[Token], ...]


class Stream:
    """Tokens, and which parentheses belong together."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.closing: dict[int, int] = {}
        self.opening: dict[int, int] = {}
        waiting: list[int] = []
        for at, token in enumerate(tokens):
            if token.is_mark("([{"):
                waiting.append(at)
            elif token.is_mark(")]}"):
                while waiting and _OPENS[tokens[waiting[-1]].value] != token.value:
                    waiting.pop()
                if waiting:
                    self.closing[waiting[-1]] = at
                    self.opening[at] = waiting.pop()

    def mark(self, at: int) -> str:
        """The mark at a place; "" when there is none."""
        there = self.tokens[at] if 0 <= at < len(self.tokens) else None
        return there.value if there and there.kind == "mark" else ""

    def name(self, at: int) -> str:
        """The name at a place; "" when there is none."""
        there = self.tokens[at] if 0 <= at < len(self.tokens) else None
        return there.value if there and there.kind == "name" else ""

    def calls(self, names: Container[str]) -> Iterator[Call]:
        """Every call of these names, and no definition that says so itself."""
        for at, token in enumerate(self.tokens):
            is_one = token.kind == "name" and token.value.lstrip("@$") in names
            opens = self.paren(at) if is_one else None
            if opens is None or self.name(at - 1) in _DEFINES:
                continue
            receiver, first = self.receiver(at)
            last = self.closing[opens]
            name = token.value.lstrip("@$")
            yield Call(name, at, receiver, first, last, self.arguments(opens))

    def paren(self, at: int) -> int | None:
        """Where the parenthesis of a call opens whose name is at a place, past its types."""
        at += 1
        if self.mark(at) == "<":
            depth = 0
            for inner in range(at, min(at + _GENERIC, len(self.tokens))):
                depth += {"<": 1, ">": -1}.get(self.mark(inner), 0)
                if not depth:
                    at = inner + 1
                    break
                if self.mark(inner) in {";", "(", ")"}:
                    return None
        return at if self.mark(at) == "(" and at in self.closing else None

    def arguments(self, opens: int) -> tuple[list[Token], ...]:
        """What stands between commas."""
        found: list[list[Token]] = [[]]
        at, last = opens + 1, self.closing[opens]
        while at < last:
            if self.mark(at) == ",":
                found.append([])
            else:
                after = self.closing.get(at, at)
                found[-1] += self.tokens[at : after + 1]
                at = after
            at += 1
        return tuple(one for one in found if one)

    def receiver(self, at: int) -> tuple[str | None, int]:
        """What a name is called on, and where that begins."""
        before = self._dot(at)
        if before is None:
            return None, at
        last, first = None, at
        while before is not None:
            while self.mark(before) in {"!", "?"}:
                before -= 1
            while self.mark(before) in {")", "]"} and before in self.opening:
                before = self.opening[before] - 1
            if last is None:
                last = self.name(before)
            if not self.name(before):
                break
            first = before
            before = self._dot(before)
        return last, first

    def _dot(self, at: int) -> int | None:
        """What stands before the `.`, `?.`, `&.`, `->` or `::` that is before a name."""
        marks = self.mark(at - 2) + self.mark(at - 1)
        if marks[-1:] == ".":
            return at - 3 if marks in {"?.", "&."} else at - 2
        return at - 3 if marks in {"->", "::"} else None
