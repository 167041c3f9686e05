"""Where something is sent: a file of this machine, or one on another that `ssh` gets to; pure."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from partywall.model.errors import BadInput
from partywall.system.ssh import Remote

_FORMS = "name a file, `[user@]host:path` or `ssh://[user@]host[:port]/path`"
_AT = re.compile(r"(?:(?P<user>[^@/:]*)@)?(?P<host>\[[^]/]+\]|[^@/:\[\]]+):(?P<path>.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_.:][A-Za-z0-9_.%:-]*")
"""Of users and hosts: nothing that `ssh` would take for an option."""
_HOME = "/~/"


def parse(text: str) -> Path | Remote:
    """What somebody means who types a target, as `scp` and `git` read it.

    Raises:
        BadInput: when it is none; a password in it is not repeated.
    """
    if text.startswith("ssh://"):
        return _checked(_of_address(text))
    if "://" in text:
        raise BadInput("only `ssh://` is known of addresses", remedy=_FORMS)
    if found := _AT.fullmatch(text):
        host = found["host"].strip("[]")
        return _checked(Remote(host=host, user=found["user"] or "", path=found["path"]))
    if not text or text.endswith("/") or Path(text).name in ("", ".."):
        raise BadInput("the target is no file", remedy=_FORMS)
    return Path(text)


def _of_address(text: str) -> Remote:
    try:
        said = urlsplit(text)
        port = said.port
    except ValueError:
        raise BadInput("the target is no address", remedy=_FORMS) from None
    if said.password is not None:
        raise BadInput(
            "a password has no place in a target",
            remedy="let `ssh` get there by a key; nobody is asked",
        )
    path = unquote(said.path)
    path = path.removeprefix(_HOME) if path.startswith(_HOME) else path
    return Remote(host=said.hostname or "", user=unquote(said.username or ""), port=port, path=path)


def _checked(to: Remote) -> Remote:
    if not _NAME.fullmatch(to.host) or (to.user and not _NAME.fullmatch(to.user)):
        raise BadInput("the target names no host and user that can be", remedy=_FORMS)
    last = to.path.rpartition("/")[2]
    if last in ("", ".", "..", "~") or to.path.startswith("~") or "\0" in to.path:
        raise BadInput(
            "the target says no file on that machine",
            remedy=f"{_FORMS}; a path without `/` in front begins at the home folder there",
        )
    return to
