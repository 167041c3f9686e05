"""Finds how an environment's own programs log in to a server, from what its world says; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from partywall.model.app import Role
from partywall.model.world import Instance, environment_of

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?:(?P<user>[^:@/\s]*)(?::(?P<password>[^@/\s]*))?@)?(?P<host>[A-Za-z0-9_.-]+)"
)
_REQUIREPASS = re.compile(r"--?requirepass[ =]+['\"]?(?P<password>[^\s'\"]+)")
_USER = re.compile(r"USER(NAME)?$")
_PASSWORD = re.compile(r"(PASS(WORD)?|AUTH)$")
_SCHEMES = {
    Role.CACHE: ("redis", "valkey"),
    Role.BROKER: ("mqtt", "tcp"),
}
_PREFIXES = {
    Role.CACHE: ("REDIS", "VALKEY", "CACHE"),
    Role.BROKER: ("MQTT", "MOSQUITTO", "BROKER"),
}


class Login(msgspec.Struct, frozen=True):
    """A user name and a password; secrets stand in it as placeholders."""

    user: str = ""
    password: str = ""


def login(server: Instance, others: Iterable[Instance]) -> Login:
    """How to log in to a cache or a broker; an empty one when nothing asks for a password.

    What its command says is surest, then what its clients use, then variables named for it.
    """
    clients = [other for other in others if _may_call(other, server)]
    found = (
        *_in_command(server),
        *(login for client in clients for login in _in_urls(server, client)),
        *_in_variables(server.environment, ("",)),
        *(
            login
            for client in clients
            for login in _in_variables(client.environment, _PREFIXES.get(server.role, ()))
        ),
    )
    return next((login for login in found if login.password), Login())


def _may_call(client: Instance, server: Instance) -> bool:
    """Whoever names it, and every neighbour: a program may know a name by heart."""
    near = environment_of(client.key) == environment_of(server.key)
    return near or server.key in client.hosts.values()


def _in_command(server: Instance) -> Iterator[Login]:
    words = (*(server.entrypoint or ()), *(server.command or ()))
    match = _REQUIREPASS.search(" ".join(words))
    if match:
        yield Login("", match["password"])


def _in_urls(server: Instance, client: Instance) -> Iterator[Login]:
    names = {name for name, key in client.hosts.items() if key == server.key}
    schemes = _SCHEMES.get(server.role, ())
    for text in client.environment.values():
        for match in _URL.finditer(text):
            if match["host"] in names and match["scheme"].startswith(schemes):
                yield Login(match["user"] or "", match["password"] or "")


def _in_variables(variables: dict[str, str], prefixes: Sequence[str]) -> Iterator[Login]:
    for prefix in prefixes:
        named = {name: text for name, text in variables.items() if name.startswith(prefix)}
        user = next((text for name, text in named.items() if _USER.search(name)), "")
        password = next((text for name, text in named.items() if _PASSWORD.search(name)), "")
        if password:
            yield Login(user, password)
