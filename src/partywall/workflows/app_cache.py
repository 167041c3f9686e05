"""Apps as they were last read, so that reading verbs need not ask the Compose CLI again.

An App is a function of the Compose files, the variables and this program, as long as the files
name no further ones; then it is remembered under a digest of all of them. Changing verbs write it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

import partywall
from partywall.compose import read
from partywall.model.app import App
from partywall.system.decoding import decode
from partywall.system.files import read_bytes, write_atomically

_FURTHER = (b"include", b"extends", b"env_file")
"""Words that may lead to files whose content we do not see."""


class Remembered(msgspec.Struct, frozen=True):
    """One App with the digest of what it was read from."""

    digest: str
    app: App


class AppCache:
    """The remembered Apps of one project, one file per environment."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "cache"

    def find(self, request: read.Request) -> App | None:
        """The App that reading would give now; None when that is not known."""
        digest = _digest(request)
        data = read_bytes(self._path(request)) if digest else None
        if data is None:
            return None
        try:
            known = decode(data, Remembered)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if known.digest != digest or _has_secret_files(known.app):
            return None
        # What is bound may have changed without any of these files.
        return read.with_bound(known.app, request, read.question(request))

    def keep(self, requests: Iterable[tuple[read.Request, App]]) -> None:
        """Remember Apps that were read."""
        for request, app in requests:
            digest = _digest(request)
            if digest:
                data = msgspec.json.encode(Remembered(digest, app))
                if data != read_bytes(self._path(request)):
                    write_atomically(self._path(request), data)

    def _path(self, request: read.Request) -> Path:
        return self._folder / f"{request.environment}.json"


def _has_secret_files(app: App) -> bool:
    """Whether their versions must be looked up again: what they hold is no part of the digest."""
    return any("file" in one for one in app.secrets.values())


def _digest(request: read.Request) -> str | None:
    """A digest of everything that the App depends on; None when more than that may matter."""
    question = read.question(request)
    texts = [read_bytes(file) or b"" for file in question.files]
    if request.lenient or any(word in text for text in texts for word in _FURTHER):
        return None
    facts = {
        "program": _program(),
        "question": msgspec.to_builtins(question, enc_hook=str),
        "own": request.own is not None,
        "public": msgspec.to_builtins(request.public),
        "outward": request.outward,
        "services": msgspec.to_builtins(request.services),
        "env_files": list(map(str, request.env_files)),
    }
    total = hashlib.sha256(msgspec.json.encode(facts, order="deterministic"))
    for text in texts:
        total.update(hashlib.sha256(text).digest())
    return total.hexdigest()


def _program() -> list[object]:
    """What tells one version of this program from another."""
    code = Path(read.__file__).parent
    changed = max(path.stat().st_mtime_ns for path in code.rglob("*.py"))
    return [partywall.__version__, changed]
