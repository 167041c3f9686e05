"""Which projects one edge answers for, where they are, and what each said that it should be."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from partywall.edge import fragments
from partywall.edge.home import EdgeHome
from partywall.edge.settings import EdgeSettings, Tls
from partywall.system.decoding import decode
from partywall.system.files import read_bytes, write_atomically

Said = Mapping[str, str]
"""What the edge is to be: the words of the settings → their values."""


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A project that has routes on the edge, or had."""

    project: str
    project_id: str = ""
    folder: str = ""
    """Where it is; empty when nobody wrote it down."""
    said: dict[str, str] = {}

    def __str__(self) -> str:
        return f"project `{self.project}`" + (f" ({self.folder})" if self.folder else "")


def said(settings: EdgeSettings) -> dict[str, str]:
    """What of an edge every project has to agree on, by the words of `partywall.yaml`."""
    ports = {"edge.http": str(settings.http_port)}
    if settings.tls != Tls.OFF:
        ports["edge.https"] = str(settings.https_port)
    return {
        "edge.tls": settings.tls.value,
        **ports,
        "edge.bind": ", ".join(settings.bind),
        "edge.trusted": ", ".join(settings.trusted),
        "edge.email": settings.email,
        "edge.acme.directory": settings.directory,
        "edge.acme.root": settings.root,
    }


def register(home: EdgeHome, tenant: Tenant) -> None:
    """Write down who is about to have routes.

    Raises:
        MachineFailed: when it cannot be written.
    """
    data = msgspec.json.format(msgspec.json.encode(tenant), indent=1) + b"\n"
    path = _path(home, tenant.project)
    if read_bytes(path) != data:
        write_atomically(path, data)


def forget(home: EdgeHome, project: str) -> None:
    """Forget a project, if it has no routes any more."""
    if project not in _owners(home):
        _path(home, project).unlink(missing_ok=True)


def of(home: EdgeHome) -> dict[str, Tenant]:
    """Every project with routes, by name; of one that was not written down only the name."""
    return {name: _read(home, name) or Tenant(project=name) for name in sorted(_owners(home))}


def others(home: EdgeHome, project: str) -> list[Tenant]:
    """Every other project with routes."""
    return [tenant for name, tenant in of(home).items() if name != project]


def as_others_have_it(home: EdgeHome, project: str) -> EdgeHome:
    """The edge with the settings that other projects' routes are answered by, if there are any.

    Whatever one project's settings say by now, nothing that it does alone changes an edge that is
    everybody's.
    """
    for other in others(home, project):
        with contextlib.suppress(ValueError, KeyError):
            return msgspec.structs.replace(home, settings=_merged(home.settings, other.said))
    return home


def _merged(settings: EdgeSettings, said: Said) -> EdgeSettings:
    return msgspec.structs.replace(
        settings,
        tls=Tls(said["edge.tls"]),
        http_port=int(said["edge.http"]),
        https_port=int(said.get("edge.https", settings.https_port)),
        bind=tuple(said["edge.bind"].split(", ")),
        trusted=tuple(filter(None, said.get("edge.trusted", "").split(", "))),
        email=said["edge.email"],
        directory=said["edge.acme.directory"],
        root=said["edge.acme.root"],
    )


def differences(mine: Said, other: Said) -> list[str]:
    """What two projects do not agree on, in the words of the settings; pure."""
    return [word for word, value in mine.items() if word in other and other[word] != value]


def _owners(home: EdgeHome) -> set[str]:
    """Also those whose files are damaged, by what was last in force."""
    every = {**fragments.in_force(home), **fragments.stored(home)}
    return {fragment.project for fragment in every.values()}


def _read(home: EdgeHome, project: str) -> Tenant | None:
    try:
        return decode(read_bytes(_path(home, project)) or b"", Tenant)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _path(home: EdgeHome, project: str) -> Path:
    return home.folder / "projects" / f"{project}.json"
