"""Advice for apps of several shapes on machines of several sizes, made purely, as a text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from partywall.advice.answer import Answer, Asked, answer
from partywall.advice.app import AppFacts
from partywall.advice.compared import compared
from partywall.advice.machine import Facts
from partywall.advice.needs import Goal, Impact, Needs
from partywall.advice.reasons import arithmetic, reasons_against, reasons_for
from partywall.architectures.customary import RECOMMENDATIONS
from partywall.axes.site import Environment, Site
from partywall.model.app import App, Role
from partywall.workflows.advice.facts import points_by_name
from partywall.workflows.advice.written import lines_of

from . import plans

FOLDER = plans.HERE / "advice"
KNOWS = frozenset({Role.CACHE, Role.BROKER})
_OTHERS = 4


def _kept(app: App, names: set[str]) -> App:
    """The app with these services alone, which wait for nobody else."""
    services = {
        name: msgspec.structs.replace(
            one, depends_on=tuple(wait for wait in one.depends_on if wait.service in names)
        )
        for name, one in app.services.items()
        if name in names
    }
    return msgspec.structs.replace(app, services=services)


def _imaged(app: App, **images: str) -> App:
    """The app with other images; what was built is pulled then."""
    services = {
        name: msgspec.structs.replace(one, image=images[name], build=None, environment={})
        if name in images
        else one
        for name, one in app.services.items()
    }
    return msgspec.structs.replace(app, services=services)


def _of(change: Callable[[App], App], **needs: int) -> Site:
    """Both environments on an engine that takes definitions; `needs` is said in MiB."""
    site = plans.site("dual")

    def changed(one: Environment) -> Environment:
        said = {name: size << 20 for name, size in needs.items()}
        return msgspec.structs.replace(one, app=change(one.app), needs=said, definitions=True)

    environments = tuple(map(changed, site.environments))
    return msgspec.structs.replace(site, environments=environments, production=environments[0])


SHAPES: dict[str, Callable[[], Site]] = {
    "club": lambda: _of(lambda app: app),
    "shop": lambda: _of(lambda app: _kept(app, {"db", "api", "web"})),
    "leaflet": lambda: _of(lambda app: _kept(app, {"web"})),
    "archive": lambda: _of(lambda app: app, db=700, api=200, cache=200),
    "library": lambda: _of(lambda app: _imaged(app, worker="elasticsearch:8")),
    "guestbook": lambda: _of(lambda app: _imaged(app, db="mariadb:11")),
}
"""The reference app; a page with a database; a page; large data; a search engine; no PostgreSQL."""


@functools.cache
def site(shape: str) -> Site:
    """The environments of an app of this shape."""
    return SHAPES[shape]()


NAMES = functools.cache(points_by_name)


def asked(shape: str = "club", mib: int = 2048, **more: Any) -> Asked:
    """A question; `more` are needs, and facts of the machine and the app, by their names."""

    def of(kind: type[msgspec.Struct]) -> dict[str, Any]:
        return {name: more[name] for name in kind.__struct_fields__ if name in more}

    machine = {
        "cores": 2,
        "engine": "docker",
        "engine_answers": True,
        "whole_containers": True,
        "enforces_budgets": True,
        "repository": True,
        **{name: value for name, value in of(Facts).items() if name != "second_name"},
        "second_name": more.get("leads_here"),
    }
    return Asked(
        needs=Needs(**of(Needs)),
        machine=Facts(memory_bytes=mib << 20, **machine),
        app=AppFacts(**{"knows_prefix": KNOWS, **of(AppFacts)}),
        site=site(shape),
        names=NAMES(),
    )


_G = Goal
CASES: dict[str, Callable[[], Asked]] = {
    "club-512-balance": lambda: asked(mib=512),
    "club-512-never-away": lambda: asked(mib=512, may_be_away=False),
    "club-512-staging": lambda: asked(mib=512, goal=_G.STAGING),
    "club-512-memory": lambda: asked(mib=512, goal=_G.MEMORY),
    "club-512-alone": lambda: asked(mib=512, second=False),
    "club-640-staging": lambda: asked(mib=640, goal=_G.STAGING),
    "club-704-balance": lambda: asked(mib=704),
    "club-1024-balance": lambda: asked(mib=1024),
    "club-1024-staging": lambda: asked(mib=1024, goal=_G.STAGING),
    "club-1024-memory": lambda: asked(mib=1024, goal=_G.MEMORY),
    "club-1024-memory-both": lambda: asked(mib=1024, goal=_G.MEMORY, both=True),
    "club-2048-balance": asked,
    "club-2048-migrations": lambda: asked(goal=_G.MIGRATIONS),
    "club-2048-staging": lambda: asked(goal=_G.STAGING),
    "club-2048-staging-one-name": lambda: asked(goal=_G.STAGING, second_name=False),
    "club-2048-staging-name-is-there": lambda: asked(goal=_G.STAGING, leads_here=True),
    "club-2048-workflow": lambda: asked(goal=_G.WORKFLOW),
    "club-2048-workflow-no-repository": lambda: asked(goal=_G.WORKFLOW, repository=False),
    "club-2048-simplicity": lambda: asked(goal=_G.SIMPLICITY),
    "club-2048-whole": lambda: asked(goal=_G.WHOLE),
    "club-2048-no-impact": lambda: asked(impact=Impact.NONE),
    "club-2048-any-impact": lambda: asked(impact=Impact.ANY),
    "club-2048-no-budgets": lambda: asked(enforces_budgets=False),
    "club-2048-others-on-it": lambda: asked(free_bytes=420 << 20),
    "club-2048-measured": lambda: asked(
        measured={"prod/db": 500 << 20, "prod/api": 180 << 20, "prod/worker": 120 << 20}
    ),
    "club-8192-whole": lambda: asked(mib=8192, cores=4, goal=_G.WHOLE),
    "club-32768-balance": lambda: asked(mib=32768, cores=8),
    "club-32768-memory": lambda: asked(mib=32768, cores=8, goal=_G.MEMORY),
    "shop-1024-balance": lambda: asked("shop", 1024),
    "shop-512-memory-both": lambda: asked("shop", 512, goal=_G.MEMORY, both=True),
    "shop-4096-own-servers": lambda: asked("shop", 4096, own_servers=True),
    "leaflet-512-balance": lambda: asked("leaflet", 512),
    "leaflet-1024-simplicity": lambda: asked("leaflet", 1024, goal=_G.SIMPLICITY),
    "archive-2048-staging": lambda: asked("archive", 2048, goal=_G.STAGING),
    "archive-2560-staging": lambda: asked("archive", 2560, goal=_G.STAGING),
    "archive-2560-app-stays": lambda: asked(
        "archive", 2560, goal=_G.STAGING, app_may_change=False, knows_prefix=frozenset()
    ),
    "archive-2560-public": lambda: asked("archive", 2560, goal=_G.STAGING, names_public=12),
    "archive-4096-memory-both": lambda: asked("archive", 4096, goal=_G.MEMORY, both=True),
    "archive-16384-whole": lambda: asked("archive", 16384, cores=8, goal=_G.WHOLE),
    "library-2048-balance": lambda: asked("library", 2048),
    "library-8192-staging": lambda: asked("library", 8192, cores=4, goal=_G.STAGING),
    "guestbook-2048-memory-both": lambda: asked("guestbook", 2048, goal=_G.MEMORY, both=True),
}
"""Machines of 512 MiB to 32 GiB, each goal, and apps of six shapes."""


def file(name: str) -> Path:
    """Where the text of a case is kept."""
    return FOLDER / f"{name}.txt"


def text(question: Asked) -> str:
    """The answer as reviewed: the first with reasons, the next, changes, what is customary."""
    return said(question, answer(question))


def said(question: Asked, given: Answer) -> str:
    """The text of an answer."""
    return "\n".join(_lines(question, given)) + "\n"


def _lines(question: Asked, given: Answer) -> Iterator[str]:
    top, first = given.ranked[0], given.first
    yield f"recommended: {first.point.words if first else 'nothing'}"
    if first is None:
        yield f"nearest: {top.point.words}"
    yield f"  {arithmetic(top.estimate, question.machine)}"
    yield from (f"  + {text}" for text in reasons_for(top, given.space))
    yield from (f"  - {text}" for text in reasons_against(top, given.space))
    if first:
        yield from (f"  | {line}" for line in lines_of(first.point))
    yield f"next, of {len(given.ranked)}:"
    for one in given.ranked[1 : 1 + _OTHERS]:
        yield (
            f"  {one.score:.3f} {one.point.words}: {one.estimate.bytes >> 20} MiB, at most "
            f"{one.estimate.peak_bytes >> 20}{'' if one.fits else ', does not fit'}"
            f"{'; ' + one.unmet[0] if one.unmet else ''}"
        )
    yield "otherwise:"
    for change in given.changes:
        found = change.first.point.words if change.first else "nothing"
        yield f"  if {change.when}: {found}"
    yield "customary:"
    for one in compared(question, given.space, RECOMMENDATIONS):
        yield f"  {one.wants}: {one.first.point.words if one.first else 'nothing'}"
        for each in one.named:
            verdict = "confirmed" if each.confirmed else "contradicted"
            yield f"    {each.name} {verdict}: {each.why}"


def regenerate() -> None:
    """Write every case anew."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for name, question in CASES.items():
        file(name).write_text(text(question()))
