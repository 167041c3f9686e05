"""Fills the defaults of partywall.yaml in, and checks what a shape alone cannot say."""

from __future__ import annotations

import ipaddress
import re
import shlex
from pathlib import Path
from typing import Any

import msgspec

from partywall.compose import quantity, schema
from partywall.compose.checked import shown
from partywall.compose.folder import project_name
from partywall.compose.wanted import (
    EnvFile,
    EnvironmentSettings,
    Limits,
    ServiceSettings,
    Settings,
    by_port,
)
from partywall.compose.yamlfile import Document, Path_
from partywall.model.app import Role, Visit
from partywall.model.errors import BadInput
from partywall.model.world import ENVIRONMENT_NAME, RESERVED

PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ROUTE = re.compile(rf"/[A-Za-z0-9._~/-]*|{_LABEL}")
_PATH = re.compile(r"/[!-~]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PRODUCTION = ("prod", "production")


class Reader:
    """Fills defaults in and checks what a shape alone cannot say."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document = document
        self._folder = folder
        self._by_port = False
        """Whether environments are told apart by their ports, and so have one domain."""

    def settings(self, raw: schema.File) -> Settings:
        """The settings that the file's own content amounts to."""
        compose = tuple(self._folder / name for name in self._words(raw.compose, ("compose",)))
        project = self._project(raw.project, compose)
        domain = self._domain(raw.domain or f"{project.replace('_', '-')}.localhost", ("domain",))
        choices = {axis: getattr(raw, axis) for axis in schema.AXES if getattr(raw, axis)}
        architecture = self._architecture(raw.architecture)
        self._by_port = by_port(architecture, choices)
        environments = self._environments(raw, domain)
        if not self._by_port:
            self._check_domains(environments)
        return Settings(
            project=project,
            folder=self._folder,
            compose=compose,
            engine=raw.engine,
            architecture=architecture,
            choices=choices,
            domain=domain,
            edge=self._edge(raw.edge or schema.Edge()),
            trash=self._trash(raw.trash),
            environments=environments,
            services=self._services(raw.services or {}),
        )

    def _edge(self, said: schema.Edge) -> schema.Edge:
        words = self._networks(said.trusted, ("edge", "trusted"))
        return msgspec.structs.replace(said, trusted=list(words)) if words else said

    def _networks(self, said: schema.Words | None, path: Path_) -> tuple[str, ...]:
        words = self._words(said, path)
        for word in words:
            try:
                ipaddress.ip_network(word, strict=False)
            except ValueError as error:
                raise self._bad(
                    f"`{word}` is neither an address nor a network",
                    path,
                    "write 172.17.0.0/16, or one address",
                ) from error
        return words

    def _bad(self, what: str, path: Path_, remedy: str) -> BadInput:
        printable = "".join(one if one.isprintable() else "?" for one in what)[:300]
        return BadInput(printable, where=self._document.place(path), remedy=remedy)

    def _words(self, said: schema.Words | None, path: Path_) -> tuple[str, ...]:
        words = [said] if isinstance(said, str) else said or []
        for word in words:
            if not word.strip() or not word.isprintable():
                raise self._bad(
                    f"`{shown(path)}` has an empty or unprintable entry", path, "name it"
                )
        return tuple(words)

    def _command(self, said: schema.Words | None, path: Path_) -> tuple[str, ...] | None:
        if said is None:
            return None
        try:
            words = shlex.split(said) if isinstance(said, str) else said
        except ValueError as error:
            raise self._bad(
                f"`{shown(path)}` is no command: {str(error).lower()}",
                path,
                "close every quote, or write a list: [program, argument]",
            ) from error
        if not words or any("\0" in word for word in words):
            raise self._bad(f"`{shown(path)}` is empty", path, "write a command, or leave it out")
        return tuple(words)

    def _project(self, said: str | None, compose: tuple[Path, ...]) -> str:
        if said is None:
            return project_name(self._folder, compose)
        if not PROJECT_NAME.fullmatch(said):
            raise self._bad(
                f"`project: {said}` is no project name",
                ("project",),
                "small letters, digits, - and _ only, at most 41",
            )
        return said

    def _domain(self, said: str, path: Path_) -> str:
        name = said.lower().rstrip(".")
        if len(name) > 253 or not DOMAIN.fullmatch(name):
            raise self._bad(
                f"`{said}` is no domain name",
                path,
                "write a name alone, without https://, port or path: app.example.com",
            )
        return name

    def _architecture(self, said: schema.Words | None) -> tuple[str, ...]:
        if said is None:
            return ("dual",)
        parts = said.split("+") if isinstance(said, str) else said
        names = tuple(part.strip() for part in parts)
        for name in names:
            if not re.fullmatch(r"[A-Za-z][A-Za-z-]*", name):
                raise self._bad(
                    f"`{name}` is no architecture",
                    ("architecture",),
                    "write one name, or one with overlays: dual + limits",
                )
        if not names:
            raise self._bad("`architecture` is empty", ("architecture",), "write `dual`")
        return names

    def _trash(self, said: str | None) -> float:
        try:
            return quantity.seconds(said or "7d")
        except ValueError as error:
            raise self._bad(
                f"`trash`: {error}", ("trash",), "write for example 12h or 7d"
            ) from error

    def _environments(self, raw: schema.File, domain: str) -> dict[str, EnvironmentSettings]:
        said = raw.environments
        if said is None:
            said = {"prod": None, "dev": None}
        if not said:
            raise self._bad(
                "`environments` is empty", ("environments",), "name one, or leave it out"
            )
        for name in said:
            self._check_name(name)
        filled = {name: one or schema.Environment() for name, one in said.items()}
        production = self._production(filled)
        ordered = sorted(filled, key=lambda name: name != production)
        return {
            name: self._environment(name, filled[name], name == production, domain)
            for name in ordered
        }

    def _check_name(self, name: str) -> None:
        path = ("environments", name)
        if name in RESERVED:
            raise self._bad(
                f"`{name}` cannot be an environment's name: it is reserved",
                path,
                f"choose another; reserved are {', '.join(sorted(RESERVED))}",
            )
        if not ENVIRONMENT_NAME.fullmatch(name):
            raise self._bad(
                f"{name!r} is no environment name",
                path,
                "small letters, digits and - only, a letter first, at most 30",
            )

    def _production(self, said: dict[str, schema.Environment]) -> str:
        marked = [name for name, one in said.items() if one.production]
        if len(marked) > 1:
            raise self._bad(
                f"{' and '.join(marked)} are both production",
                ("environments", marked[1], "production"),
                "exactly one environment is production: leave `production: true` at one",
            )
        open_ = [name for name, one in said.items() if one.production is None]
        only = open_ if len(open_) == 1 else []
        chosen = marked or [name for name in _PRODUCTION if name in open_] or only
        if not chosen:
            raise self._bad(
                "no environment is production", ("environments",), "say `production: true` at one"
            )
        return chosen[0]

    def _environment(
        self, name: str, said: schema.Environment, production: bool, domain: str
    ) -> EnvironmentSettings:
        path = ("environments", name)
        default = domain if production or self._by_port else f"{name}.{domain}"
        return EnvironmentSettings(
            name=name,
            production=production,
            domain=self._domain(said.domain or default, (*path, "domain")),
            port=self._port(said.port, production, (*path, "port")),
            allow=self._networks(said.allow, (*path, "allow")),
            env_files=self._env_files(name, said.env),
            profiles=self._words(said.profiles, (*path, "profiles")),
            read=self._words(said.read, (*path, "read")),
            protected=not production if said.protected is None else said.protected,
            user=self._user(said.user or name, (*path, "user")),
            seed=self._command(said.seed, (*path, "seed")),
            variables=self._variables(said.variables or {}, (*path, "variables")),
            limits=self._limits(said.limits, (*path, "limits")),
            outward=self._outward(said.outward, production, (*path, "outward")),
            branch=self._branch(said.branch, (*path, "branch")),
            attach=self._theirs(said.attach, production, (*path, "attach")),
            volumes_of=self._volumes_of(said, production, (*path, "volumes_of")),
        )

    def _port(self, said: int | None, production: bool, path: Path_) -> int | None:
        if said is not None and not self._by_port:
            raise self._bad(
                f"`port: {said}` has no effect: environments are told apart by their domains",
                path,
                "take the line out, or say `route: port`",
            )
        if said is not None and production:
            raise self._bad(
                "production answers at the edge's own port",
                path,
                f"say `edge: {{https: {said}}}` (with `tls: off` `http`) instead",
            )
        return said

    def _env_files(self, name: str, said: schema.Words | None) -> tuple[EnvFile, ...]:
        if said is None:
            names = (".env", f".env.{name}")
            return tuple(EnvFile(self._folder / one, required=False) for one in names)
        words = self._words(said, ("environments", name, "env"))
        return tuple(EnvFile(self._folder / one, required=True) for one in words)

    def _outward(
        self, said: bool | schema.Words | None, production: bool, path: Path_
    ) -> bool | tuple[str, ...]:
        if production and said is not None:
            raise self._bad(
                "production may always act on the world", path, "take the line out there"
            )
        if said is None or isinstance(said, bool):
            return production or said is True
        return self._words(said, path)

    def _user(self, said: str, path: Path_) -> str:
        if ":" in said or not said.isprintable() or not said.strip():
            raise self._bad(f"{said!r} is no user name", path, "letters and digits, no colon")
        return said

    def _branch(self, said: str | None, path: Path_) -> str | None:
        if said is not None and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._/-]*", said):
            raise self._bad(f"{said!r} is no branch name", path, "letters, digits, . _ / and -")
        return said

    def _volumes_of(self, said: schema.Environment, production: bool, path: Path_) -> str | None:
        if said.volumes_of is not None and said.attach is not None:
            raise self._bad(
                "an attached environment keeps its volumes anyway",
                path,
                "leave one of `attach` and `volumes_of`",
            )
        return self._theirs(said.volumes_of, production, path)

    def _theirs(self, said: str | None, production: bool, path: Path_) -> str | None:
        if said is None:
            return None
        if not production:
            raise self._bad(
                f"only production can have `{path[-1]}`",
                path,
                "take the line out: Partywall makes what it needs",
            )
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", said):
            raise self._bad(
                f"{said!r} is no Compose project", path, "a name that `docker compose ls` shows"
            )
        return said

    def _variables(self, said: dict[str, Any], path: Path_) -> dict[str, str]:
        made = {}
        for name, value in said.items():
            if not _VARIABLE.fullmatch(name):
                raise self._bad(
                    f"{name!r} is no variable name", (*path, name), "letters, digits and _ only"
                )
            if value is None or "\0" in str(value):
                raise self._bad(
                    f"`{shown((*path, name))}` has no usable value",
                    (*path, name),
                    'write a value; "" when it shall be empty',
                )
            made[name] = str(value)
        return made

    def _limits(self, said: schema.Limits | None, path: Path_) -> Limits | None:
        if said is None:
            return None
        cpus_share = self._share(said.cpus, (*path, "cpus"))
        memory_share = self._share(said.memory, (*path, "memory"))
        return Limits(
            cpus_fraction=cpus_share,
            cores=None if cpus_share else self._cores(said.cpus, (*path, "cpus")),
            memory_fraction=memory_share,
            memory_bytes=None if memory_share else self._memory(said.memory, (*path, "memory")),
            pids=said.pids,
            io=said.io,
        )

    def _share(self, said: str | float | None, path: Path_) -> float | None:
        try:
            return quantity.share(said) if isinstance(said, str) else None
        except ValueError as error:
            raise self._bad(f"`{shown(path)}`: {error}", path, "write for example 40%") from error

    def _cores(self, said: str | float | None, path: Path_) -> float | None:
        if said is None:
            return None
        try:
            cores = float(said)
        except ValueError:
            cores = 0.0
        if not 0 < cores < 10_000:
            raise self._bad(
                f"`{shown(path)}: {said}` is no number of cores", path, "write 40% or 1.5"
            )
        return cores

    def _memory(self, said: str | int | None, path: Path_) -> int | None:
        if said is None:
            return None
        try:
            size = quantity.memory(str(said))
        except ValueError as error:
            raise self._bad(
                f"`{shown(path)}`: {error}", path, "write for example 40%, 512M or 2G"
            ) from error
        if not 0 < size < 2**50:
            raise self._bad(f"`{shown(path)}: {said}` is out of range", path, "write 512M or 2G")
        return size

    def _services(self, said: dict[str, schema.Service | None]) -> dict[str, ServiceSettings]:
        made = {}
        for name, one in said.items():
            path = ("services", name)
            filled = one or schema.Service()
            made[name] = ServiceSettings(
                role=None if filled.role is None else Role(filled.role),
                run=self._command(filled.run, (*path, "run")),
                route=self._route(filled.route, (*path, "route")),
                port=filled.port,
                memory_bytes=self._memory(filled.memory, (*path, "memory")),
                extensions=self._words(filled.extensions, (*path, "extensions")),
                session=self._session(filled.session, (*path, "session")),
            )
        return made

    def _session(self, said: schema.Session | None, path: Path_) -> Visit | None:
        if said is None:
            return None
        opens = self._command(said.open, (*path, "open"))
        closes = self._command(said.close, (*path, "close"))
        if not is_path(said.path):
            where = (*path, "path")
            remedy = "a path that asks for a session: /api/account"
            raise self._bad(f"`{shown(where)}: {said.path}` is no path", where, remedy)
        return Visit(open=opens or (), close=closes or (), path=said.path)

    def _route(self, said: str | None, path: Path_) -> str | None:
        if said is not None and not is_route(said):
            raise self._bad(
                f"`{shown(path)}: {said}` is no route", path, "a path (/api) or a label (vault)"
            )
        return said

    def _check_domains(self, environments: dict[str, EnvironmentSettings]) -> None:
        seen: dict[str, str] = {}
        for name, one in environments.items():
            if one.domain in seen:
                path = ("environments", name, "domain")
                raise self._bad(
                    f"{seen[one.domain]} and {name} have the same domain, {one.domain}",
                    path,
                    f"give {name} another one, for example {name}.{one.domain}",
                )
            seen[one.domain] = name


def is_route(text: str) -> bool:
    """Whether it is a path prefix (`/api`) or a host label (`vault`)."""
    return _ROUTE.fullmatch(text) is not None


def is_path(text: str) -> bool:
    """Whether it can be asked of a web server as it is: no space, nothing but ASCII."""
    return _PATH.fullmatch(text) is not None
