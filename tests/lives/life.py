"""A whole life of the reference app at one point, as its user would lead it: nothing to nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lives.club import Club
from makapix.browser import Person, Site
from scenarios.branched import git
from scenarios.installation import until

LATE = re.compile(
    r"no time was left|in time|timed out|within|too busy|others wanted the processors"
)
"""In what words a proof says that it, or what it asked, had not enough time."""
FLAG = "new_upload_flow"
UNWRITABLE = "the vault takes no pictures at the moment"


class Life:
    """What is done with one club, in the order of the methods, and how long each took."""

    def __init__(self, club: Club, edge: dict[str, Any]) -> None:
        self.club = club
        self.point = club.point
        self.edge = edge
        self.seconds: dict[str, float] = {}
        self.left_behind: dict[str, tuple[str, str]] = {}
        """Environment → the artist and the picture that its tour has made."""

    def live(self) -> None:
        """All of it; where the engine declares that it cannot, that it says so."""
        stages = (self.begin, self.stand, self.use, self.change)
        stages += (self.roll_out,) if self.point.flagged else ()
        stages += (self.rehearse,) if self.point.all_at_once else ()
        stages += (self.rest, self.end)
        if self.point.refused(self.club.engine):
            stages = (self.begin, self.refused)
        for stage in stages:
            with self._timed(stage.__name__):
                stage()

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = time.monotonic() - began

    def begin(self) -> None:
        """The settings are written by `init`, and the architecture is one word of them."""
        club = self.club
        club.call("--engine", club.engine, "init")
        club.settings(edge=self.edge, **self.point.settings)

    def refused(self) -> None:
        """`up` says what the engine cannot, and makes nothing."""
        said = self.club.call("up", "--yes", code=3)
        assert self.point.refused(self.club.engine) in said.err
        assert not any(self.club.left().values())

    def stand(self) -> None:
        """`up`, and a second one that finds nothing to do."""
        self.club.call("up", "--yes")
        assert "no changes" in self.club.call("up", "--yes").out
        self.club.keeps_obligations()
        self._walled()

    def _walled(self) -> None:
        """No wall is crossed; each can be tried, as far as a busy machine leaves time for it."""
        rows = self.club.document("prove", code=None)["probes"]
        broken = [
            row
            for row in rows
            if row["verdict"] == "crossed"
            or (row["verdict"] == "could not try" and not LATE.search(row["answer"]))
        ]
        assert broken == [], broken
        both = not (self.point.alone or self.point.in_turn)
        assert {"held"} <= {row["verdict"] for row in rows} or not both, rows

    def use(self) -> None:
        """The app's own tour through each environment, which leaves nothing in another one."""
        standing = self.club.standing()
        one = self.point.alone or self.point.in_turn
        assert [*standing] == (["prod"] if one else ["prod", "dev"]), standing
        self._tour(standing)
        if self.point.in_turn:
            self.club.call("switch", "dev", "--yes")
            standing = self.club.standing()
            assert [*standing] == ["dev"], standing
            self._tour(standing)

    def _tour(self, standing: Mapping[str, Site]) -> None:
        for name, site in standing.items():
            done = self.club.tour(site)
            if name == "dev" and self.point.reads_production:
                assert (done.code, UNWRITABLE in done.err) == (1, True), done.text
                continue
            assert done.code == 0, (name, done.text)
            artist, picture = done.out.split()
            self.left_behind[name] = artist, picture
        self._apart(standing)

    def _apart(self, standing: Mapping[str, Site]) -> None:
        """What was made in an environment is there, and in no other one."""
        for here, site in standing.items():
            stranger = Person(site, "stranger")
            for there, (artist, picture) in self.left_behind.items():
                found = 200 if here == there else 404
                file = 200 if self.point.reads_production else found
                assert stranger.asks("GET", f"/api/users/{artist}").status == found, (here, there)
                assert stranger.asks("GET", f"/api/vault/{picture}").status == file, (here, there)

    def change(self) -> None:
        """A line of the Compose file and a secret: what they concern is replaced, and no more."""
        standing, before = self.club.standing(), self.club.running()
        one = [*standing][-1]
        self.club.renew(one, "SESSION_SECRET")
        self.club.edit("<<: *data\n    volumes", "<<: *data\n      TZ: UTC\n    volumes")
        done = self._pull(one) if self.point.branched else self.club.steps("up", "--yes")
        wanted = self._concerned(one, standing)
        assert done == dict.fromkeys(wanted, "change"), done
        after = self.club.running()
        assert after.keys() == before.keys(), after.keys() ^ before.keys()
        renewed = {key for key in before if after[key] != before[key]}
        assert renewed == wanted & before.keys(), renewed
        assert "no changes" in self.club.call("plan").out
        self._apart(standing)

    def _pull(self, environment: str) -> dict[str, str]:
        """What is committed reaches an environment when that is told to take it."""
        self.club.commit("a variable more")
        git(self.club.folder, "branch", "--force", "develop", "main")
        assert self.club.steps("plan") == {f"{environment}/api": "change"}, "a commit moves nobody"
        return self.club.steps("pull", environment, "--yes")

    def _concerned(self, one: str, standing: Iterable[str]) -> set[str]:
        if not self.point.branched:
            return {f"{one}/api"} | {f"{name}/worker" for name in standing}
        # Which of its files a process has read nobody knows; an image has those that it was given.
        services = ("api", "worker")
        if self.club.engine == "embedded":
            services += ("job/migrate", "vault", "web")
        return {f"{one}/{name}" for name in ("checkout/source", *services)}

    def roll_out(self) -> None:
        """A feature is on for all of one environment within seconds, in no other, and off again."""
        standing = self.club.standing()
        people = {name: Person(site, f"roller_{name}") for name, site in standing.items()}
        for person in people.values():
            person.does("registers", 201, "POST", "/api/users", person.login())
        assert {self._has_new_flow(one) for one in people.values()} == {False}
        one = [*standing][-1]
        for word, wanted in (("100%", True), ("0%", False)):
            self.club.call("flags", "rollout", FLAG, word, "--in", one, "--yes")
            until(
                lambda wanted=wanted: self._has_new_flow(people[one]) is wanted,
                what=f"{FLAG} {word}",
            )
            others = {self._has_new_flow(people[name]) for name in people if name != one}
            assert others <= {False}, others
        assert [line["verb"] for line in self.club.document("flags", "history")["changes"]] == [
            "rollout 100%",
            "rollout 0%",
        ]

    def _has_new_flow(self, person: Person) -> bool:
        found: bool = person.asks("GET", "/api/me").json()["user"]["new_upload_flow"]
        return found

    def rehearse(self) -> None:
        """A migration that loses data is tried on a copy of production, which keeps them."""
        boxed = ("--as", "db") if self.club.engine == "docker" else ()
        lost = "ALTER TABLE posts DROP COLUMN title"
        done = self.club.call("rehearse", "--json", *boxed, "--", "psql", "-c", lost, code=1)
        said = json.loads(done.out)
        assert said["verdict"] == "risky", said["reasons"]
        assert "data-loss" in {reason["kind"] for reason in said["reasons"]}
        self._apart(self.club.standing())

    def rest(self) -> None:
        """`down` stops everything and keeps the data, which are there when it is up again."""
        before = self.club.standing()
        self.club.call("down", "--all", "--yes")
        assert self.club.standing() == {}
        assert self.club.running() == {}
        if self.club.engine == "embedded" or self.point.comes_back:
            self.club.call("up", "--yes")
            assert self.club.standing() == before
            self._apart(before)

    def end(self) -> None:
        """`destroy` leaves data in the trash, and when that is emptied nothing at all."""
        self.club.call("destroy", "--all", "--yes")
        self.club.call("trash", "empty", "--yes")
        left = {kind: what for kind, what in self.club.left().items() if what}
        assert left == {}, left
