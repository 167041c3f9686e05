"""Wall `vault`: one environment's programs in the other's folders, and the way there by HTTP."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.model.world import Route, name_of
from partywall.proof.case import Answer, Case
from partywall.proof.doors import call, credentials
from partywall.proof.edge import NoAnswer, Page
from partywall.proof.inside.answer import DENIED, DONE, REFUSED, Ask
from partywall.proof.logins import said
from partywall.proof.paths import tricks
from partywall.proof.planting import Planted, folders, marks, planted, writable
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Target

_OUTSIDE = "/etc/passwd"
_READ_ONLY = "Read-only file system"
"""The kernel's words, whatever the language of the machine: the agent has none set."""


def across(case: Case) -> Iterable[Attempt]:
    """List, read and create in the other's folders; then path tricks on the own vault's host."""
    if not case.other.volumes:
        return
    if case.own.reads & set(case.other.volumes):
        yield from _reading(case)
        return
    if not writable(case, case.other) and folders(case, case.other):
        yield _only_listed(case)
        return
    mine, theirs = planted(case, case.own), planted(case, case.other)
    yield from _by_folder(case, theirs, "made, read and deleted a scratch file")
    yield _by_links(case, mine, theirs)
    route = _route(case.own)
    if route is not None and case.premises.door is not None:
        yield _by_http(case, route, mine, theirs)
        yield _by_served_link(case, route, mine, theirs)
    if theirs.volume in case.other.parts:
        room = f"leave {case.other.environment} no room in the vault"
        yield case.attempt(Verdict.SHARED, room, "not tried: folders of one vault have one disk")


def _reading(case: Case) -> Iterable[Attempt]:
    """It has the other's files by an explicit line; that it cannot write there is the wall."""
    theirs = f"{case.other.environment}'s files"
    yield case.attempt(Verdict.SHARED, f"read {theirs}", "by the line `files: read-only`")
    name = f".partywall-{case.run.nonce}-{case.own.environment}"
    for stand in case.stands(case.own):
        for key, path in sorted((stand.folders or {}).items()):
            if key in case.own.reads:
                asked = {"do": "vault.scratch", "folder": path, "name": name, "mark": None}
                (answer,) = case.at(stand, case.own, asked, on=case.other)
                tried = f"create a file among {theirs} in {name_of(key)} (from {stand.name})"
                if _READ_ONLY in answer.says:
                    yield case.attempt(Verdict.HELD, tried, said(answer))
                else:
                    yield _judged(case, tried, [answer], "read there")


def _only_listed(case: Case) -> Attempt:
    """Where every volume is a server's data, nothing is written: listing has to do."""
    shown = _listed(case)
    answers = case.ask(case.own, *_lists(case, case.other), on=case.other)
    tried = f"list {case.other.environment}'s {len(answers)} volumes"
    return _judged(case, tried, answers, shown)


def _listed(case: Case) -> str:
    """Its own volumes, each from whichever stand sees it; that has to work."""
    answers = case.ask(case.own, *_lists(case, case.own))
    for answer in answers:
        if answer.outcome != DONE:
            raise CouldNotTry(
                f"listing its volumes does not work in {case.own.environment} itself: "
                f"{said(answer)}"
            )
    return "; ".join(answer.says for answer in answers)


def _lists(case: Case, where: Target) -> list[Ask]:
    known = marks(case, where)
    return [
        {"do": "vault.list", "folder": path, "mark": known.get(key)}
        for key, path in folders(case, where).items()
    ]


def _by_folder(case: Case, theirs: Planted, shown: str) -> Iterable[Attempt]:
    whose = f"{case.other.environment}'s"
    listing = _lists(case, case.other)
    reading: Ask = {"do": "vault.read", "path": theirs.path, "mark": theirs.mark}
    name = f".partywall-{case.run.nonce}-{case.own.environment}"
    creating: Ask = {
        "do": "vault.scratch",
        "folder": theirs.folder,
        "name": name,
        "mark": marks(case, case.other).get(theirs.volume),
    }
    *lists, read, create = case.ask(case.own, *listing, reading, creating, on=case.other)
    yield _judged(case, f"list {whose} {len(lists)} volumes", lists, shown)
    yield _judged(case, f"read a file of {whose} vault", [read], shown)
    yield _judged(case, f"create a file in {whose} vault", [create], shown)


def _judged(case: Case, tried: str, answers: list[Answer], shown: str) -> Attempt:
    """Crossed when any worked, held when the system said no to all, else nothing was shown."""
    telling = next((answer for answer in answers if answer.outcome == DONE), None)
    if telling is not None:
        return case.attempt(Verdict.CROSSED, tried, said(telling))
    odd = next((answer for answer in answers if answer.outcome not in (DENIED, REFUSED)), None)
    if odd is not None:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(odd))
    words = "; ".join(sorted({said(answer) for answer in answers}))
    return case.attempt(Verdict.HELD, tried, f"{words} (at home: {shown})")


def _by_links(case: Case, mine: Planted, theirs: Planted) -> Attempt:
    """Links of both kinds, out of the own folder; one to an own file has to lead there."""
    tried = f"read a file of {case.other.environment}'s vault through a link in its own"
    ask: Ask = {"do": "vault.links", "folder": mine.seen, "name": f".partywall-{case.run.nonce}"}
    inner = {**ask, "targets": [f"{mine.seen}/{mine.name}"]}
    outer = {**ask, "targets": _places(case, mine, theirs)}
    (home,) = case.at(mine.stand, case.own, inner)
    if home.outcome != DONE:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(home))
    return _judged(case, tried, case.at(mine.stand, case.own, outer, on=case.other), home.says)


def _places(case: Case, mine: Planted, theirs: Planted) -> list[str]:
    """The other's file on this machine, and where it is if both folders are in one vault."""
    return [theirs.path, f"{mine.seen}/../{case.other.environment}/{theirs.name}"]


def _by_served_link(case: Case, route: Route, mine: Planted, theirs: Planted) -> Attempt:
    """The vault's file server as the one who goes where a link leads."""
    tried = f"have {route.host} serve a link to {case.other.environment}'s file"
    home = _served(case, route, mine, f"{mine.seen}/{mine.name}")
    follows = mine.text.encode() in home.body
    for target in _places(case, mine, theirs):
        page = _served(case, route, mine, target)
        if _leaked(page.body, theirs):
            return case.attempt(Verdict.CROSSED, tried, f"{page} for a link to {target}")
    words = f"at home: {home} for a link to its own" if follows else "it follows no link at all"
    return case.attempt(Verdict.HELD, tried, f"{page} ({words})")


def _served(case: Case, route: Route, mine: Planted, target: str) -> Page:
    """What is served for a link in the own folder, which is taken away again."""
    link = msgspec.structs.replace(mine, text=f"{mine.text} leads to {target}")
    ask: Ask = {"folder": mine.seen, "name": link.name}
    (left,) = case.at(mine.stand, case.own, {"do": "vault.lead", **ask, "target": target})
    try:
        if left.outcome != DONE:
            raise CouldNotTry(f"no link can be left in {mine.seen}: {said(left)}")
        sent = credentials(case, case.own, route)
        return call(case, case.own, route, f"{route.path.rstrip('/')}/{link.name}", sent)
    finally:
        case.at(mine.stand, case.own, {"do": "vault.uproot", **ask}, grace=5.0)


def _route(where: Target) -> Route | None:
    """The address under which the vault's own file server answers."""
    served = set(where.vaults.values())
    return next((route for route in where.routes if route.instance in served), None)


def _by_http(case: Case, route: Route, mine: Planted, theirs: Planted) -> Attempt:
    tried = f"fetch {case.other.environment}'s file, or one of the machine, from {route.host}"
    prefix = route.path.rstrip("/")
    sent = credentials(case, case.own, route)
    home = call(case, case.own, route, f"{prefix}/{mine.name}", sent)
    if mine.text.encode() not in home.body:
        raise CouldNotTry(f"{route.host} does not serve even its own scratch file: {home}")
    targets = [theirs.path, _OUTSIDE]
    paths = [path for file in targets for path in tricks(mine.seen, file, mine.name)]
    statuses = set()
    for path in (f"/{theirs.name}", *paths):
        try:
            page = call(case, case.own, route, f"{prefix}{path}", sent)
        except NoAnswer as error:
            statuses.add(str(error))
            continue
        statuses.add(str(page.status))
        if _leaked(page.body, theirs):
            return case.attempt(Verdict.CROSSED, tried, f"{page} for {_shown(path)}")
    words = f"{len(paths) + 1} spellings answered {', '.join(sorted(statuses))}"
    return case.attempt(Verdict.HELD, tried, f"{words} (at home: {home} for its own file)")


def _leaked(body: bytes, theirs: Planted) -> bool:
    return theirs.text.encode() in body or (b"root:" in body and b":0:0:" in body)


def _shown(path: str) -> str:
    return path if len(path) <= 60 else f"{path[:40]}…{path[-19:]}"


PROBE = Probe(
    name="vault",
    shows="an environment can neither see nor change the other's files, by folder or by HTTP",
    across=across,
)
