"""Wall `outbound`: outside production nothing runs by the clock, and mail reaches nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from partywall.compose import mail
from partywall.compose.outward import Acting, Outward, acting, may
from partywall.interfaces import Told
from partywall.model.app import Dependency, Role, Service
from partywall.model.errors import PartywallError
from partywall.model.world import Instance, environment_of, name_of
from partywall.proof.case import Answer, Case
from partywall.proof.inside.answer import DONE, FAILED, Ask
from partywall.proof.logins import said
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict

_BY_LINE = "by the line `outward` in its settings"
_AS_THEY_ARE = "the engine turns nothing off: it runs services as they are"


class _Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of a program that runs, which leads to a server for mail."""

    told: Told
    variable: str
    host: str
    port: int
    turned: bool
    """Whether it leads to a server of the world, and so should lead elsewhere."""


def outward(case: Case) -> Iterable[Attempt]:
    """What runs that acts on the world; then each server that it is told to hand mail in at."""
    running = _running(case)
    services = {name_of(one.key): _service(case, one) for one in running}
    yield _acting(case, services)
    yield from _mail(case, running, services)


def _allowed(case: Case) -> Outward | None:
    return case.premises.outward.get(case.own.environment, False)


def _running(case: Case) -> tuple[Told, ...]:
    """What runs, as it was told; where the engine does not know better, as it is described."""
    name = case.own.environment
    try:
        found = case.premises.reach.told(name)
    except PartywallError as error:
        raise CouldNotTry(error.what) from error
    if found is not None:
        return tuple(found)
    return tuple(
        Told(key=key, variables=entry.thing.environment)
        for key, entry in case.premises.world.entries.items()
        if entry.running and isinstance(entry.thing, Instance) and environment_of(key) == name
    )


def _service(case: Case, told: Told) -> Service:
    """As the Compose file has it; what nobody described, by what it runs."""
    entry = case.premises.world.entries.get(told.key)
    thing = entry.thing if entry is not None and entry.fingerprint else None
    name = name_of(told.key)
    if not isinstance(thing, Instance):
        return Service(name=name, role=Role.APP, why="", image=told.image, command=told.words)
    return Service(
        name=name,
        role=thing.role,
        why="",
        image=thing.image,
        command=thing.command or thing.run,
        entrypoint=thing.entrypoint,
        environment=thing.environment,
        exposed=thing.ports,
        ports=thing.published,
        definition=thing.definition,
        depends_on=tuple(
            Dependency(service=name_of(need.key), condition=need.condition) for need in thing.needs
        ),
    )


def _acting(case: Case, services: Mapping[str, Service]) -> Attempt:
    allowed = _allowed(case)
    tried = f"act on the world by one of its {len(services)} programs that run"
    every = acting(services, outward=False)
    holes = [one for one in every if not one.wanted_by and not may(allowed or False, one.service)]
    if holes and allowed is not None:
        words = "; ".join(f"{one.service} {one.what}, and should be off" for one in holes)
        return case.attempt(Verdict.CROSSED, tried, words)
    if every:
        words = "; ".join(f"{one.service} {one.what}: {_why(allowed, one)}" for one in every)
        return case.attempt(Verdict.SHARED, tried, words)
    return case.attempt(Verdict.HELD, tried, "none sends mail, makes backups or runs by the clock")


def _why(allowed: Outward | None, one: Acting) -> str:
    if allowed is None:
        return _AS_THEY_ARE
    if may(allowed, one.service):
        return _BY_LINE
    return f"it stays, since {' and '.join(one.wanted_by)} cannot do without it"


def _mail(
    case: Case, running: Iterable[Told], services: Mapping[str, Service]
) -> Iterable[Attempt]:
    images = {name: {"image": one.image} for name, one in services.items()}
    catcher = mail.catcher(images)
    letters = [letter for one in running for letter in _letters(one, catcher)]
    if not letters:
        return
    allowed = _allowed(case)
    tried = [one for one in letters if not _meant(allowed, one)]
    yield from (_by_design(case, one, allowed) for one in letters if _meant(allowed, one))
    if tried:
        shown = _home(case)
        asks: list[Ask] = [
            {"do": "outbound.connect", "address": one.host, "port": one.port} for one in tried
        ]
        for one, got in zip(tried, case.ask(case.own, *asks), strict=True):
            yield _judged(case, one, got, catcher, shown)


def _letters(told: Told, catcher: mail.Catcher | None) -> Iterator[_Letter]:
    turned = mail.turned({"environment": dict(told.variables)}, catcher)
    for name in told.variables:
        if place := mail.place(name, told.variables):
            host, port = place
            again = name in turned
            yield _Letter(told=told, variable=name, host=host, port=port, turned=again)


def _meant(allowed: Outward | None, letter: _Letter) -> bool:
    return letter.turned and (allowed is None or may(allowed, name_of(letter.told.key)))


def _by_design(case: Case, letter: _Letter, allowed: Outward | None) -> Attempt:
    words = _AS_THEY_ARE if allowed is None else _BY_LINE
    return case.attempt(Verdict.SHARED, _handed_in(letter), f"not tried: {words}")


def _handed_in(letter: _Letter) -> str:
    where = f"{letter.host}:{letter.port}"
    return f"hand in mail at {where}, as {letter.variable} tells {letter.told.key}"


def _judged(
    case: Case, letter: _Letter, got: Answer, catcher: mail.Catcher | None, shown: str
) -> Attempt:
    tried = _handed_in(letter)
    if got.outcome == FAILED and not letter.turned:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(got))
    if letter.turned:
        words = f"{said(got)}: a server of the world, which should have been turned off"
        return case.attempt(Verdict.CROSSED, tried, words)
    if catcher is not None and letter.host == catcher.service:
        words = f"{said(got)}: {catcher.service} shows mail and delivers none"
        return case.attempt(Verdict.HELD, tried, words)
    if got.outcome == DONE and letter.host == mail.NOWHERE:
        return case.attempt(Verdict.CROSSED, tried, f"{said(got)}: somebody answers to that name")
    return case.attempt(Verdict.HELD, tried, f"{said(got)} (at home: {shown})")


def _home(case: Case) -> str:
    """One of its own servers can be connected to: else nothing could, wherever it is."""

    def make() -> str:
        answers = case.ask(case.own, *_own_doors(case)) if _own_doors(case) else []
        good = [one for one in answers if one.outcome == DONE]
        if not good:
            raise CouldNotTry(f"{case.own.environment} cannot connect to anything of its own")
        return good[0].says

    return case.run.once(f"outbound/{case.own.environment}", make)


def _own_doors(case: Case) -> list[Ask]:
    contacts = case.premises.reach.contacts(case.own.environment)
    if contacts is None:
        servers = (one for several in case.own.servers.values() for one in several)
        doors = [case.reach(server) for server in servers]
        return [
            {"do": "outbound.connect", "address": one["host"], "port": one["port"]} for one in doors
        ]
    return [
        {"do": "outbound.connect", "address": address, "port": port}
        for one in contacts
        for address in one.addresses
        for port in {*one.ports, *_ports(case, one.key)}
    ]


def _ports(case: Case, key: str) -> tuple[int, ...]:
    entry = case.premises.world.entries.get(key)
    return entry.thing.ports if entry and isinstance(entry.thing, Instance) else ()


PROBE = Probe(
    name="outbound",
    shows="outside production nothing runs by the clock, and mail reaches nobody",
    outward=outward,
)
