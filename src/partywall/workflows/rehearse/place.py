"""In whose place a migration is run: which service, from which code, with what variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from partywall.model.app import Role
from partywall.model.choices import Source
from partywall.model.errors import BadInput
from partywall.model.secret import Secret, SecretRef, resolve
from partywall.model.world import Database, Instance, Job, Key, environment_of, name_of
from partywall.workflows.project import Project

_MIGRATES = re.compile(
    r"migrat|alembic|flyway|liquibase|prisma|dbmate|sqitch|goose|knex|diesel|ecto", re.IGNORECASE
)
_LIKELY = (Role.JOB, Role.APP, Role.WEB, Role.WORKER)
_NOBODYS = "none-in-a-rehearsal"
"""In place of each secret that leads elsewhere than to the copy."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says of the place."""

    production: str
    """The environment whose data it is about."""
    code: str = ""
    """The environment whose code is run; empty: chosen."""
    service: str = ""
    """Of the app; empty: chosen."""
    command: bool
    """Whether a command is given, so that no job has to be found."""


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Who plays whom."""

    like: Instance
    """The service as the code has it that is rehearsed."""
    former: Instance | None
    """The same in production; None: it is new."""
    database: Database
    """Production's."""

    @property
    def running(self) -> Key:
        """The instance or job that has production's code."""
        return "" if self.former is None else self.former.key

    def variables(self, password: Secret) -> dict[str, str]:
        """All that the service is told in production, with the copy's password.

        No other secret is the real one: nothing that runs here shall act on the world.
        """
        told = (self.former or self.like).environment
        mine = self.database.password

        def value(ref: SecretRef) -> Secret:
            return password if ref == mine else Secret(_NOBODYS)

        return {name: resolve(text, value) for name, text in told.items()}

    def hosts(self) -> frozenset[str]:
        """What the service calls the database's server."""
        called = {**self.like.hosts, **(self.former.hosts if self.former else {})}
        environments = {environment_of(self.like.key), environment_of(self.database.key)}
        servers = {self.database.server} | {
            f"{name}/{name_of(self.database.server)}" for name in environments
        }
        return frozenset(name for name, key in called.items() if key in servers)


def cast(project: Project, database: Database, asked: Asked) -> Cast:
    """Choose the service.

    Raises:
        BadInput: when there is none, or several might be meant.
    """
    code = whose_code(project, asked)
    new = _services(project, code)
    former = new if code == asked.production else _services(project, asked.production)
    like = _named(new, code, asked.service) if asked.service else _found(new, asked)
    return Cast(like=like, former=former.get(like.service), database=database)


def whose_code(project: Project, asked: Asked) -> str:
    """The environment whose code is run: development's where each has a checkout of its own.

    Raises:
        BadInput: when there is no such environment.
    """
    others = [one.name for one in project.settings.environments.values() if not one.production]
    apart = project.choices.source is Source.BRANCH
    chosen = others[0] if apart and others else asked.production
    return project.environment(asked.code or chosen).name


def _services(project: Project, environment: str) -> dict[str, Instance]:
    things = project.wanted([environment]).things()
    mine = (one.instance if isinstance(one, Job) else one for one in things)
    return {
        one.service: one
        for one in mine
        if isinstance(one, Instance) and environment_of(one.key) == environment
    }


def _named(services: Mapping[str, Instance], environment: str, name: str) -> Instance:
    if name not in services:
        raise BadInput(
            f"{environment} has no service {name}", remedy=f"name one of: {', '.join(services)}"
        )
    return services[name]


def _found(services: Mapping[str, Instance], asked: Asked) -> Instance:
    """The job that migrates; with a command of its user's any that may speak to the database."""
    ordered = sorted(_able(services.values()), key=lambda one: _LIKELY.index(one.role))
    jobs = [one for one in ordered if _migrates(one)]
    if len(jobs) == 1 or (jobs and asked.command):
        return jobs[0]
    if asked.command and ordered:
        return ordered[0]
    names = ", ".join(one.service for one in jobs)
    raise BadInput(
        f"several services may migrate: {names}" if jobs else "no service is known to migrate",
        remedy="name one with --as SERVICE, or give the command: `partywall rehearse -- COMMAND`",
    )


def _able(services: Iterable[Instance]) -> list[Instance]:
    return [one for one in services if one.role in _LIKELY]


def _migrates(one: Instance) -> bool:
    said = " ".join([one.service, *(one.command or ()), *(one.run or ())])
    return one.role is Role.JOB and bool(_MIGRATES.search(said))
