"""The shape of partywall.yaml, and the JSON Schema that is published of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from partywall.model.choices import (
    BrokerWall,
    CacheWall,
    Choices,
    DatabaseWall,
    FilesWall,
    Flags,
    LimitsBy,
    Presence,
    RouteBy,
    Source,
)

Words = str | list[str]
Scalar = str | int | float | bool


class Acme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another certificate authority than the public one."""

    directory: Annotated[str, Meta(description="Address of its ACME directory.")] | None = None
    root: Annotated[str, Meta(description="File with its root certificate, PEM.")] | None = None


_Tcp = Annotated[int, Meta(ge=1, le=65535)]
_Role = Literal[
    "app", "broker", "cache", "database", "edge", "files", "job", "web", "worker"
]  # fmt: skip
"""What a service of the Compose file can be for; `flags` is ours alone."""


class Edge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one front door."""

    http: Annotated[_Tcp | None, Meta(description="Port for HTTP; the engine chooses.")] = None
    https: Annotated[_Tcp | None, Meta(description="Port for HTTPS; the engine chooses.")] = None
    tls: Annotated[
        Literal["internal", "acme", "off"] | None,
        Meta(
            description="Certificates: by its own authority, by ACME, or none. Default: internal"
            " for *.localhost, acme for every other domain."
        ),
    ] = None
    email: Annotated[str | None, Meta(description="Contact for the authority (ACME).")] = None
    acme: Acme | None = None
    bind: Annotated[
        str | None, Meta(description="Address to listen on; the engine's default when absent.")
    ] = None
    trusted: Annotated[
        Words | None,
        Meta(
            description="Addresses or networks (CIDR) of proxies before the edge: what they say of"
            " visitors (X-Forwarded-…) is believed. Default: nobody's."
        ),
    ] = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one environment may take of the machine, all its services together."""

    cpus: Annotated[str | float | None, Meta(description="`40%` of all cores, or cores: 1.5.")] = (
        None
    )
    memory: Annotated[str | int | None, Meta(description="`40%`, `512M`, `2G`, or bytes.")] = None
    pids: Annotated[int, Meta(ge=1, description="Processes and threads.")] | None = None
    io: (
        Annotated[int, Meta(ge=1, le=1000, description="Weight of disk use; others have 100.")]
        | None
    ) = None


class Environment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One environment; every key has a default."""

    production: Annotated[
        bool | None,
        Meta(description="Whether this is production. Exactly one is; by default `prod`."),
    ] = None
    domain: Annotated[
        str | None,
        Meta(
            description="Default: the domain for production, `<environment>.<domain>` else;"
            " with `route: port` the domain for all."
        ),
    ] = None
    port: Annotated[
        _Tcp | None,
        Meta(
            description="Its port at the edge, with `route: port`; production has the edge's own."
            " Default: 8443, or the next free one."
        ),
    ] = None
    allow: Annotated[
        Words | None,
        Meta(description="Addresses or networks (CIDR) that may call it. Default: all."),
    ] = None
    env: Annotated[
        Words | None, Meta(description="Env files. Default: .env, then .env.<environment>.")
    ] = None
    profiles: Annotated[Words | None, Meta(description="Compose profiles to enable.")] = None
    read: Annotated[
        Words | None,
        Meta(description="Tables of others that it may read, with `database: schema`: prod.posts."),
    ] = None
    protected: Annotated[
        bool | None,
        Meta(description="Ask visitors for a password. Default: outside production."),
    ] = None
    user: Annotated[str | None, Meta(description="User name that visitors are asked for.")] = None
    seed: Annotated[
        Words | None,
        Meta(
            description="Command that fills this environment's data when they are new, never later."
        ),
    ] = None
    variables: Annotated[
        dict[str, Scalar | None] | None,
        Meta(description="Values for the Compose file; they win over the env files."),
    ] = None
    limits: Limits | None = None
    outward: Annotated[
        bool | Words | None,
        Meta(
            description="Services that may act on the world (mail, backups, schedules, tunnels …),"
            " or true: all. Default: those of production."
        ),
    ] = None
    branch: Annotated[
        str | None, Meta(description="Branch of the source, with `source: branch`.")
    ] = None
    attach: Annotated[
        str | None,
        Meta(
            description="Compose project of production that runs already: looked at, not touched."
        ),
    ] = None
    volumes_of: Annotated[
        str | None,
        Meta(
            description="Compose project whose volumes hold production's data; "
            "`take-over` writes it. They are used, and never removed."
        ),
    ] = None


class Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How `prove` makes a visitor with a session, to try it in the other environments."""

    open: Annotated[
        Words,
        Meta(description="Makes a visitor and prints the session's cookie, name=value."),
    ]
    close: Annotated[
        Words, Meta(description="Gets that line on standard input and removes the visitor.")
    ]
    path: Annotated[
        str, Meta(description="Answers 2xx with the cookie and 4xx without: /api/account.")
    ]


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about a service of the Compose file, over what is guessed."""

    role: Annotated[_Role | None, Meta(description="What it is for.")] = None
    run: Annotated[
        Words | None, Meta(description="How it starts as an ordinary process (embedded engine).")
    ] = None
    route: Annotated[
        str | None, Meta(description="A path prefix such as /api, or a host label such as vault.")
    ] = None
    port: Annotated[_Tcp | None, Meta(description="Port that it listens on.")] = None
    memory: Annotated[str | int | None, Meta(description="What it customarily needs: 256M.")] = None
    extensions: Annotated[
        Words | None,
        Meta(description="PostgreSQL extensions that all find, with `database: schema`."),
    ] = None
    session: Session | None = None


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """partywall.yaml: everything is optional."""

    project: Annotated[
        str | None, Meta(description="Name of the installation. Default: Compose's `name:`.")
    ] = None
    compose: Annotated[
        Words | None, Meta(description="Compose files. Default: what Compose itself finds.")
    ] = None
    engine: Annotated[Literal["embedded", "docker"] | None, Meta(description="Where it runs.")] = (
        None
    )
    architecture: Annotated[
        Words | None, Meta(description="An architecture with overlays: `dual`, `dual + limits`.")
    ] = None
    source: Source | None = None
    presence: Presence | None = None
    database: DatabaseWall | None = None
    cache: CacheWall | None = None
    broker: BrokerWall | None = None
    files: FilesWall | None = None
    route: RouteBy | None = None
    limits: LimitsBy | None = None
    flags: Flags | None = None
    domain: Annotated[
        str | None, Meta(description="Production's domain. Default: <project>.localhost.")
    ] = None
    edge: Edge | None = None
    trash: Annotated[
        str | None, Meta(description="How long removed data can be brought back: 7d.")
    ] = None
    environments: Annotated[
        dict[str, Environment | None] | None, Meta(description="Default: prod and dev.")
    ] = None
    services: Annotated[
        dict[str, Service | None] | None, Meta(description="Corrections to what is guessed.")
    ] = None


AXES = Choices.__struct_fields__
"""Keys of the file, one for each axis."""


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of partywall.yaml."""
    made = msgspec.json.schema(File)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "partywall.yaml",
        **made,
    }


def schema_text() -> str:
    """The schema as the file docs/reference/partywall.schema.json holds it."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"
