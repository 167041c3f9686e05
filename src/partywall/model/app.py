"""The application as its Compose file describes it for one environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from partywall.model.errors import Place


class Role(StrEnum):
    """What a service is for."""

    WEB = "web"
    APP = "app"
    WORKER = "worker"
    DATABASE = "database"
    CACHE = "cache"
    BROKER = "broker"
    FILES = "files"
    EDGE = "edge"
    FLAGS = "flags"
    JOB = "job"


class Condition(StrEnum):
    """What one service waits for in another before it starts."""

    STARTED = "service_started"
    HEALTHY = "service_healthy"
    DONE = "service_completed_successfully"


class Dependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """One `depends_on` entry."""

    service: str
    condition: Condition = Condition.STARTED
    required: bool = True


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a service says that it is well; times in seconds."""

    command: tuple[str, ...]
    shell: bool = False
    interval: float = 30.0
    timeout: float = 30.0
    retries: int = 3
    start_period: float = 0.0


class Mount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A volume or a host path inside a service."""

    kind: str
    """`volume`, `bind` or `tmpfs`."""
    source: str
    """The volume's name in the Compose file, or an absolute host path; empty when anonymous."""
    target: str
    read_only: bool = False


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A secret or a config of the Compose file, as a file inside a service."""

    kind: str
    """`secret` or `config`."""
    source: str
    """Its name under `secrets:` or `configs:`."""
    target: str
    """The absolute path inside."""
    text: str | None = None
    """The content, placeholders where secrets stand; None: that of the host's file."""
    file: str = ""
    """The host's file that it is read from, an absolute path; empty: no file."""
    binary: bool = False
    """Whether each character of the value stands for a byte."""
    uid: str = ""
    gid: str = ""
    mode: str = ""


def by_file(environment: Mapping[str, str], attachments: Iterable[Attachment]) -> dict[str, str]:
    """What variables say by naming an attachment: X for X_FILE.

    The ends of lines at the end of a file do not count, as in the official images.
    """
    texts = {one.target: one.text for one in attachments if one.text is not None}
    return {
        name.removesuffix("_FILE"): texts[value].rstrip("\r\n")
        for name, value in environment.items()
        if name.endswith("_FILE") and value in texts
    }


class Port(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A port that a service publishes on the host."""

    target: int
    published: str = ""
    host: str = ""
    protocol: str = "tcp"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """How a visitor with a session is made and removed again, so that sessions can be tried."""

    open: tuple[str, ...]
    """Run beside the service; prints one line, the session's cookie as `name=value`."""
    close: tuple[str, ...]
    """Run beside the service; gets that line on standard input and leaves nothing behind."""
    path: str
    """Answers 2xx with the cookie and 4xx without."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service of the Compose file, canonicalised."""

    name: str
    role: Role
    why: str
    """The sentence that explains the role."""
    image: str = ""
    build: dict[str, Any] | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: dict[str, str] = {}
    """Values hold placeholders where secrets stand."""
    mounts: tuple[Mount, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    ports: tuple[Port, ...] = ()
    exposed: tuple[int, ...] = ()
    """Container ports that it listens on, published or not, lowest first."""
    depends_on: tuple[Dependency, ...] = ()
    health: HealthCheck | None = None
    restart: str = ""
    labels: dict[str, str] = {}
    stop_signal: str = "SIGTERM"
    stop_grace: float = 10.0
    run: tuple[str, ...] | None = None
    """`x-partywall: {run: …}`: how it starts as an ordinary process."""
    route: str | None = None
    """`x-partywall: {route: …}`: a path prefix (`/api`) or a host label (`vault`)."""
    session: Visit | None = None
    """`x-partywall: {session: …}`: how a session is tried."""
    definition: dict[str, Any] = {}
    """The whole canonical definition, for engines that hand it on."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something noticed while reading the Compose file, and what is done about it."""

    service: str
    kind: str
    what: str
    action: str
    where: Place | None = None


class App(msgspec.Struct, frozen=True, kw_only=True):
    """The whole application for one environment."""

    name: str
    folder: str
    services: dict[str, Service]
    volumes: dict[str, dict[str, Any]] = {}
    networks: dict[str, dict[str, Any]] = {}
    secrets: dict[str, dict[str, Any]] = {}
    configs: dict[str, dict[str, Any]] = {}
    bound: dict[str, str] = {}
    """Bound configuration files by absolute path → fingerprint of their content."""
    env_files: tuple[str, ...] = ()
    """Absolute paths of the files that `env_file:` names."""
    hidden: tuple[str, ...] = ()
    """Absolute paths below its folder where secrets of other environments are."""
    findings: tuple[Finding, ...] = ()
