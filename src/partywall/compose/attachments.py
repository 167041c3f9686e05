"""The `secrets:` and `configs:` of a Compose file as the files that its services get."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from partywall.compose import yamlfile
from partywall.compose.canonical import Definition
from partywall.compose.environment import Given
from partywall.compose.place import Sources
from partywall.model.app import Attachment
from partywall.model.errors import BadInput, PartywallError, Place, Refused
from partywall.model.secret import PLACEHOLDER, SecretRef

_BASES = {"secret": "/run/secrets", "config": "/"}
"""Where a target that is no absolute path begins, as Compose has it."""
Tops = Mapping[str, Mapping[str, Definition]]
"""Kind → name → what the Compose file says at its top."""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """What attachments are read with."""

    tops: Tops
    given: Given
    near: Sources
    environment: str

    def read(self, said: Definition) -> list[Attachment]:
        """The attachments of a service; for a report without those that something is wrong with.

        Raises:
            BadInput: when the content of one is nowhere to be had.
            Refused: when one is external.
        """
        found = []
        for kind, one in _listed(said):
            try:
                found.append(self._attachment(kind, one))
            except PartywallError:
                if not self.given.lenient:
                    raise
        return found

    def wrong(self, said: Definition) -> Iterator[PartywallError]:
        """What is wrong with the attachments of a service."""
        for kind, one in _listed(said):
            try:
                self._attachment(kind, one)
            except PartywallError as error:
                yield error

    def _attachment(self, kind: str, one: Definition) -> Attachment:
        name = str(one["source"])
        top = self.tops[kind].get(name) or {}
        bare = Attachment(
            kind=kind,
            source=name,
            target=_target(kind, str(one.get("target") or name)),
            uid=str(one.get("uid") or ""),
            gid=str(one.get("gid") or ""),
            mode=str(one.get("mode") or ""),
        )
        if top.get("external"):
            raise Refused(
                f"the {kind} {name} is external: only Docker Swarm keeps such, and it is not used",
                where=self._place(bare, "external"),
                remedy="say `file:` or `environment:` there instead",
            )
        if top.get("file"):
            return self._from_file(bare, Path(str(top["file"])))
        if top.get("environment"):
            return self._from_variable(bare, str(top["environment"]))
        if top.get("content") is not None:
            return msgspec.structs.replace(bare, text=str(top["content"]))
        raise BadInput(
            f"nothing says what the {kind} {name} holds",
            where=self._place(bare),
            remedy="say `file:` or `environment:` there",
        )

    def _from_file(self, bare: Attachment, path: Path) -> Attachment:
        try:
            data = yamlfile.read(path)
        except BadInput as error:
            what = f"the {bare.kind} {bare.source}: {error.what}"
            where = self._place(bare, "file")
            raise BadInput(what, where=where, remedy=error.remedy) from error
        if data is None:
            raise BadInput(
                f"the {bare.kind} {bare.source} is read from {path.name}, which is missing",
                where=self._place(bare, "file"),
                remedy=f"write {path}, or name another file there",
            )
        made = msgspec.structs.replace(bare, file=str(path))
        if bare.kind != "secret":
            return made
        binary = _is_binary(data)
        if self.given.own is not None and not binary and not self.given.is_own(str(path)):
            other = self.given.own.of_file(bare.source, data.decode().rstrip("\r\n"))
            if other is not None:
                return msgspec.structs.replace(bare, text=other)
        value = data.decode("latin-1" if binary else "utf-8")
        text = self._kept(f"FILE_{_plain(bare.source)}", value)
        return msgspec.structs.replace(made, text=text, binary=binary)

    def _from_variable(self, bare: Attachment, variable: str) -> Attachment:
        value = self.given.variables.get(variable)
        if value is None:
            raise BadInput(
                f"the variable {variable}, which the {bare.kind} {bare.source} holds,"
                f" is not set in {self.environment}",
                where=self._place(bare, "environment"),
                remedy=f"write {variable}=… into .env.{self.environment}",
            )
        if bare.kind == "secret" and value and not PLACEHOLDER.search(value):
            value = self._kept(variable, value)
        return msgspec.structs.replace(bare, text=value)

    def _kept(self, name: str, value: str) -> str:
        """The placeholder of a value; the line's end of a file is no part of the secret."""
        secret = value.rstrip("\r\n")
        if not secret:
            return value
        made = self.given.keep(name, secret) if self.given.keep else str(SecretRef(name, 1))
        return made + value[len(secret) :]

    def _place(self, bare: Attachment, key: str = "") -> Place | None:
        keys = (f"{bare.kind}s", bare.source)
        return self.near.top(*keys, key) if key else self.near.top(*keys)


def variables(definition: object) -> list[str]:
    """The variables whose values a project's secrets hold, of a definition that nobody checked."""
    tops = definition.get("secrets") if isinstance(definition, dict) else None
    every = tops.values() if isinstance(tops, dict) else ()
    found = [one.get("environment") for one in every if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str) and one]


def _listed(said: Definition) -> Iterator[tuple[str, Definition]]:
    for kind in _BASES:
        for one in said.get(f"{kind}s") or []:
            yield kind, one if isinstance(one, dict) else {"source": str(one)}


def _target(kind: str, said: str) -> str:
    return posixpath.normpath(posixpath.join(_BASES[kind], said))


def _is_binary(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()
