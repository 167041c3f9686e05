"""A canonical Compose project as an App."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from partywall.axes.site import is_postgres
from partywall.compose import addresses, canonical, environment, examples, marks, roles
from partywall.compose.attachments import Reader
from partywall.compose.bound import files_read
from partywall.compose.canonical import Definition
from partywall.compose.checked import nearest
from partywall.compose.environment import Given
from partywall.compose.inward import Inward
from partywall.compose.local import Told
from partywall.compose.notices.every import notices
from partywall.compose.notices.seen import EXTERNAL
from partywall.compose.outward import Outward
from partywall.compose.place import Sources
from partywall.compose.service import service
from partywall.compose.settings import ServiceSettings
from partywall.model.app import App, Finding, Role, Service
from partywall.model.errors import BadInput, Place, Refused
from partywall.model.secret import PLACEHOLDER, hide

_BLANK = re.compile(r'The \\?"([A-Za-z_]\w*)\\?" variable is not set')
_PASSWORD = "POSTGRES_PASSWORD"  # noqa: S105  (a variable's name)
_WARNING = re.compile(r'level=warning msg="((?:[^"\\]|\\.)*)"')


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What is known besides the canonical document."""

    given: Given
    environment: str
    near: Sources
    services: Mapping[str, ServiceSettings] = {}
    """From partywall.yaml."""
    settings_place: Place | None = None
    outward: Outward = True
    """The services that may act on the world."""
    escaped: bool = True
    """Whether `$$` stands for `$`, as it does unless nothing was interpolated."""


def app(definition: Definition, reading: Reading) -> App:
    """The App, findings included.

    Raises:
        BadInput: when something in it cannot be.
    """
    said = definition.get("services") or {}
    reader = _reader(definition, reading)
    _check_overrides(said, reading)
    inward = Inward(reading.environment, reading.outward, reading.near)
    full, posted = inward.posted(_complete(definition, reading))
    made = {name: _service(str(name), full[name], reading) for name in said}
    _check_cycles(made, reading.near)
    made = _visited(_with_roles(made, reading), reading)
    made, kept_in = inward.kept_in(made)
    made = {name: _with_attachments(one, reader) for name, one in made.items()}
    whole = App(
        name=str(definition.get("name") or ""),
        folder=str(reading.given.folder),
        services=made,
        volumes=_top(definition, "volumes"),
        networks=_top(definition, "networks"),
        secrets=_top(definition, "secrets"),
        configs=_top(definition, "configs"),
        hidden=reading.given.hidden,
        env_files=tuple(
            dict.fromkeys(path for one in said.values() for path in environment.files_of(one or {}))
        ),
    )
    found = (
        *kept_in,
        *(one for one in posted if one.service in made),
        *notices(whole, reading.near, reading.environment),
        *addresses.left(full),
        *_missing(said, reading),
        *_wrong(whole, reader),
        *_shared(reading),
        *_told(reading),
        *_told_local(reading),
    )
    made = {name: _logging_in(one, reading.given) for name, one in made.items()}
    return msgspec.structs.replace(whole, services=made, findings=found)


def blanks(stderr: str) -> tuple[str, ...]:
    """The variables that became blank because nothing sets them."""
    return tuple(sorted(set(_BLANK.findall(stderr))))


def warnings(stderr: str) -> tuple[Finding, ...]:
    """What else the Compose CLI warned about."""
    said = dict.fromkeys(_WARNING.findall(stderr))
    return tuple(
        Finding(
            service="",
            kind="compose-warning",
            what=hide(text.replace('\\"', '"')),
            action="look at it; nothing is done about it",
        )
        for text in said
        if not _BLANK.search(text)
    )


def unset(names: tuple[str, ...], reading: Reading) -> BadInput:
    """The error for variables that nothing sets."""
    first = names[0]
    others = f", nor {', nor '.join(names[1:])}" if names[1:] else ""
    return BadInput(
        f"the variable {first} is not set in {reading.environment}{others}",
        where=reading.near.variable(first),
        remedy=f"write {first}=… into .env.{reading.environment}, or give it a default there:"
        f" ${{{first}:-value}}",
    )


def unreachable(app: App, reading: Reading) -> BadInput | None:
    """The error for an address that nothing could answer: it would be left out without a word."""
    for name, one in app.services.items():
        if one.route is not None and not one.exposed:
            return BadInput(
                f"visitors shall reach {name} at {one.route}, but nothing says on which port it"
                " listens",
                where=reading.near.service(name, marks.KEY, "route") or reading.settings_place,
                remedy=f'say `expose: ["8080"]` there, or `port: 8080` under `{marks.KEY}:`',
            )
    return None


def unset_findings(names: tuple[str, ...], reading: Reading) -> tuple[Finding, ...]:
    """The same for a report."""
    return tuple(
        Finding(
            service="",
            kind="unset-variable",
            what=f"the variable {name} is not set and has no default",
            action=f"write {name}=… into .env.{reading.environment}",
            where=reading.near.variable(name),
        )
        for name in names
    )


def _complete(definition: Definition, reading: Reading) -> dict[str, Definition]:
    """The services with their env files worked in, and secrets of this environment's own."""
    given = reading.given
    said = definition.get("services") or {}
    full = {
        name: environment.complete(str(name), one or {}, given, reading.near)
        for name, one in said.items()
    }
    full = addresses.followed(full)
    if given.own is not None:
        written = [str(one.get("content") or "") for one in _top(definition, "configs").values()]
        given.own.learn(full, files_read(full), written)
        full = {name: given.own.applied(str(name), one) for name, one in full.items()}
    if given.public is not None:
        given.public.learn(full)
        full = {name: given.public.applied(str(name), one) for name, one in full.items()}
    return full


def _visited(made: dict[str, Service], reading: Reading) -> dict[str, Service]:
    """The services, told where the edge answers in place of their ports on localhost."""
    local = reading.given.local
    if local is None:
        return made
    local.learn(App(name="", folder="", services=made))
    told = {name: local.applied(name, one.definition) for name, one in made.items()}
    again = {name: _service(name, said, reading) for name, said in told.items()}
    return {
        name: msgspec.structs.replace(
            one, environment=again[name].environment, build=again[name].build, definition=told[name]
        )
        for name, one in made.items()
    }


def _service(name: str, full: Definition, reading: Reading) -> Service:
    plain = canonical.unescape(full) if reading.escaped else full
    marked = marks.marks(name, plain.get(marks.KEY), reading.near)
    merged = marks.over(marked, reading.services.get(name))
    made = service(name, plain, full)
    exposed = made.exposed
    if merged.port is not None:
        exposed = (merged.port, *(port for port in exposed if port != merged.port))
    return msgspec.structs.replace(
        made, run=merged.run, route=merged.route, exposed=exposed, session=merged.session
    )


def _with_roles(made: dict[str, Service], reading: Reading) -> dict[str, Service]:
    guesses = roles.guesses(made)
    return {
        name: _with_role(one, *_role(one, guesses[name], reading)) for name, one in made.items()
    }


def _role(one: Service, guess: roles.Guess, reading: Reading) -> tuple[Role, str]:
    override = reading.services.get(one.name)
    if override is not None and override.role is not None:
        return override.role, "partywall.yaml says so"
    marked = one.definition.get(marks.KEY)
    if isinstance(marked, dict) and marked.get("role"):
        return Role(marked["role"]), f"{marks.KEY} in the Compose file says so"
    return guess.role, guess.why


def _with_role(one: Service, role: Role, why: str) -> Service:
    customary = roles.customary_port(one.image, role)
    exposed = one.exposed or ((customary,) if customary else ())
    waits = tuple(wait for wait in one.depends_on if wait.service != one.name)
    return msgspec.structs.replace(one, role=role, why=why, exposed=exposed, depends_on=waits)


def _logging_in(one: Service, given: Given) -> Service:
    """A PostgreSQL server whose password, where it is written down, is kept: we log in with it."""
    written = one.environment.get(_PASSWORD, "")
    if given.keep is None or not written or PLACEHOLDER.search(written) or not is_postgres(one):
        return one
    name = re.sub(r"[^A-Za-z0-9]", "_", f"WRITTEN_{one.name}_{_PASSWORD}").upper()
    kept = {**one.environment, _PASSWORD: given.keep(name, written)}
    return msgspec.structs.replace(one, environment=kept)


def _reader(definition: Definition, reading: Reading) -> Reader:
    tops = {kind: _top(definition, f"{kind}s") for kind in ("secret", "config")}
    return Reader(
        tops=canonical.unescape(tops) if reading.escaped else tops,
        given=reading.given,
        near=reading.near,
        environment=reading.environment,
    )


def _with_attachments(one: Service, reader: Reader) -> Service:
    return msgspec.structs.replace(one, attachments=tuple(reader.read(one.definition)))


def _wrong(whole: App, reader: Reader) -> list[Finding]:
    """For a report: what is wrong with secrets and configs; otherwise it is an error."""
    services = whole.services.values() if reader.given.lenient else ()
    return [
        Finding(
            service=service.name,
            kind=EXTERNAL if isinstance(error, Refused) else "unreadable",
            what=error.what,
            action=error.remedy,
            where=error.where,
        )
        for service in services
        for error in reader.wrong(service.definition)
    ]


def _missing(said: Mapping[str, Any], reading: Reading) -> list[Finding]:
    """For a report: the env files that are not there; otherwise the first is an error."""
    found = environment.missing(said, reading.given) if reading.given.lenient else ()
    return [
        Finding(
            service=name,
            kind="env-file",
            what=f"it wants the env file {path.name}, which is missing",
            action=examples.remedy(path),
            where=reading.near.word(path.name) or reading.near.service(name, "env_file"),
        )
        for name, path in found
    ]


def _shared(reading: Reading) -> list[Finding]:
    """The secrets that this environment has in common with production all the same."""
    own = reading.given.own
    return [
        Finding(
            service=service,
            kind="shared-secret",
            what=f"{name} has the same value in {reading.environment} as in production: it stands"
            " in a file of settings too, or nobody could make one up",
            action=f"write `{name}: ${{{name}}}`, and another value into"
            f" .env.{reading.environment}",
            where=reading.near.service(service, "environment", name),
        )
        for service, name in (own.shared if own is not None else ())
    ]


def _told(reading: Reading) -> list[Finding]:
    """The variables that name where production answers, and what this environment is told."""
    public = reading.given.public
    return [
        Finding(
            service=one.service,
            kind="public-address",
            what=f"{one.variable} names {one.host}, where production answers",
            action=f"in {reading.environment} it names {one.instead}",
            where=reading.near.service(one.service, "environment", one.variable),
        )
        for one in (public.told if public is not None else ())
    ]


def _told_local(reading: Reading) -> list[Finding]:
    """The variables that name a port on localhost where nothing answers any more."""
    local = reading.given.local
    return [_local(one, reading) for one in (local.told if local is not None else ())]


def _local(one: Told, reading: Reading) -> Finding:
    keys = ("build", "args") if one.key == "build" else ("environment",)
    where = reading.near.service(one.service, *keys, one.variable)
    name, environment = one.variable, reading.environment
    if one.instead:
        return Finding(
            service=one.service,
            kind="public-address",
            what=f"{name} names {one.address}, where visitors do not find {environment}",
            action=f"in {environment} it names {one.instead}" + ("" if one.owner else " as well"),
            where=where,
        )
    return Finding(
        service=one.service,
        kind="local-address",
        what=f"{name} names {one.address}, a port of {one.owner} that is not open in {environment}",
        action=f"kept; if browsers call it, write {name}=${{{name}}} and the address into"
        f" .env.{environment}, or say `route:` for {one.owner} in partywall.yaml",
        where=where,
    )


def _check_overrides(said: Mapping[str, Any], reading: Reading) -> None:
    """A service in partywall.yaml that a profile hides is fine; one that is nowhere is a slip."""
    allowed = () if isinstance(reading.outward, bool) else reading.outward
    for name in (*reading.services, *allowed):
        if name not in said and said and reading.near.service(name) is None:
            raise BadInput(
                f"partywall.yaml speaks of a service {name}, which the Compose file does not have",
                where=reading.settings_place,
                remedy=nearest(name, map(str, said)),
            )


def _check_cycles(services: Mapping[str, Service], near: Sources) -> None:
    cycle = find_cycle(
        {name: [wait.service for wait in one.depends_on] for name, one in services.items()}
    )
    if cycle:
        raise cyclic(cycle, near)


def cyclic(cycle: list[str], near: Sources) -> BadInput:
    """The error for services that wait for each other; the first is named again at the end."""
    return BadInput(
        f"services wait for each other in a circle: {' → '.join(cycle)}",
        where=near.service(cycle[0], "depends_on"),
        remedy=f"take one `depends_on` out, for example {cycle[-1]} from {cycle[-2]}",
    )


def find_cycle(waits: Mapping[str, list[str]]) -> list[str] | None:
    """One circle, its first name repeated at the end, or None."""
    done: set[str] = set()
    for start in waits:
        trail = [start]
        pending = [iter(waits[start])]
        while pending:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                done.add(trail.pop())
            elif following in trail:
                return [*trail[trail.index(following) :], following]
            elif following in waits and following not in done:
                trail.append(following)
                pending.append(iter(waits[following]))
    return None


def _top(definition: Definition, key: str) -> dict[str, Definition]:
    return {str(name): dict(one or {}) for name, one in (definition.get(key) or {}).items()}
