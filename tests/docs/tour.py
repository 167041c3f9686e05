"""The sample sessions of a page: their commands, and whether what they show is what comes.

A sample is a fenced block `console`. `$ …` is a command, the lines after it are its output; a line
`…` stands for any number of lines. Times, amounts of memory and ports differ from run to run and
are compared as such.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

import msgspec

REST = "…"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHANGING = (
    (re.compile(r"\b\d+(\.\d+)? (min|s|h|d)\b"), "TIME"),
    (re.compile(r"TIME( TIME)+"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? [KMG]iB\b"), "MEMORY"),
    (re.compile(r"(localhost):\d{4,5}\b"), r"\1:PORT"),
    (re.compile(r"\b\d{13}-"), "STAMP-"),
    (re.compile(r"[ \t]+"), " "),
)


class Sample(msgspec.Struct, frozen=True):
    """One command and the output that is shown for it."""

    command: str
    shown: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """The command as an argument list."""
        return shlex.split(self.command, comments=True)


def samples(page: str) -> Iterator[Sample]:
    """Every sample of a page, in order."""
    for block in _BLOCK.findall(page):
        for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = one.rstrip("\n").split("\n")
            yield Sample(command, tuple(shown))


def unlike(sample: Sample, real: str) -> str | None:
    """The first shown part that did not come, None when all came in this order."""
    lines = [_steady(line) for line in real.splitlines()]
    at = 0
    for part, anchored in _parts(sample.shown):
        found = _find(part, lines, at, anchored=anchored)
        if found is None:
            return "\n".join(part)
        at = found + len(part)
    open_end = sample.shown[-1:] in ((REST,), ())
    return None if open_end or at == len(lines) else "\n".join(lines[at:])


def _parts(shown: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    """The lines between two `…`, and whether they must come at once."""
    part: list[str] = []
    anchored = True
    for line in shown:
        if line.strip() != REST:
            part.append(_steady(line))
            continue
        if part:
            yield part, anchored
        part, anchored = [], False
    if part:
        yield part, anchored


def _find(part: list[str], lines: list[str], at: int, *, anchored: bool) -> int | None:
    starts = [at] if anchored else range(at, len(lines) - len(part) + 1)
    return next((start for start in starts if lines[start : start + len(part)] == part), None)


def _steady(line: str) -> str:
    for pattern, word in _CHANGING:
        line = pattern.sub(word, line)
    return line.strip()
