"""What .dockerignore keeps out of a build, as Docker understands it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

Rule = tuple[re.Pattern[str], bool]
"""A pattern for whole paths, and whether what fits is kept out or (`!`) taken in again."""


class Ignored:
    """The rules of one context; the last one that fits a path, or a folder above it, counts.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._rules = [rule for line in lines if (rule := _rule(line))]
        self.has_exceptions = not all(out for _, out in self._rules)
        """Whether something in a folder that is kept out may be taken in again."""

    def __contains__(self, path: str) -> bool:
        """Whether a path below the context is kept out; folders are separated by `/`."""
        if not self._rules:
            return False
        parts = path.split("/")
        ways = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        fitting = (out for rule, out in reversed(self._rules) if any(map(rule.fullmatch, ways)))
        return next(fitting, False)


def of_context(folder: Path) -> Ignored:
    """The rules of a context; none where there is no such file or it cannot be read."""
    try:
        return Ignored((folder / ".dockerignore").read_text().splitlines())
    except (OSError, UnicodeDecodeError):
        return Ignored()


def _rule(line: str) -> Rule | None:
    """The rule of a line; None for a comment, an empty line or a pattern that makes no sense."""
    text = line.strip()
    if line.startswith("#") or not text:
        return None
    out = not text.startswith("!")
    clean = posixpath.normpath(text.removeprefix("!").strip()).strip("/")
    try:
        return re.compile(_expression(clean)), out
    except re.error:
        return None


_PARTS = re.compile(r"(?P<deep>\*\*/?)|(?P<star>\*)|(?P<one>\?)|\[(?P<set>[^\]]+)\]|\\?(?P<word>.)")


def _expression(pattern: str) -> str:
    return "".join(map(_part, _PARTS.finditer(pattern)))


def _part(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "deep":
            return "(?:.*/)?" if found[0].endswith("/") else ".*"
        case "star":
            return "[^/]*"
        case "one":
            return "[^/]"
        case "set":
            return f"[{found['set']}]"
    return re.escape(found["word"])
