"""Rollouts that climb by themselves: begun, gone on with, and halted when something is wrong.

Nothing runs in between: `flags climb` looks at every rollout and does what is due, as often as
somebody calls it: a person, cron, or the command that began it and waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from partywall.flags import climbing, counts
from partywall.flags.climbing import Act, Climb, Decision
from partywall.flags.definitions import Flag
from partywall.flags.health import Health
from partywall.flags.settings import Rollout, Setting
from partywall.model.errors import PartywallError
from partywall.model.world import Instance, environment_of, name_of
from partywall.workflows.flags import changing, reading
from partywall.workflows.flags.changing import Make, Order
from partywall.workflows.project import Project

ERROR = "error"
"""What an app calls an outcome that is a request of a user that failed."""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of a rollout."""

    environment: str
    flag: str
    decision: Decision

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.decision.act in (Act.HALT, Act.DONE)


def begun(project: Project, environment: str, variant: str, climb: Climb) -> Make:
    """The first step of a rollout, and what it goes on from."""
    start = changing.rolled_out(variant, f"{climb.percent:g}%")
    place = reading.kept(project, environment)

    def make(flag: Flag, before: Setting) -> Setting:
        first = start(flag, before)
        counted = _counted(counts.read(place.counts), flag.key)
        return msgspec.structs.replace(first, rollout=Rollout(climb=climb, counted=counted))

    return make


def go_on(project: Project, *, dry_run: bool = False) -> Iterator[Looked | PartywallError]:
    """Do what is due of every rollout, and say what; what is over is left alone.

    What is wrong with one of them, or with an environment, keeps no other one from being halted:
    its error is given instead.

    Args:
        project: whose.
        dry_run: whether it is only said.
    """
    for name in reading.names(project):
        try:
            rollouts = list(_climbing(project, name))
        except PartywallError as error:
            yield error
            continue
        for key, variant, rollout in rollouts:
            try:
                looked, after = _look(project, name, key, variant, rollout)
                if after and not dry_run:
                    _step(project, looked, rollout, after)
                yield looked
            except PartywallError as error:
                yield error


def _climbing(project: Project, environment: str) -> Iterator[tuple[str, str, Rollout]]:
    flags = reading.surely(project, environment)
    for key in flags.defined.flags:
        setting = flags.setting(key)
        rollout = setting.rollout
        if rollout and not (rollout.climb.halted or rollout.climb.done):
            yield key, setting.variant, rollout


def _look(
    project: Project, environment: str, key: str, variant: str, rollout: Rollout
) -> tuple[Looked, Rollout | None]:
    """What is due, and what the rollout is then; None when it stays as it is."""
    counted = _counted(counts.read(reading.kept(project, environment).counts), key)
    health = _health(unwell(project, environment), rollout.counted, counted, variant)
    decision = climbing.advance(rollout.climb, project.clock.now(), health)
    looked = Looked(environment=environment, flag=key, decision=decision)
    if decision.climb == rollout.climb:
        return looked, None
    moved = decision.act is Act.CLIMB
    return looked, Rollout(climb=decision.climb, counted=counted if moved else rollout.counted)


def _step(project: Project, looked: Looked, before: Rollout, after: Rollout) -> None:
    order = Order(
        environment=looked.environment,
        keys=(looked.flag,),
        verb=looked.decision.says,
        make=lambda _: _to(before, after),
        read=reading.surely,
    )
    changing.change(project, order, _nobody_asked)


def _to(before: Rollout, after: Rollout) -> Make:
    """The rollout a step further; what somebody else has made of the flag meanwhile stays."""

    def make(_flag: Flag, now: Setting) -> Setting:
        if now.rollout != before:
            return now
        return msgspec.structs.replace(now, percent=after.climb.percent, rollout=after)

    return make


def _nobody_asked(_changes: object) -> None:
    """Whoever began the rollout has allowed all of its steps."""


def unwell(project: Project, environment: str) -> str:
    """Which services of an environment are not well, in a sentence; empty: none is known to be."""
    observed = project.observer.observe()
    mine = {
        key: entry
        for key, entry in observed.entries.items()
        if isinstance(entry.thing, Instance) and environment_of(key) == environment
    }
    health = project.engine.health(mine)
    ill = sorted(
        name_of(key) for key, one in health.items() if not one.running or one.healthy is False
    )
    return f"{', '.join(ill)} of {environment} are not healthy" if ill else ""


def _counted(seen: counts.Counts, key: str) -> dict[str, tuple[int, int]]:
    """Variant → visits so far, and those for whom something failed."""
    flag = seen.flags.get(key)
    if flag is None:
        return {}
    return {
        name: (one.visits, one.visits_with.get(ERROR, 0)) for name, one in flag.variants.items()
    }


def _health(
    why: str,
    before: Mapping[str, tuple[int, int]],
    now: Mapping[str, tuple[int, int]],
    variant: str,
) -> Health:
    """How visitors are since the step began."""
    mine = others = (0, 0)
    for name, (users, errors) in now.items():
        former = before.get(name, (0, 0))
        since = (max(0, users - former[0]), max(0, errors - former[1]))
        if name == variant:
            mine = since
        else:
            others = (others[0] + since[0], others[1] + since[1])
    return Health(
        healthy=not why,
        says=why,
        requests=max(mine),
        errors=mine[1],
        other_requests=max(others),
        other_errors=others[1],
    )
