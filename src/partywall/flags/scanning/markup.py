"""Pages and components: their scripts, and what stands in attributes and braces that is code.

What a page shows and what it says in comments is neither. Which braces and attributes are code is
a matter of what renders it: Vue, Svelte, Angular, or a template engine on the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from partywall.flags.scanning.calls import Stream
from partywall.flags.scanning.code import asked
from partywall.flags.scanning.found import Found, gathered
from partywall.flags.scanning.syntax import SYNTAX
from partywall.flags.scanning.tokens import streams

_ANY = r"(?:[^>\"']|\"[^\"]*\"|'[^']*'){0,2000}"
_SILENT = r"(?P<silent><!--.*?(?:-->|\Z)|<style\b.*?(?:</style\s*>|\Z))"
_SCRIPT = rf"<script\b(?P<about>{_ANY})>(?P<code>.*?)(?:</script\s*>|\Z)"
_TAG = r"(?P<tag></?[A-Za-z](?:[^>\"'{]|\"[^\"]*\"|'[^']*'|\{(?:[^{}]|\{[^{}]*\})*\}){0,2000}>)"
"""No page has so long a tag, and an open one shall not be looked for to the end each time."""
_SHOWN = r"\{\{(?P<shown>.{0,4000}?)\}\}"
_TOLD = r"\{\#.*?(?:\#\}|\Z)|\{%(?P<told>.{0,4000}?)%\}"
"""Comments and statements of template engines."""
_PIECES = {
    language: re.compile("|".join(parts), re.DOTALL | re.IGNORECASE)
    for language, parts in {
        "svelte": (_SILENT, _SCRIPT, _TAG),
        "vue": (_SILENT, _SCRIPT, _SHOWN, _TAG),
        "html": (_SILENT, _SCRIPT, _SHOWN, _TOLD, _TAG),
    }.items()
}
_CODE = ("code", "shown", "told")
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
)
_DYNAMIC = re.compile(r"v-|x-|on|[:@#*\[(]", re.IGNORECASE)
_RUNS = re.compile(
    r"\btype\s*=\s*[\"']?(?:module|text/\w*script|application/\w*script|text/babel)\b"
)


def read(language: str, name: str, text: str) -> Found:
    """What a page asks for."""
    pieces = [
        Stream(tokens)
        for start, end in _code(language, text)
        for tokens in streams(text, SYNTAX[language], start, end)
    ]
    return gathered(language, name, asked(language, pieces))


def _code(language: str, text: str) -> Iterator[tuple[int, int]]:
    """Where code begins and ends."""
    at = 0
    for found in _PIECES[language].finditer(text):
        if language == "svelte":
            yield from _braces(text, at, found.start())
        at = found.end()
        said = found.groupdict()
        if said["tag"]:
            yield from _attributes(language, text, *found.span("tag"))
        elif said["code"] is None or _runs(said["about"]):
            yield from (found.span(name) for name in _CODE if said.get(name) is not None)
    if language == "svelte":
        yield from _braces(text, at, len(text))


def _runs(about: str) -> bool:
    return "type" not in about or _RUNS.search(about) is not None


def _braces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What stands between braces that belong together."""
    waiting: list[int] = []
    for found in re.finditer("[{}]", text[start:end]):
        if found[0] == "{":
            waiting.append(start + found.end())
        elif waiting:
            opened = waiting.pop()
            if not waiting:
                yield opened, start + found.start()


def _attributes(language: str, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if language == "svelte":
        yield from _braces(text, start, end)
    if text.startswith("<FeatureFlag", start):
        yield start, end
    for found in _ATTRIBUTE.finditer(text, start, end):
        if _DYNAMIC.match(found["name"]):
            yield found.span("double" if found["double"] is not None else "single")
