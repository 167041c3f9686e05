"""Reads what a project's Compose files say about an environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from partywall.compose import canonical, cli, envfiles, likely, understand, yamlfile
from partywall.compose.bound import bound
from partywall.compose.checked import nearest
from partywall.compose.environment import Given
from partywall.compose.folder import compose_files, no_compose_file
from partywall.compose.local import LocalAddresses
from partywall.compose.outward import Outward
from partywall.compose.ownsecrets import Keep, Own, OwnSecrets
from partywall.compose.place import Sources
from partywall.compose.public import Public, PublicAddresses
from partywall.compose.settings import ServiceSettings
from partywall.compose.theirs import Theirs
from partywall.compose.trouble import missing_variables, trouble
from partywall.compose.understand import Reading
from partywall.interfaces import Completed
from partywall.model.app import App, Finding
from partywall.model.errors import BadInput, Place

HOME = ".partywall"
"""The folder of an installation."""
NAMELESS = "unset-variable"
"""The kind of finding for what an env file takes from a variable that there is not."""
NAMED_BY = "COMPOSE_FILE"
"""The variable that names the Compose files, as Compose has it."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to read, and what is known about the environment."""

    folder: Path
    environment: str
    environments: tuple[str, ...] = ()
    """The names of all."""
    project: str
    """Compose project name: volumes and networks without a name of their own start with it."""
    files: tuple[Path, ...] = ()
    """Empty: what Compose itself takes in the folder."""
    profiles: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    """Placeholders where secrets stand."""
    env_files: tuple[Path, ...] = ()
    """The environment's own env files; `variables` came from them."""
    stand_for: tuple[Path, ...] = ()
    """Paths that mean its own env files in the Compose file, though nothing need be there."""
    made: frozenset[str] = frozenset()
    """Variables that its own env file will have and does not have yet."""
    services: Mapping[str, ServiceSettings] = {}
    settings_place: Place | None = None
    beside: tuple[Path, ...] = ()
    """Files that say what the app does while it runs, and may be anywhere among its own."""
    keep: Keep | None = None
    """Makes placeholders for secrets in other files that `env_file:` names."""
    own: Own | None = None
    """Makes secrets of the environment's own, where it must not share those that are written down
    for all."""
    public: Public | None = None
    """Where the environment answers, when former addresses of the app are not to be its own."""
    outward: Outward = True
    """The services that may act on the world; mail of the others reaches nobody."""
    lenient: bool = False
    """For a report: go on as far as it can be understood, with findings instead of errors."""


def read(request: Request) -> App:
    """The App of one environment.

    Raises:
        BadInput: when the Compose files are wrong, or a variable is not set.
        MachineFailed: when the Compose CLI is missing or silent.
    """
    return read_all([request])[0]


def read_all(requests: Sequence[Request]) -> list[App]:
    """The Apps of several environments, the CLI at work on all of them at once.

    Raises:
        BadInput: as `read`, for the first environment that something is wrong with.
        MachineFailed: as `read`.
    """
    questions = [question(request) for request in requests]
    asked: list[cli.Asked] = []
    try:
        asked.extend(cli.ask(one) for one in questions)
        return [
            _app(request, one, cli.answer(asking))
            for request, one, asking in zip(requests, questions, asked, strict=True)
        ]
    finally:
        cli.drop(asked)


def question(request: Request) -> cli.Question:
    """What the CLI is asked for a request.

    Raises:
        BadInput: when there is no Compose file, or one cannot be read.
    """
    folder = request.folder.absolute()
    files = tuple(folder / file for file in request.files) or _found(folder, request.variables)
    for file in files:
        data = yamlfile.read(file)
        if data is None:
            raise BadInput(
                f"there is no Compose file {file.name} here",
                where=Place(str(file)),
                remedy="correct its name under `compose:` in partywall.yaml, or write it",
            )
        yamlfile.text_of(data, str(file))
    # `~` in a bind mount is the only thing that needs more than the environment's own variables.
    home = {"HOME": str(Path.home())}
    return cli.Question(
        folder=folder,
        files=files,
        project=request.project,
        profiles=request.profiles,
        variables=home | dict(request.variables),
    )


def apart(request: Request, asked: cli.Question) -> frozenset[Path]:
    """The files that say how the app is run: no part of what is built or bound.

    Whoever changes a flag has nothing built and nothing started anew.
    """
    said = request.settings_place
    settings = [Path(said.file)] if said else []
    return frozenset(
        map(Path.absolute, (*asked.files, *request.env_files, *settings, *request.beside))
    )


def _found(folder: Path, variables: Mapping[str, str]) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise BadInput(
            "there is no such folder",
            where=Place(str(folder)),
            remedy="name the folder that holds the Compose file",
        )
    said = variables.get(NAMED_BY, "")
    separator = variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    named = tuple(folder / name for name in said.split(separator) if name)
    files = named or compose_files(folder)
    if not files:
        raise no_compose_file(folder)
    return files


def _app(request: Request, asked: cli.Question, said: Completed) -> App:
    reading = _reading(request, asked)
    if said.code == 0:
        _check_profiles(request, asked)
        app = _understood(request, asked, said, reading)
    elif request.lenient:
        app = _as_far_as_possible(asked, said, reading)
    else:
        raise trouble(asked, said, reading)
    return with_bound(_with(app, _nameless(request)), request, asked)


def _nameless(request: Request) -> list[Finding]:
    """What in the env files stands for a variable that there is not."""
    return [
        Finding(
            service="",
            kind=NAMELESS,
            what=f"a `$` in the value of {name} names no variable from further up, and is blank",
            action="set that variable first, or write single quotes round a value with a $",
            where=place,
        )
        for name, place in envfiles.unknown(request.env_files)
    ]


def with_bound(app: App, request: Request, asked: cli.Question) -> App:
    """With the fingerprints of what is bound and built, as it is now."""
    theirs = Theirs(request.environment, request.environments, app.env_files)
    found = bound(app.services.values(), apart(request, asked), theirs)
    return msgspec.structs.replace(app, bound=found, hidden=_hidden(request))


def _hidden(request: Request) -> tuple[str, ...]:
    """Where secrets of other environments are that one outside production must not see."""
    if request.own is None:
        return ()
    others = [f".env.{name}" for name in request.environments if name != request.environment]
    paths = [request.folder.absolute() / name for name in (HOME, ".env", *others)]
    return tuple(str(path) for path in paths if path.exists())


def _reading(request: Request, asked: cli.Question) -> Reading:
    given = Given(
        folder=asked.folder,
        variables=request.variables,
        own_files=frozenset(map(Path.absolute, (*request.env_files, *request.stand_for))),
        made=request.made,
        keep=request.keep,
        lenient=request.lenient,
        own=_own_secrets(request),
        public=_public(request),
        local=LocalAddresses(request.public) if request.public else None,
        name=request.environment,
        hidden=_hidden(request),
    )
    return Reading(
        given=given,
        environment=request.environment,
        near=Sources(asked.files, asked.folder),
        services=request.services,
        settings_place=request.settings_place,
        outward=request.outward,
    )


def _public(request: Request) -> PublicAddresses | None:
    if request.public is None or request.public.is_production:
        return None
    return PublicAddresses(request.public)


def _own_secrets(request: Request) -> OwnSecrets | None:
    if request.own is None or request.keep is None:
        return None
    return OwnSecrets(request.environment, request.own, request.keep)


def _understood(request: Request, asked: cli.Question, said: Completed, reading: Reading) -> App:
    blank = understand.blanks(said.err)
    if blank and not request.lenient:
        raise understand.unset(blank, reading)
    app = understand.app(canonical.parse(said.out), reading)
    if not app.services and not (request.lenient and app.findings):
        raise _nothing(request, asked, reading.near, app.findings)
    unreachable = understand.unreachable(app, reading)
    if unreachable is not None and not request.lenient:
        raise unreachable
    extra = (*understand.unset_findings(blank, reading), *understand.warnings(said.err))
    return _with(app, extra)


def _as_far_as_possible(asked: cli.Question, said: Completed, reading: Reading) -> App:
    """With or without values for what is not set; what was wrong becomes a finding."""
    filled = _filled(asked, reading)
    if filled is not None:
        return filled
    error = trouble(asked, said, reading)
    second = cli.answer(cli.ask(asked, (*cli.CANONICAL, "--no-interpolate")))
    if second.code != 0:
        raise error
    loose = msgspec.structs.replace(reading, escaped=False)
    app = understand.app(canonical.parse(second.out), loose)
    finding = Finding(
        service="", kind="unreadable", what=error.what, action=error.remedy, where=error.where
    )
    return _with(app, (finding,))


def _filled(asked: cli.Question, reading: Reading) -> App | None:
    """With a likely value for every variable that is required and not set; None if it is no use.

    The values serve this reading alone: what shows them shows the variable instead.
    """
    missing = missing_variables(asked)
    texts = "\n".join(line for _, lines in reading.near.texts() for line in lines)
    made = likely.values(missing, texts)
    question = msgspec.structs.replace(asked, variables={**asked.variables, **made})
    said = cli.answer(cli.ask(question, cli.CANONICAL)) if missing else None
    if said is None or said.code != 0:
        return None
    app = understand.app(canonical.parse(said.out), reading)
    blank = (*missing, *understand.blanks(said.err))
    extra = (*understand.unset_findings(blank, reading), *understand.warnings(said.err))
    return _with(likely.unnamed(app, made), extra)


def _with(app: App, findings: Iterable[Finding]) -> App:
    return msgspec.structs.replace(app, findings=(*app.findings, *findings))


def _check_profiles(request: Request, asked: cli.Question) -> None:
    """A profile that no service has enables nothing: a slip."""
    wanted = set(request.profiles) - {"*"}
    if not wanted:
        return
    known = _profiles(asked)
    for name in sorted(wanted - set(known)):
        raise BadInput(
            f"{request.environment} wants the profile {name}, which no service has",
            where=request.settings_place,
            remedy=nearest(name, known)
            if known
            else "take it out of `profiles:` in partywall.yaml",
        )


def _profiles(asked: cli.Question) -> list[str]:
    """Every profile that a service has."""
    return sorted(cli.answer(cli.ask(asked, ("--profiles",))).out.split())


def _nothing(
    request: Request, asked: cli.Question, near: Sources, found: Sequence[Finding]
) -> BadInput:
    if found:
        return BadInput(
            f"every service of {request.environment} acts on the world, and is off there",
            where=found[0].where,
            remedy=f"`environments: {{{request.environment}: {{outward: true}}}}` in partywall.yaml"
            " turns them on",
        )
    if names := _profiles(asked):
        return BadInput(
            f"every service is in a profile, and {request.environment} enables none of"
            f" {', '.join(names)}",
            where=near.first(r"\bprofiles\b") or near.first(""),
            remedy=f"say `profiles: [{names[0]}]` for each environment that wants it in"
            f" partywall.yaml, or COMPOSE_PROFILES={names[0]} in .env for every environment",
        )
    return BadInput(
        f"no service is enabled in {request.environment}",
        where=near.top("services") or near.first(""),
        remedy="define a service, or enable a profile: `profiles:` in partywall.yaml",
    )
