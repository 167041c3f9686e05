"""Secrets that stand in a Compose file as they are, where a reference should be; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from partywall.model.secret import looks_secret, references

_IN_URL = re.compile(r"://[^:@/\s]*:(?P<password>[^@/\s]+)@")
_SWITCH = re.compile(r"true|false|yes|no|on|off|none|[0-9.]+[a-z]?", re.IGNORECASE)


def literals(variables: Mapping[str, str]) -> dict[str, str]:
    """`service.NAME` → the secret in it, for every variable that holds one literally."""
    found = {}
    for name, text in variables.items():
        url = _IN_URL.search(text)
        if url and not references(url["password"]):
            found[name] = url["password"]
        elif _is_secret(name.rpartition(".")[2], text):
            found[name] = text
    return found


def _is_secret(name: str, text: str) -> bool:
    """A name like a secret's with a value that is no switch, number, path or reference."""
    if name == "command" or not text or references(text) or not looks_secret(name):
        return False
    if "PASS" in name.upper():
        return not text.startswith("/")
    return not (text.startswith(("/", "./")) or _SWITCH.fullmatch(text))
