"""Secrets that stand in files of every environment, as others for one that must not share them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from partywall.compose.canonical import Definition, escape, unescape
from partywall.compose.envfiles import is_secret
from partywall.compose.renewal import IN_ADDRESS, TELLING, another, is_issued
from partywall.model.secret import PLACEHOLDER

Keep = Callable[[str, str], str]
"""Given a name and a secret value, the placeholder that stands for it from now on."""
Own = Callable[[str, Callable[[], str]], str]
"""Given a name and what makes a value, the placeholder of the value that has this name."""

_OPTION = r"--?(?:requirepass|masterauth|pass(?:word)?|secret|token|api-?key)"
_OPTIONS = re.compile(rf"(?P<before>(?<![\w-]){_OPTION}(?:=|\s+))(?P<value>[^\s\"'$]+)")
_SHORT_OPTIONS = r"(?<![\w-])(?:-p|-a\s+)"
_PATH = re.compile(r"^[./~]|\.(?:pem|key|crt|cert|json)$")
_UNMADE = re.compile(r"\s|^\$|^eyJ|^-----")
"""Hashes, signed tokens and keys of many lines: what could be made up would not work."""
_VARIABLE = re.compile(r"(?<!\$)\$(?:\{|[A-Za-z_])")
_KEY_ID = re.compile(r"(?<!SECRET_)ACCESS_KEY(_ID)?$", re.IGNORECASE)
"""The public half of a key: on a store of the app's own it is the user's name there."""
_LONGEST = 512


class OwnSecrets:
    """The other values of one environment; the same secret is the same one wherever it stands.

    What an app reads from a file of settings cannot be followed: a secret that stands there too
    stays as it is, and so does what nobody could make up.
    """

    def __init__(self, environment: str, own: Own, keep: Keep) -> None:
        self.shared: list[tuple[str, str]] = []
        """Service and variable of every secret that stayed as it is."""
        self._environment = environment
        self._own = own
        self._keep = keep
        self._new: dict[str, str] = {}

    def learn(
        self, services: Mapping[str, Definition], files: Iterable[Path], written: Iterable[str] = ()
    ) -> None:
        """Find the secrets of these services; those in files of settings as well are left alone.

        `written` is what such files hold that stand in the Compose file itself.
        """
        named: dict[str, tuple[str, bool]] = {}
        users = set(_users(services.values()))
        for service in sorted(services):
            for name, value in _secrets(services[service]):
                if value in users and _KEY_ID.search(name):
                    continue
                known = named.get(value)
                # What the app's own services are told is no provider's, whoever else has it.
                if known is None or (known[1] and not is_issued(name)):
                    named[value] = (f"{service}_{name}", is_issued(name))
        texts = [text for file in files if (text := _text(file))] if named else []
        texts += map(unescape, written)
        for value, (name, issued) in named.items():
            if not any(_holds(text, unescape(value)) for text in texts):
                self._new[value] = self._made(name, value, issued=issued)

    def of_file(self, name: str, value: str) -> str | None:
        """The placeholder for what a shared file of `secrets:` holds; None where none works."""
        if not _is_makeable(value):
            return None
        value = escape(value)
        if value not in self._new:
            self._new[value] = self._made(f"FILE_{name}", value, issued=is_issued(name))
        return self._new[value]

    def applied(self, service: str, said: Definition) -> Definition:
        """A service that is told the other values."""
        made = dict(said)
        if isinstance(variables := said.get("environment"), Mapping):
            made["environment"] = {
                name: self._variable(service, str(name), value) if isinstance(value, str) else value
                for name, value in variables.items()
            }
        for key in ("command", "entrypoint"):
            if said.get(key):
                made[key] = self._words(said[key])
        for key in ("post_start", "pre_stop"):
            if said.get(key):
                made[key] = [
                    {**hook, "command": self._words(hook.get("command") or [])}
                    for hook in said[key]
                ]
        check = said.get("healthcheck")
        if isinstance(check, Mapping) and check.get("test"):
            made["healthcheck"] = {**check, "test": self._words(check["test"])}
        return made

    def _made(self, name: str, value: str, *, issued: bool) -> str:
        def make() -> str:
            return f"not-registered-for-{self._environment}" if issued else another(unescape(value))

        return self._own(_plain(name), make)

    def _variable(self, service: str, name: str, value: str) -> str:
        before, secret = _parted(name, value)
        if secret in self._new and (is_secret(name, value) or len(secret) >= TELLING):
            return before + self._new[secret]
        made = self._followed(value)
        if secret and not _spared(made) and is_secret(name, made):
            self.shared.append((service, name))
            return self._keep(_plain(f"{service}_{name}"), str(unescape(made)))
        return made

    def _words(self, said: Any) -> Any:  # noqa: ANN401
        if isinstance(said, str):
            return self._followed(said)
        words = [str(one) for one in said]
        return [
            self._new[word]
            if word in self._new and re.fullmatch(rf"{_OPTION}|-a", before)
            else self._followed(word)
            for before, word in zip(["", *words], words, strict=False)
        ]

    def _followed(self, text: str) -> str:
        """The text with the other values where secrets stand in addresses and options."""

        def password(found: re.Match[str]) -> str:
            old = found["password"]
            return found["before"] + self._new.get(old, old)

        text = IN_ADDRESS.sub(password, text)
        for old in sorted(self._new, key=len, reverse=True):
            if old not in text:
                continue
            start = "" if len(old) >= TELLING else rf"(?:{_OPTION}(?:=|\s+)|{_SHORT_OPTIONS})"
            place = re.compile(rf"({start}){re.escape(old)}(?![\w-])")
            text = place.sub(rf"\g<1>{self._new[old]}", text)
        return text


def _users(services: Iterable[Definition]) -> Iterator[str]:
    """The names by which services know their users."""
    for said in services:
        variables = said.get("environment")
        for name, value in variables.items() if isinstance(variables, Mapping) else ():
            if str(name).upper().endswith(("_USER", "_USERNAME")):
                yield str(value)


def _secrets(said: Definition) -> Iterator[tuple[str, str]]:
    """What a service is told that is secret, with a name."""
    variables = said.get("environment")
    for name, value in variables.items() if isinstance(variables, Mapping) else ():
        if isinstance(value, str) and not _spared(value):
            yield from _in_variable(str(name), value)
    for key in ("command", "entrypoint"):
        words = said.get(key) or ""
        text = words if isinstance(words, str) else " ".join(map(str, words))
        for found in _OPTIONS.finditer(text):
            if not PLACEHOLDER.search(found["value"]):
                yield "PASSWORD", found["value"]


def _in_variable(name: str, value: str) -> Iterator[tuple[str, str]]:
    addresses = list(IN_ADDRESS.finditer(value))
    for found in addresses:
        if "$" not in found["password"]:
            yield f"{name}_PASSWORD", found["password"]
    _, secret = _parted(name, value)
    if not addresses and is_secret(name, value) and _is_makeable(unescape(secret)):
        yield name, secret


def _spared(value: str) -> bool:
    """Whether a value is no secret itself: it has one of the environment's own, or a path."""
    return bool(_VARIABLE.search(value) or PLACEHOLDER.search(value) or _PATH.search(value))


def _plain(name: str) -> str:
    return "OWN_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def _parted(name: str, value: str) -> tuple[str, str]:
    """What stands before the secret, and the secret: `neo4j/password`, `user:password`."""
    if not name.upper().endswith("AUTH"):
        return "", value
    found = re.fullmatch(r"([^:/]+[:/])(.+)", value)
    return (found[1], found[2]) if found else ("", "")


def _is_makeable(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and _UNMADE.search(value) is None


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


def _holds(text: str, value: str) -> bool:
    """Whether it stands in a file as a secret does, not as a name that happens to be the same."""
    if value not in text:
        return False
    exact = rf"(?<![\w-]){re.escape(value)}(?![\w-])"
    telling = r"(?i:pass|pwd|secret|token|key|auth)[^\n]{0,40}?"
    return len(value) >= TELLING or re.search(rf"{telling}{exact}|:{exact}@", text) is not None
