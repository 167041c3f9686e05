"""Env files: read with the line of every value, and written anew with fresh secrets."""

from __future__ import annotations

import contextlib
import os
import re
import string
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from partywall.compose import cli, yamlfile
from partywall.compose.settings import EnvFile
from partywall.model.errors import BadInput, MachineFailed, Place
from partywall.model.secret import looks_secret
from partywall.system.decoding import decode
from partywall.system.files import failed

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 32
_NAME = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:([=:])[ \t]*|(?=\n|\Z|#))")
_USE = re.compile(r"\$(?:\$|\{(\w+)(?::?-([^}]*))?\}|([A-Za-z_]\w*))", re.ASCII)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
_HARMLESS = re.compile(r"(?i)true|false|yes|no|on|off|none|null|\d{1,5}")
_NO_SECRET = re.compile(
    r"(_FILE|_PATH|_DIR|_TTL|_LENGTH|_SIZE|_ALGORITHM|_ALG|_ENABLED|_DISABLED|_REQUIRED|_METHOD|_TYPE"
    r"|_DAYS|_HOURS|_MINUTES|_SECONDS|_EXPIRES?(_IN)?|_EXPIRY|_LIFETIME|_VERSION|_NAME|_HEADER|_URL"
    r"|_LIMIT|_PREFIX)$",
    re.IGNORECASE,
)
_INLINE = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:([^@/\s]+)@", re.IGNORECASE)


class Variable(msgspec.Struct, frozen=True):
    """A value from an env file; it does not print, since it may be secret."""

    value: str
    place: Place

    def __repr__(self) -> str:
        return f"Variable(****, {self.place})"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that the Compose files use."""

    name: str
    default: str = ""
    required: bool = False


def is_secret(name: str, value: str) -> bool:
    """Whether a variable holds a secret: by its name, or by a password inside an address."""
    if not value or _HARMLESS.fullmatch(value):
        return False
    inline = _INLINE.search(value)
    if inline is not None and "$" not in inline[1]:
        return True
    return looks_secret(name) and not _NO_SECRET.search(name)


def load(files: Iterable[EnvFile]) -> dict[str, Variable]:
    """Every variable of these files, later ones winning.

    Raises:
        BadInput: when one that must be there is not, or a line makes no sense.
    """
    found: dict[str, Variable] = {}
    for file in files:
        data = yamlfile.read(file.path)
        if data is None and file.required:
            raise BadInput(
                f"the env file {file.path.name} is missing",
                where=Place(str(file.path)),
                remedy="`partywall init` writes it, or take it out of `env:` in partywall.yaml",
            )
        known = {name: variable.value for name, variable in found.items()}
        found |= parse(data or b"", str(file.path), known)
    return found


def parse(data: bytes, file: str, known: Mapping[str, str]) -> dict[str, Variable]:
    """The variables of one file, as Compose reads it.

    Single quotes keep a value as it is. Elsewhere `$NAME` stands for a variable from further up
    (`known` or this file); an unknown one is blank, as in Compose: `unknown` tells.

    Raises:
        BadInput: when a line makes no sense.
    """
    return _Reader(yamlfile.text_of(data, file), file, dict(known)).read()


def unknown(files: Iterable[Path]) -> list[tuple[str, Place]]:
    """The variables in these files, read one after the other, with a `$NAME` of nothing.

    Raises:
        BadInput: when a line makes no sense.
    """
    found: list[tuple[str, Place]] = []
    known: dict[str, str] = {}
    for path in files:
        text = yamlfile.text_of(yamlfile.read(path) or b"", str(path))
        reader = _Reader(text, str(path), known)
        reader.read()
        found += reader.unknown
    return found


class _Reader:
    """Goes through a file once, from line to line, since quoted values may span several."""

    def __init__(self, text: str, file: str, known: dict[str, str]) -> None:
        self._text = text
        self._file = file
        self._known = known
        self._at = 0
        self._name = ""
        self.unknown: list[tuple[str, Place]] = []

    def read(self) -> dict[str, Variable]:
        found: dict[str, Variable] = {}
        while self._at < len(self._text):
            place = self._place()
            line = self._line()
            stripped = line.strip()
            if not stripped or stripped.startswith("#"):
                self._at += len(line) + 1
                continue
            match = _NAME.match(self._text, self._at + len(line) - len(line.lstrip()))
            if match is None:
                raise self._bad("this line is no `NAME=value`", place)
            self._at = match.end()
            if match[2] is None:
                # A name alone passes on what is known already.
                self._at += len(self._line()) + 1
                if match[1] in self._known:
                    found[match[1]] = Variable(self._known[match[1]], place)
                continue
            self._name = match[1]
            value = self._value(place)
            if "\0" in value:
                raise self._bad("a value holds a character that no variable can hold", place)
            found[match[1]] = Variable(value, place)
            self._known[match[1]] = value
        return found

    def _place(self) -> Place:
        return Place(self._file, self._text.count("\n", 0, self._at) + 1)

    def _line(self) -> str:
        end = self._text.find("\n", self._at)
        return self._text[self._at : len(self._text) if end < 0 else end]

    def _bad(self, what: str, place: Place) -> BadInput:
        return BadInput(
            what,
            where=place,
            remedy="write NAME=value, or NAME='value' when it holds $ # or quotes",
        )

    def _value(self, place: Place) -> str:
        rest = self._line()
        quote = rest[:1]
        if quote not in ("'", '"'):
            self._at += len(rest) + 1
            return self._expand(re.split(r"(?:^|\s)#", rest, maxsplit=1)[0].strip(), place)
        pattern = r"'([^']*)'" if quote == "'" else r'"((?:[^"\\]|\\.)*)"'
        match = re.compile(pattern, re.DOTALL).match(self._text, self._at)
        if match is None:
            raise self._bad("a quote is not closed", place)
        self._at = match.end()
        after = self._line()
        if after.strip() and not after.strip().startswith("#"):
            raise self._bad("there is something after the closing quote", place)
        self._at += len(after) + 1
        return match[1] if quote == "'" else self._unescape(match[1], place)

    def _unescape(self, text: str, place: Place) -> str:
        parts = re.split(r"(\\.)", text, flags=re.DOTALL)
        return "".join(
            _ESCAPES.get(part[1], part) if i % 2 else self._expand(part, place)
            for i, part in enumerate(parts)
        )

    def _expand(self, text: str, place: Place) -> str:
        def use(match: re.Match[str]) -> str:
            name = match[1] or match[3]
            if name is None:
                return "$"
            if name in self._known:
                return self._known[name]
            if match[2] is None:
                self.unknown.append((self._name, place))
            return match[2] or ""

        return _USE.sub(use, text)


def wanted(question: cli.Question) -> tuple[Wanted, ...]:
    """Which variables the Compose files use.

    Raises:
        MachineFailed: when the Compose CLI does not say.
    """
    said = cli.variables(question)
    if said.code != 0:
        return ()
    return understand_variables(said.out)


def understand_variables(text: str) -> tuple[Wanted, ...]:
    """The answer of `config --variables --format json`.

    Raises:
        MachineFailed: when it is no such answer.
    """
    try:
        found = decode(text.strip() or "{}", dict[str, dict[str, Any]] | None)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MachineFailed(
            f"the Compose CLI's list of variables cannot be understood: {error}",
            remedy="update the Compose CLI",
        ) from error
    return tuple(
        Wanted(
            name=name,
            default=str(one.get("DefaultValue") or ""),
            required=bool(one.get("Required")),
        )
        for name, one in sorted((found or {}).items())
    )


def fresh_secret() -> str:
    """A new secret of letters and digits only (190 bits), so that it fits into any address."""
    # Late: it brings in every generator of the standard library, and only `init` needs it.
    import secrets  # noqa: PLC0415

    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def text(values: Mapping[str, str | None], environment: str) -> str:
    """The content of a new env file."""
    lines = [
        f"# What is different in {environment}. Never share these values with another environment,",
        "# and keep this file out of version control.",
    ]
    lines += [f"{name}={_plain(value)}" for name, value in values.items() if value is not None]
    blank = [name for name, value in values.items() if value is None]
    if blank:
        lines += ["", "# Fill these in and take the # away:", *(f"# {name}=" for name in blank)]
    return "\n".join(lines) + "\n"


def _plain(value: str) -> str:
    """As it is where nothing in it means anything else, so that people read it easily."""
    return value if re.fullmatch(r"[\w@%+=:,./?&-]*", value) else quoted(value)


def quoted(value: str) -> str:
    """A value as Compose's env files take it literally.

    In single quotes; in double ones where it has those, or a backslash, which would escape them.
    """
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def write_new(path: Path, content: str, mode: int = 0o600) -> bool:
    """Write a file that is not there yet, whole or not at all; False when there is one already.

    Raises:
        MachineFailed: when it cannot be written.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename, it never replaces
    except FileExistsError:
        return False
    except OSError as error:
        raise failed(error, "write", path) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
    return True
