"""Questions without an SDK: addresses of OFREP, the protocol that flags are asked for by.

Only a text that is an address as a whole counts, and not one that is printed or logged. Where the
key is put in while the program runs, or all flags are asked for at once, it cannot be read.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

HOLE = "\0"
"""What stands in a text for something that is put in while the program runs."""
MARK = "/ofrep/v1/evaluate/flags"
_ADDRESS = re.compile(rf"[^\s<>\"']*{MARK}(?P<rest>[/?#{HOLE}][^\s\"']*)?")
_KEY = re.compile(r"/((?:[\w.~-]|%[0-9A-Fa-f]{2})+)/?(?:[?#].*)?", re.DOTALL)
_WORDS_THAT_SAY = """
    critical debug echo error exception fatal fatalf info infof log logf panic print printf
    println puts raise trace verbose warn warning writeline
"""
_SAYS = frozenset(_WORDS_THAT_SAY.split())


def asked(text: str) -> tuple[str | None, ...]:
    """The flag that is asked for at an address: (key,); (None,) unreadable; () it is no address."""
    found = _ADDRESS.fullmatch(text) if MARK in text else None
    if found is None:
        return ()
    key = _KEY.fullmatch(found["rest"] or "")
    return (unquote(key[1]) if key else None,)


def only_says(function: str) -> bool:
    """Whether what a function is given is only shown to people."""
    return function.rpartition(".")[2].lower() in _SAYS
