"""What was measured of one architecture in one run; nothing in it is a judgement."""

from __future__ import annotations

import msgspec


class Parallel(msgspec.Struct, frozen=True, kw_only=True):
    """Both environments, asked at the same moments."""

    environments: int
    """That stand, or can be brought up; 1: there is no second one."""
    asked: int
    """Moments at which both were asked."""
    both: int
    """Moments at which both answered."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation takes, once it has come to rest."""

    memory_bytes: dict[str, int]
    """Environment, `shared` or `machine` → bytes: cgroups' without cache, or proportional set."""
    data_bytes: int
    """Disk of volumes."""
    files_bytes: int
    """Disk of checkouts."""
    idle_cores: float
    """Cores that all of it uses at rest, 0 to the number of cores."""
    running: int
    """Servers and programs."""
    up_seconds: float
    """The whole `up`, with nothing there but the images."""
    instance_bytes: dict[str, int] = {}
    """The memory again, instance by instance."""

    @property
    def memory(self) -> int:
        """Bytes of all places together."""
        return sum(self.memory_bytes.values())

    @property
    def disk(self) -> int:
        """Bytes of volumes and checkouts."""
        return self.data_bytes + self.files_bytes


class Walls(msgspec.Struct, frozen=True, kw_only=True):
    """The proof's attempts: probe → verdict → how many."""

    probes: dict[str, dict[str, int]]
    crossed: tuple[str, ...] = ()
    """What was tried and came through, a sentence each."""
    own_stores: dict[str, int] = {}
    """Environment → servers and volumes with data that it alone uses."""
    common_stores: int = 0
    """Those that several use."""
    one_database: bool = False
    """Whether rows of several environments are in one database, a schema for each."""


class Migration(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the schema, made in development."""

    tried: bool
    """False: development has no database of its own to try it in."""
    worked: bool = False
    production_changed: bool = False
    """Whether production's schema was another one afterwards."""
    why: str = ""
    """Why it was not tried, or did not work."""


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to run, to write, and to do by hand."""

    things: int
    """Things in the plan that makes it."""
    rendered_lines: int
    """Lines of plain Compose that do the same without Partywall."""
    settings_lines: int
    """Lines of partywall.yaml beyond those of `dual`."""
    secrets: int
    rights: int
    """Users with rights of their own in servers that are shared, and access rules."""
    manual: tuple[str, ...] = ()
    """What is left to be done by hand, a sentence each."""


class Burn(msgspec.Struct, frozen=True, kw_only=True):
    """Production's 99th percentiles, alternated: at rest, and beside a burning development."""

    limits: bool
    """Whether development had a budget."""
    word: str
    """`passed`, `failed`, or `not measurable here`: no less than what was found, or why not."""
    quiet_ms: tuple[float, ...] = ()
    burning_ms: tuple[float, ...] = ()
    ratio: float | None = None
    spread: float | None = None
    """Quiet against quiet: the greatest to the least."""
    why: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Production under bounded load while something is done to it: a deploy, or a switch."""

    kind: str
    """`deploy` or `switch`."""
    asked: int
    failed: int
    gap_seconds: float
    """The longest time without an answer."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything behind the five ratings of one architecture, and what else was measured."""

    parallel: Parallel
    walls: Walls
    taken: Taken
    alone: Taken
    """One environment alone, in the same run: what is compared with."""
    migration: Migration
    effort: Effort
    burns: tuple[Burn, ...] = ()
    changes: tuple[Change, ...] = ()
    estimate_bytes: int | None = None
    """What the advice said of its memory from the files alone, before anything ran."""
    informed_bytes: int | None = None
    """The same once production alone was measured, before the architecture was."""
    notes: tuple[str, ...] = ()
    """What of it is not in this version, or could not be measured and why, a sentence each."""
