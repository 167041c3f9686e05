"""A document of `matrix` such as the reference app gives on Docker; no measurement.

Memory, disk, programs, the plan's things and how many attempts are shared by design are those of a
real run. The rest (percentiles, outages, effort, which probe tried what) is plausible, no more.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from partywall import catalog
from partywall.model.choices import Choices, DatabaseWall, LimitsBy, Presence, Source
from partywall.proof.matrix.figures import (
    Burn,
    Change,
    Effort,
    Figures,
    Migration,
    Parallel,
    Taken,
    Walls,
)
from partywall.workflows.architectures import ordered


class Seen(NamedTuple):
    """What was seen of an architecture; memory and disk in MiB."""

    prod: int
    dev: int
    shared: int
    machine: int
    disk: int
    files: int
    running: int
    things: int
    up: float
    """Beside `dual`."""
    by_design: int
    """Attempts on what is shared by design."""


SEEN = {
    "dual": Seen(150, 150, 0, 34, 92, 0, 17, 38, 1.0, 0),
    "shared": Seen(145, 145, 6, 33, 92, 0, 15, 40, 1.01, 6),
    "profiles": Seen(150, 0, 0, 34, 46, 0, 10, 23, 0.93, 0),
    "branches": Seen(150, 150, 0, 34, 93, 1, 17, 40, 1.01, 0),
    "ports": Seen(150, 150, 0, 36, 92, 0, 17, 38, 1.02, 0),
    "schemas": Seen(105, 105, 62, 33, 49, 0, 14, 38, 1.0, 10),
    "limits": Seen(150, 174, 0, 33, 92, 0, 17, 39, 1.0, 0),
    "snapshots": Seen(150, 0, 0, 32, 46, 0, 10, 20, 0.95, 0),
    "flags": Seen(150, 0, 0, 30, 46, 0, 10, 20, 0.92, 0),
    "hybrid": Seen(150, 174, 0, 33, 92, 0, 17, 39, 1.02, 0),
}
MIB = 1 << 20
MACHINE = {
    "cores": 2,
    "kernel": "6.1.0-28-amd64",
    "memory_bytes": 8 << 30,
    "processor": "AMD EPYC",
    "partywall": "0.1.0",
    "measured": "2026-11-28T04:00:00+0000",
}
_HELD = {
    "database": 8,
    "cache": 4,
    "broker": 6,
    "vault": 6,
    "http": 8,
    "network": 6,
    "processes": 2,
    "secrets": 8,
    "session": 2,
}
_SHARED = {"database": 4, "cache": 2, "broker": 2, "vault": 2}
_HANDS = {
    "dual": ("a host name for development",),
    "shared": ("a host name for development", "the app uses the prefixes that it is given"),
    "branches": ("a host name for development", "a branch for each environment"),
    "ports": ("a port that firewalls let through",),
    "schemas": (
        "a host name for development",
        "the app uses the prefixes that it is given",
        "no SQL of the app says `public.`",
    ),
    "profiles": ("a host name for development",),
    "limits": ("a host name for development",),
    "hybrid": ("a host name for development", "the app brings its own flags"),
    "flags": ("the app brings its own flags",),
}
_NOTES = {
    "snapshots": ("the tools for snapshots are not in this version",),
    "flags": ("no flag is defined",),
}
_RIGHTS = {"shared": 5, "schemas": 7}


def document(engine: str = "docker", *, quick: bool = False) -> dict[str, Any]:
    """What `partywall matrix` measures, before anything is derived from it."""
    return {
        "project": "makapix",
        "engine": engine,
        "machine": MACHINE,
        "quick": quick,
        "app": "5eaf00d5eaf00d00",
        "architectures": {preset.name: {"figures": figures(preset.name)} for preset in ordered()},
        "not_measured": {},
    }


def figures(name: str) -> Figures:
    """One architecture's."""
    seen = SEEN[name]
    choices = catalog.presets()[name].over(Choices())
    single = choices.presence in (Presence.SINGLE, Presence.ON_DEMAND)
    taken = _taken(seen)
    return Figures(
        parallel=_parallel(choices, single=single),
        walls=_walls(choices, seen, single=single),
        taken=taken,
        alone=_taken(SEEN["snapshots"]),
        migration=_migration(single=single),
        effort=_effort(name, seen),
        burns=() if single or choices.presence is Presence.SWITCHED else _burns(choices),
        changes=_changes(choices),
        estimate_bytes=round(taken.memory * 1.08),
        informed_bytes=round(taken.memory * 1.02),
        notes=_NOTES.get(name, ()),
    )


def _parallel(choices: Choices, *, single: bool) -> Parallel:
    if single:
        return Parallel(environments=1, asked=0, both=0)
    both = 0 if choices.presence is Presence.SWITCHED else 40
    return Parallel(environments=2, asked=40, both=both)


def _walls(choices: Choices, seen: Seen, *, single: bool) -> Walls:
    if choices.presence is not Presence.TOGETHER:
        own = {"prod": 7} if single else {"prod": 7, "dev": 7}
        return Walls(probes={"http": {"held": 1}}, own_stores=own)
    probes: dict[str, dict[str, int]] = {name: {"held": held} for name, held in _HELD.items()}
    if not seen.by_design:
        return Walls(probes=probes, own_stores={"prod": 7, "dev": 7})
    one = choices.database is DatabaseWall.SCHEMA
    given = {name: number for name, number in _SHARED.items() if one or name != "database"}
    assert sum(given.values()) == seen.by_design
    for name, number in given.items():
        probes[name]["shared by design"] = number
    own = {} if one else {"prod": 2, "dev": 2}
    return Walls(probes=probes, own_stores=own, common_stores=7 if one else 5, one_database=one)


def _taken(seen: Seen) -> Taken:
    places = {"prod": seen.prod, "dev": seen.dev, "shared": seen.shared, "machine": seen.machine}
    return Taken(
        memory_bytes={place: mib * MIB for place, mib in places.items() if mib},
        data_bytes=(seen.disk - seen.files) * MIB,
        files_bytes=seen.files * MIB,
        idle_cores=round(0.004 * seen.running, 3),
        running=seen.running,
        up_seconds=round(31.4 * seen.up, 1),
        instance_bytes={f"{place}/web": mib * MIB for place, mib in places.items() if mib},
    )


def _migration(*, single: bool) -> Migration:
    if single:
        return Migration(tried=False, why="there is no database but production's")
    return Migration(tried=True, worked=True)


def _effort(name: str, seen: Seen) -> Effort:
    return Effort(
        things=seen.things,
        rendered_lines=14 * seen.running + 3 * seen.things,
        settings_lines={"dual": 0, "ports": 2}.get(name, 1),
        secrets=2 * (seen.running // 5),
        rights=_RIGHTS.get(name, 0),
        manual=_HANDS.get(name, ()),
    )


def _burns(choices: Choices) -> tuple[Burn, ...]:
    quiet = (8.4, 8.9, 8.1)
    if choices.source is Source.BRANCH:
        noisy = Burn(limits=False, word="not measurable here", quiet_ms=(8.2, 13.9), spread=1.7)
        why = "quiet differed from quiet by 1.70"
        return (_with(noisy, why=why),)
    bare = Burn(
        limits=False,
        word="failed",
        quiet_ms=quiet,
        burning_ms=(16.8, 18.8, 17.4),
        ratio=2.1,
        spread=1.1,
    )
    held = Burn(
        limits=True,
        word="passed",
        quiet_ms=quiet,
        burning_ms=(9.4, 10.1, 9.9),
        ratio=1.16,
        spread=1.1,
    )
    return (bare, held) if choices.limits is LimitsBy.BUDGET else (bare,)


def _with(burn: Burn, *, why: str) -> Burn:
    return Burn(
        limits=burn.limits,
        word=burn.word,
        quiet_ms=burn.quiet_ms,
        spread=burn.spread,
        why=why,
    )


def _changes(choices: Choices) -> tuple[Change, ...]:
    deploy = Change(kind="deploy", asked=2_000, failed=0, gap_seconds=0.04)
    switch = Change(kind="switch", asked=2_000, failed=388, gap_seconds=17.2)
    return (deploy, switch) if choices.presence is Presence.SWITCHED else (deploy,)
