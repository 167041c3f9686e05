"""Words that a component of React shows, which tokens do not tell from code."""

from __future__ import annotations

from partywall.flags.scanning.calls import Call, Stream

_KEYWORDS = """
    and as async await case const default delete do elif else export extends function get if
    in instanceof is let new not of or return satisfies set static throw typeof var void while
    yield
"""
_BEFORE = frozenset(_KEYWORDS.split())


def is_prose(stream: Stream, call: Call) -> bool:
    """Whether what looks like a call is said to a reader: after another word, or in an element."""
    before, after = call.first - 1, call.last + 1
    if stream.name(before) and stream.name(before) not in _BEFORE:
        tokens = stream.tokens
        marked = tokens[before].value[0] == "@" or stream.mark(before - 1) in {"#", "@", ":"}
        return not marked and tokens[before].line == tokens[call.first].line
    shown = stream.mark(before) == ">" and stream.mark(before - 1) != "="
    return shown and stream.mark(after) == "<"
