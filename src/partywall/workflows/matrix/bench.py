"""One architecture: brought up in a scratch copy, measured, and taken down."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import yaml

from partywall import catalog
from partywall.compose.settings import EnvironmentSettings
from partywall.data.postgres.schemas.item import Item
from partywall.interfaces import RENDERED
from partywall.model.choices import Choices, LimitsBy, Presence, Source
from partywall.model.errors import PartywallError
from partywall.model.world import Limit, World, environment_of, name_of
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
from partywall.proof.matrix.stores import stores
from partywall.system.files import make_folder, write_atomically
from partywall.workflows.matrix import burn, doors, effort, migration, scratch_settings, taken
from partywall.workflows.matrix.errors import NotMeasured
from partywall.workflows.matrix.ground import OVERLAY, Ground
from partywall.workflows.matrix.pace import Pace
from partywall.workflows.matrix.scratch import Copy
from partywall.workflows.matrix.scratch_settings import Document, Wish
from partywall.workflows.matrix.visitors import Question, Watch, answers, together
from partywall.workflows.project import Project
from partywall.workflows.sources import branch_of

BASE = "dual"
Tell = Callable[[str], None]
_UP_SECONDS = 600.0
_PROVE_SECONDS = 90.0
_CHANGE_SECONDS = 180.0


class Bench:
    """An architecture in the scratch copy."""

    def __init__(self, copy: Copy, ground: Ground, name: str, pace: Pace) -> None:
        self._copy, self._ground, self._name, self._pace = copy, ground, name, pace
        self._production, self._other = ground.environments
        self._notes: list[str] = []

    # How it is there.

    @property
    def architecture(self) -> str:
        """As the settings say it: an overlay lies over `dual`."""
        return f"{BASE} + {self._name}" if catalog.presets()[self._name].overlay else self._name

    @cached_property
    def choices(self) -> Choices:
        """The point that it is."""
        return catalog.choices(self.architecture.split(" + "))

    def lay(self) -> Project:
        """Its files; nothing is made yet."""
        other = _branch(self._other)
        make_folder(self._copy.scratch.root)
        # Each environment's own user has to get into it.
        make_folder(self._copy.scratch.app, 0o755)
        self._overlay({"services": {}})
        self._copy.lay(self._ground.files, self._settings(), other)
        return self._copy.project()

    def up(self, *names: str) -> tuple[Project, dict[str, Any], float]:
        """All of it, or these environments: the project, the plan and the seconds that it took."""
        began = time.monotonic()
        plan = self._copy.calls.document("up", *names, "--yes", seconds=_UP_SECONDS)
        return self._copy.project(), plan, time.monotonic() - began

    def clear(self) -> None:
        """Nothing of it stands any more."""
        self._copy.clear()

    def _settings(self) -> Document:
        return _written(self._ground, self._wish(self.architecture, self.choices))

    def _wish(self, architecture: str, choices: Choices) -> Wish:
        return Wish(
            name=self._copy.scratch.name,
            engine=self._ground.engine,
            architecture=architecture,
            choices=choices,
            environments=self._ground.environments,
            ports=self._ground.ports,
            compose=self._ground.compose,
        )

    # What it is measured by.

    def alone(self, tell: Tell) -> Taken:
        """Production of `dual` alone."""
        project, _, seconds = self.up(self._production)
        tell("memory, disk and processors at rest")
        return taken.taken(project, project.seen(), self._pace, seconds)

    def figures(self, alone: Taken, tell: Tell) -> Figures:
        """Everything; it stands before and after.

        Raises:
            NotMeasured, PartywallError: when it does not come up, or cannot be looked at.
        """
        tell("up")
        project, plan, seconds = self.up()
        seen = project.seen()
        tell("memory, disk and processors at rest")
        used = taken.taken(project, seen, self._pace, seconds)
        tell("the walls")
        walls = self._walls(self._everywhere(project, seen))
        tell("both at the same moment")
        asked = doors.questions(project, seen)
        parallel = self._parallel(asked)
        migrated, switched = self._migration(project, asked, tell)
        tell("a deploy of production")
        deployed = self._deploy(project, asked)
        burns = self._burns(project, asked, tell)
        return Figures(
            parallel=parallel,
            walls=walls,
            taken=used,
            alone=alone,
            migration=migrated,
            effort=self._effort(project, plan),
            burns=burns,
            changes=(*switched, *deployed),
            notes=tuple(self._notes),
        )

    def _everywhere(self, project: Project, seen: World) -> World:
        """Where data are kept: who sleeps at present has places of its own, too."""
        return project.everyone() if self.choices.presence is Presence.SWITCHED else seen

    def _walls(self, kept: World) -> Walls:
        """Of those that stand; where one at a time does, of that one alone."""
        proof = self._copy.calls.document("prove", seconds=_PROVE_SECONDS, codes=(0, 1))
        counted: dict[str, Counter[str]] = {}
        for one in proof["probes"]:
            counted.setdefault(one["probe"], Counter())[one["verdict"]] += 1
        crossed = [
            f"{one['from']} → {one['to']}: {one['tried']}: {one['answer']}"
            for one in proof["probes"]
            if one["verdict"] == "crossed"
        ]
        return walls(kept, {name: dict(found) for name, found in counted.items()}, crossed)

    def _parallel(self, asked: dict[str, Question]) -> Parallel:
        """Of an app without addresses it cannot be said who answers."""
        single = self.choices.presence is Presence.SINGLE
        known = [asked[name] for name in self._ground.environments if name in asked]
        if single:
            return Parallel(environments=1, asked=0, both=0)
        if not asked:
            self._notes.append("the app has no address: nobody could be asked")
            return Parallel(environments=2, asked=0, both=0)
        found = together(known, self._pace.moments, self._pace.pause)
        both = sum(1 for count in found if count == len(self._ground.environments))
        return Parallel(environments=2, asked=len(found), both=both)

    def _migration(
        self, project: Project, asked: dict[str, Question], tell: Tell
    ) -> tuple[Migration, tuple[Change, ...]]:
        presence = self.choices.presence
        if presence is Presence.ON_DEMAND:
            tell("a migration on a copy of production")
            return migration.on_copy(project, self._production), ()
        if presence is Presence.SINGLE:
            why = f"{self._other} does not stand: there is no database but production's"
            return migration.not_tried(why), ()
        before, missing = self._tables(project)
        changes: list[Change] = []
        if presence is Presence.SWITCHED:
            tell(f"a switch to {self._other}")
            changes += self._switch(asked, self._other)
            project = self._copy.project()
        trouble = missing
        if not missing:
            tell(f"a migration in {self._other}")
            trouble = migration.tried(project, self._other)
        if presence is Presence.SWITCHED:
            tell(f"a switch back to {self._production}")
            changes += self._switch(asked, self._production)
            project = self._copy.project()
        if missing:
            return migration.not_tried(missing), tuple(changes)
        after = migration.tables(project, self._production)
        return migration.compared(before, after, trouble), tuple(changes)

    def _tables(self, project: Project) -> tuple[tuple[Item, ...], str]:
        """Production's schema; or why it cannot be looked at."""
        try:
            return migration.tables(project, self._production), ""
        except PartywallError as error:
            return (), error.what

    def _switch(self, asked: dict[str, Question], to: str) -> list[Change]:
        return self._watched("switch", list(asked.values()), lambda: self._call("switch", to))

    def _deploy(self, project: Project, asked: dict[str, Question]) -> list[Change]:
        """Production's first page is changed in a variable, and brought up as a user would."""
        route = doors.front(project.seen(), self._production)
        if route is None or not self._ground.compose:
            why = "no address" if route is None else "Compose files of its own"
            self._notes.append(f"no deploy was measured: {self._production} has {why}")
            return []
        service = name_of(route.instance)
        self._overlay({"services": {service: {"environment": {"PARTYWALL_MATRIX": "changed"}}}})
        verb = "up"
        if self.choices.source is Source.BRANCH:
            self._copy.commit("a change")
            verb = "pull"
        asking = [asked[self._production]]
        try:
            return self._watched("deploy", asking, lambda: self._call(verb, self._production))
        except NotMeasured as error:
            self._notes.append(f"no deploy was measured: {error}")
            return []

    def _overlay(self, said: Document) -> None:
        text = yaml.safe_dump(said).encode()
        write_atomically(self._copy.scratch.app / OVERLAY, text, 0o644)

    def _watched(
        self, kind: str, asked: Sequence[Question], act: Callable[[], object]
    ) -> list[Change]:
        if not asked or not any(map(answers, asked)):
            act()
            return []
        with Watch(asked, self._pace.tail) as watch:
            act()
        gap = round(watch.gap, 3)
        return [Change(kind=kind, asked=watch.asked, failed=watch.failed, gap_seconds=gap)]

    def _call(self, *words: str) -> str:
        return self._copy.calls.call(*words, "--yes", seconds=_CHANGE_SECONDS)

    def _burns(self, project: Project, asked: dict[str, Question], tell: Tell) -> tuple[Burn, ...]:
        rounds = self._pace.rounds(self._name)
        if rounds is None or self.choices.presence is not Presence.TOGETHER:
            return ()
        project = self._copy.project()
        seen = project.seen()
        budgets = [one for one in seen.things() if isinstance(one, Limit)]
        budget = any(environment_of(one.key) == self._other for one in budgets)
        if self.choices.limits is LimitsBy.BUDGET and not budget:
            self._notes.append(f"{project.engine.name} holds nobody to a budget: limits are shown")
        fire = burn.Fire(environment=self._other, budget=budget, seen=seen)
        question = asked.get(self._production)
        if question is None:
            return ()
        tell(f"production beside a burning {self._other}, {rounds.rounds} times in turn")
        return (burn.burn(project, question, fire, rounds, self._pace.capacity),)

    def _effort(self, project: Project, plan: dict[str, Any]) -> Effort:
        switched = self.choices.presence is Presence.SWITCHED
        wanted = project.everyone() if switched else project.desired()
        base = self._wish(BASE, Choices())
        self._copy.calls.call("render", seconds=_CHANGE_SECONDS)
        asleep = () if switched else project.asleep
        names = [name for name in self._ground.environments if name not in asleep]
        return Effort(
            things=int(plan["changes"]),
            rendered_lines=effort.rendered_lines(dict(self._rendered())),
            settings_lines=effort.settings_lines(self._settings(), _written(self._ground, base)),
            secrets=sum(len(project.given(name).refs) for name in names),
            rights=effort.rights(wanted),
            manual=tuple(effort.manual(self.choices, wanted)),
        )

    def _rendered(self) -> Iterator[tuple[str, Path]]:
        yield "own", self._copy.scratch.app / ".partywall" / RENDERED
        yield "edge", self._copy.scratch.commons / RENDERED


def walls(kept: World, probes: dict[str, dict[str, int]], crossed: Sequence[str]) -> Walls:
    """The walls as they were tried, and where data are kept."""
    return Walls(probes=probes, crossed=tuple(crossed), **msgspec.structs.asdict(stores(kept)))


def _written(ground: Ground, wish: Wish) -> Document:
    return scratch_settings.rewritten(ground.said, wish)


def _branch(name: str) -> str:
    """As `source: branch` names it."""
    said = EnvironmentSettings(name=name, production=False, domain="", env_files=())
    return branch_of(said)
