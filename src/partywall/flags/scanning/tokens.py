"""Source code in pieces: names, texts and marks, without comments.

What stands in a hole of a text is code too, and a stream of its own, as nothing outside of the text
goes on in it.
"""

from __future__ import annotations

import re
from bisect import bisect
from functools import lru_cache
from typing import NamedTuple

from partywall.flags.scanning.syntax import Quote, Syntax
from partywall.flags.scanning.urls import HOLE

_PATTERN = re.compile(r"/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
_MARKS_BEFORE = """
    ( , = : ; ! & | ? { + - * % ~ ^
"""
_BEFORE_PATTERN = frozenset(_MARKS_BEFORE.split())
"""After anything else a slash divides, or ends an element."""
_KEYWORDS = """
    return typeof case in of do else void throw when if unless and or
"""
_WORDS_BEFORE = frozenset(_KEYWORDS.split())


_DEEPEST = 20
"""As many texts as may be put into one another."""


class Token(NamedTuple):
    """One piece.

    Attributes:
        kind: `name`, `text` or `mark`.
        value: the name, the mark, or what the text says, with HOLE where something is put in.
        line: where it begins, counted from 1.
    """

    kind: str
    value: str
    line: int

    @property
    def text(self) -> str | None:
        """What it says, if it is a text that always says the same."""
        return self.value if self.kind == "text" and HOLE not in self.value else None

    def is_mark(self, marks: str) -> bool:
        """Whether it is one of these marks."""
        return self.kind == "mark" and self.value in marks


def streams(text: str, syntax: Syntax, start: int = 0, end: int | None = None) -> list[list[Token]]:
    """The pieces of code between two places, and those of each hole in one of its texts."""
    reader = _Reader(text, syntax, len(text) if end is None else end)
    reader.code(start)
    return reader.streams


class _Reader:
    def __init__(self, text: str, syntax: Syntax, end: int) -> None:
        self.streams: list[list[Token]] = []
        self._text = text
        self._syntax = syntax
        self._end = end
        self._depth = 0
        self._breaks = _breaks(text)
        self._skips: dict[int, int] = {}
        """End of a line → where code goes on after the texts that begin below it."""

    def code(self, at: int, *, is_hole: bool = False) -> int:
        """Read code to the end, or to the brace that ends a hole; gives where it goes on."""
        stream: list[Token] = []
        self.streams.append(stream)
        depth = 0
        while found := self._syntax.pattern.match(self._text, at, self._end):
            kind = found.lastgroup or ""
            if kind == "mark" and found[0] in "{}":
                depth += 1 if found[0] == "{" else -1
                if is_hole and depth < 0:
                    return found.end()
            at = self._piece(stream, found)
        return at

    def _piece(self, stream: list[Token], found: re.Match[str]) -> int:
        kind, at, after = found.lastgroup or "", found.start(), found.end()
        if kind == "newline":
            return self._skips.pop(at, after)
        if kind == "block":
            return self._block(after)
        if kind == "heredoc" and self._below(found):
            stream.append(self._token("text", HOLE, at))
        elif kind.startswith("quote"):
            return self._quote(stream, found, self._syntax.quotes[int(kind[5:])], kind)
        elif kind == "mark" and found[0] == "/" and self._syntax.has_patterns:
            pattern = _PATTERN.match(self._text, at, self._end) if _may_be_pattern(stream) else None
            after = pattern.end() if pattern else after
            stream.append(self._token("text" if pattern else kind, HOLE if pattern else "/", at))
        elif kind in {"name", "mark"}:
            stream.append(self._token(kind, found[0], at))
        elif kind in {"heredoc", "number"}:
            stream.append(self._token("mark", found[0], at))
        return after

    def _hole(self, at: int) -> int:
        """Code inside of a text; as deep as nobody writes it, it is only text."""
        if self._depth >= _DEEPEST:
            return at
        self._depth += 1
        try:
            return self.code(at, is_hole=True)
        finally:
            self._depth -= 1

    def _token(self, kind: str, value: str, at: int) -> Token:
        return Token(kind, value, bisect(self._breaks, at - 1) + 1)

    def _block(self, at: int) -> int:
        """Where a block of comment ends that begins before."""
        opens, closes = self._syntax.block or ("", "")
        pattern = re.compile(f"({re.escape(opens)})|{re.escape(closes)}")
        depth = 1
        while found := pattern.search(self._text, at, self._end):
            at = found.end()
            nests = found[1] and self._syntax.nests
            depth += 1 if nests else 0 if found[1] else -1
            if not depth:
                return at
        return self._end

    def _below(self, found: re.Match[str]) -> bool:
        """Whether a text begins on the next line; it is passed over when that line comes."""
        line = self._text.find("\n", found.end(), self._end)
        word = next((one for one in reversed(found.groups()) if one), "")
        if line < 0:
            return False
        start = self._skips.get(line, line + 1)
        end = re.compile(rf"^[ \t]*{re.escape(word)}\b", re.MULTILINE).search(self._text, start)
        if end is None:
            return False
        self._skips[line] = end.end()
        return True

    def _quote(self, stream: list[Token], found: re.Match[str], quote: Quote, group: str) -> int:
        """A text; one that does not end on its line is none, but a lone mark."""
        said: list[str] = []
        at, stops = found.end(), quote.stops(found, group)
        before = len(self.streams)
        while stop := stops.search(self._text, at, self._end):
            said.append(self._text[at : stop.start()])
            at = stop.end()
            kind = stop.lastgroup
            if kind == "escape":
                said.append(stop[0][-1])
            elif kind in {"hole", "broken"}:
                said.append(HOLE)
                at = self._hole(at) if kind == "hole" else at
            elif kind == "close":
                stream.append(self._token("text", "".join(said), found.start()))
                return at
            else:
                break
        if len(self.streams) > before:
            return max(at, found.end())
        stream.append(self._token("mark", found[0], found.start()))
        return found.end()


@lru_cache(maxsize=1)
def _breaks(text: str) -> list[int]:
    """Where lines end; asked for once for each piece of the same page."""
    return [found.start() for found in re.finditer(r"\n", text)]


def _may_be_pattern(stream: list[Token]) -> bool:
    last = stream[-1] if stream else None
    if last is None:
        return True
    if last.kind == "name":
        return last.value in _WORDS_BEFORE
    return last.kind == "mark" and last.value in _BEFORE_PATTERN
