"""Whom a shared broker lets in and what they may hear and say, as Mosquitto's files; pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from partywall.model.world import TopicSpace

_ROUNDS = 101
"""As `mosquitto_passwd` does it by default."""


def passwords(users: Iterable[tuple[TopicSpace, str]]) -> str:
    """The file of passwords: hashed, and the same for the same passwords."""
    return "".join(f"{space.user}:{_hashed(space.user, text)}\n" for space, text in users)


def topics(spaces: Iterable[TopicSpace]) -> str:
    """The file of rights: a user has the topics below its prefix, and no others."""
    return "".join(f"user {one.user}\ntopic readwrite {one.prefix}#\n\n" for one in spaces)


def _hashed(user: str, password: str) -> str:
    """PBKDF2 in Mosquitto's form; the salt is no secret, only not the same for two."""
    salt = hashlib.sha512(f"{user}\0{password}".encode()).digest()[:12]
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${_plain(salt)}${_plain(made)}"


def _plain(data: bytes) -> str:
    return base64.b64encode(data).decode()
