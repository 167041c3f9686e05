"""Where an environment's mail goes that must not reach anybody: to a catcher, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from partywall.compose import roles
from partywall.compose.canonical import Definition
from partywall.model.secret import PLACEHOLDER

NOWHERE = "mail.invalid"
"""A name that never exists (RFC 2606)."""
_CUSTOMARY_PORT = 25
_CATCHERS = {
    "mailhog": 1025,
    "mailpit": 1025,
    "maildev": 1025,
    "mailcrab": 1025,
    "mailcatcher": 1025,
    "smtp4dev": 25,
    "inbucket": 2500,
    "greenmail": 3025,
}
"""Programs that show mail and deliver none, and where they take it."""
_MAIL = r"(?:^|_)(?:SMTP|E?MAIL(?:ER|SETTINGS)?|MTA)(?=_|HOST|SERVER|RELAY)(?:\w*?)"
_HOST = re.compile(
    rf"(?:{_MAIL}|^(?:DEFAULT_)?(?=RELAY))(?P<end>HOST(?:_?NAME)?|SERVER(?:_?NAME)?"
    r"|RELAY(?:_?HOST)?|(?<=SMTP_)ADDR(?:ESS)?)$"
)
_URL = re.compile(rf"{_MAIL}(?:URL|URI|DSN)$")
_OTHER = re.compile(
    r"(?:^|_)(?:DB|DATABASE|POSTGRES|MYSQL|REDIS|LDAP|WEB|IMAP|POP3?|INBOUND|INCOMING)(?:_|$)"
)
"""Parts of names that lead to something else than a server which sends."""
_SENDS = re.compile(
    r"(?:smtps?|submissions?|sendmail|native|gmail|ses|sendgrid|mailgun|mailjet|mandrill|postmark"
    r"|brevo|resend)(?:\+\w+)*://"
)
_ADDRESS = re.compile(
    r"(?:\w+://)?\[?(?P<host>[A-Za-z0-9._-]*[A-Za-z][A-Za-z0-9._-]*|[\d.]{7,})\]?"
    r"(?P<port>:\d+)?/?"
)
_NO_HOST = re.compile(r"(?i)true|false|yes|no|on|off|none|null")
_HARMLESS = re.compile(
    r"(?:^|[/@.])(?:sandbox\.smtp\.mailtrap\.io|smtp\.ethereal\.email)|\.invalid\b"
)


class Catcher(msgspec.Struct, frozen=True):
    """A service that shows mail and delivers none."""

    service: str
    port: int


def leads(variable: str) -> bool:
    """Whether a variable by its name tells where mail is handed in."""
    name = variable.upper()
    return bool(_HOST.search(name) or _URL.search(name)) and not _OTHER.search(name)


def place(variable: str, variables: Mapping[str, str]) -> tuple[str, int] | None:
    """Host and port to which a variable leads mail; None when it names no server.

    A user and a password that stand before the host are left out.
    """
    value = variables[variable].strip()
    if not value or not leads(variable) or _NO_HOST.fullmatch(value):
        return None
    scheme, _, rest = value.rpartition("://")
    host = rest.rpartition("@")[2].partition("/")[0].partition("?")[0]
    found = _ADDRESS.fullmatch(host)
    if found is None or (_URL.search(variable.upper()) and not scheme):
        return None
    port = (found["port"] or "").lstrip(":") or _beside(variable, variables)
    return found["host"], int(port) if port.isdecimal() else _CUSTOMARY_PORT


def _beside(variable: str, variables: Mapping[str, str]) -> str:
    """The port that a variable beside a host's names."""
    found = _HOST.search(variable.upper())
    wanted = f"{variable.upper()[: found.start('end')]}PORT" if found else ""
    return next((value for name, value in variables.items() if name.upper() == wanted), "")


def catcher(services: Mapping[str, Definition]) -> Catcher | None:
    """The first one of a Compose file, by its image or, where it is built, its name."""
    for name, said in services.items():
        base = roles.bare(str(said.get("image") or name)).rpartition("/")[2]
        if base in _CATCHERS:
            return Catcher(name, _CATCHERS[base])
    return None


def turned(said: Definition, to: Catcher | None) -> dict[str, str]:
    """The variables of a service that must have another value for its mail to reach nobody."""
    variables = said.get("environment")
    if not isinstance(variables, Mapping):
        return {}
    made: dict[str, str] = {}
    for name, value in variables.items():
        if isinstance(value, str) and (new := _turned(str(name), value, to)) is not None:
            made[str(name)] = new
            made |= _ports(str(name), variables, to)
    return made


def _turned(name: str, value: str, to: Catcher | None) -> str | None:
    if not value or not leads(name) or _HARMLESS.search(value):
        return None
    upper, hidden = name.upper(), PLACEHOLDER.search(value) or "${" in value
    if _URL.search(upper):
        new = f"smtp://{to.service}:{to.port}" if to else f"smtp://{NOWHERE}:25"
        return new if hidden or _SENDS.match(value) else None
    found = _ADDRESS.fullmatch(value)
    if (found is None and not hidden) or _NO_HOST.fullmatch(value):
        return None
    if found is not None and to is not None and found["host"] == to.service:
        return None
    port = (found["port"] or "") if found is not None else ""
    if to is None:
        return NOWHERE + port
    return f"{to.service}:{to.port}" if port else to.service


def _ports(
    name: str, variables: Mapping[Any, Any], to: Catcher | None
) -> Iterator[tuple[str, str]]:
    """The port beside a host that is now a catcher's."""
    found = _HOST.search(name.upper())
    if to is None or found is None:
        return
    beside = name.upper()[: found.start("end")] + "PORT"
    for other, value in variables.items():
        if str(other).upper() == beside and value is not None and str(value) != str(to.port):
            yield str(other), str(to.port)
