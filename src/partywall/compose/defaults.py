"""First values for the variables of a Compose file, in place of nothing or of their defaults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from partywall.compose.envfiles import Wanted, is_secret
from partywall.compose.renewal import another

_PATH = re.compile(r"[./~]")
_ANY = "any value"
_MODES = ("ENVIRONMENT", "NODE_ENV", "APP_ENV", "RAILS_ENV", "FLASK_ENV", "MIX_ENV")


def replaceable(variables: Iterable[Wanted], text: str) -> Iterator[Wanted]:
    """The variables that may get a value of their own.

    Left alone is what may stay empty (`${NAME:-}`), and a default that others go by as well: one
    that stands in an address, is written down for another service, or is another one's user name.

    Args:
        variables: that the Compose files use.
        text: of these files.
    """
    every = list(variables)
    plain = {one.default for one in every if not is_secret(one.name, one.default)}
    for one in every:
        if not one.default:
            if not _may_be_empty(one.name, text):
                yield one
        elif one.default not in plain and not _goes_on(one.default, text):
            yield one


def _may_be_empty(name: str, text: str) -> bool:
    """Whether every use of it has a default."""
    uses = re.findall(rf"(?<!\$)\$(?:\{{{name}\b(:?[-+])?|{name}\b)", text)
    return bool(uses) and all(uses)


def _goes_on(default: str, text: str) -> bool:
    value = re.escape(default)
    written = rf":{value}@|(?m:[=:][ \t]*[\"']?{value}[\"']?[ \t]*(?:#.*)?$)"
    return _PATH.match(default) is not None or re.search(written, text) is not None


def _customary(name: str, project: str, production: bool) -> str | None:
    if name in _MODES:
        return "production" if production else "development"
    if name == "TZ":
        return "Etc/UTC"
    if name in ("DEBUG", "APP_DEBUG"):
        return "false" if production else "true"
    if re.search(r"(^|_)(DB|DATABASE)$|(^|_)(DB|DATABASE)_NAME$", name):
        return project.replace("-", "_")
    if re.search(r"(POSTGRES|DB|DATABASE|MQTT|MYSQL|RABBITMQ)_USER(NAME)?$", name):
        return project.replace("-", "_")
    return None


def fresh(variables: Iterable[Wanted], *, project: str, production: bool) -> dict[str, str | None]:
    """A value for every variable that needs one; None where only a person knows it.

    Secrets with the same default are one secret.
    """
    made: dict[str, str | None] = {}
    shared: dict[str, str] = {}
    for one in variables:
        if one.name.startswith(("PARTYWALL_", "COMPOSE_")) or one.name in ("HOME", "PWD"):
            continue
        if is_secret(one.name, one.default or _ANY):
            secret = another(one.default)
            made[one.name] = shared.setdefault(one.default, secret) if one.default else secret
        elif not one.default:
            made[one.name] = _customary(one.name, project, production)
    return made
