"""SQL files taken apart into statements and the data between them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from partywall.model.errors import Place, Refused

_TOKEN = re.compile(
    r"""
      --[^\n]* | /\*.*?\*/                            # remarks
    | [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*'       # texts
    | "(?:[^"]|"")*"                                  # names
    | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)       # bodies
    | \\[^\n]*                                        # a command to the client
    | [A-Za-z_][\w$]* | ; | \s+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_COPY = re.compile(r"COPY\s.*\bFROM\s+STDIN\b", re.IGNORECASE | re.DOTALL)
_END = "\\."


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, or a command to the client, with the rows that follow it."""

    text: str
    line: int
    rows: str | None = None

    @property
    def is_command(self) -> bool:
        """Whether it is for the client, as all that begins with a backslash."""
        return self.text.startswith("\\")


def parts(text: str) -> Iterator[Part]:
    """Every statement of a file that `psql` would read.

    Raises:
        Refused: when rows have no end.
    """
    position = 0
    while position < len(text):
        end, said = _statement(text, position)
        line = text.count("\n", 0, position + len(text[position:end]) - len(said)) + 1
        rows = None
        if _COPY.match(said):
            end, rows = _rows(text, end, line)
        if said:
            yield Part(text=said, line=line, rows=rows)
        position = end


def _statement(text: str, start: int) -> tuple[int, str]:
    """Where the next one ends, and what it says without remarks before it."""
    words: list[str] = []
    depth, last = 0, ""
    position = start
    while position < len(text):
        match = _TOKEN.match(text, position)
        token = match[0] if match else text[position]
        if token.startswith("\\") and not words:
            return position + len(token), token.strip()
        position += len(token)
        if token[0] == ";" and not depth:
            break
        if words or not (token.isspace() or token.startswith(("--", "/*"))):
            words.append(token)
        depth, last = _depth(depth, last, token.upper())
    return position, "".join(words).strip()


def _depth(depth: int, last: str, word: str) -> tuple[int, str]:
    """How deep inside a body of the form BEGIN ATOMIC … END, and the last word."""
    if word == "ATOMIC" and last == "BEGIN":
        return 1, word
    if depth and word == "CASE":
        return depth + 1, word
    if depth and word == "END":
        return depth - 1, word
    return depth, last if word.isspace() else word


def _rows(text: str, start: int, line: int) -> tuple[int, str]:
    begin = text.find("\n", start) + 1
    if text.startswith(f"{_END}\n", begin):
        return begin + len(_END) + 1, ""
    end = text.find(f"\n{_END}\n", begin)
    if not begin or end < 0:
        raise Refused("rows have no end: the file is cut off", where=Place("the dump", line))
    return end + len(_END) + 2, text[begin : end + 1]
