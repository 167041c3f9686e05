"""The wall `disk` over a fake reach: one disk, several disks, and a bound."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from fakes.reach import Unasked
from partywall.interfaces import Agent, Completed, Mounted, Stand
from partywall.model.app import Mount, Role
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import Instance, Volume, World
from partywall.proof.premises import Premises
from partywall.proof.probe import Attempt, Verdict
from partywall.proof.probes import disk
from partywall.proof.prove import prove

GIB = 1 << 30
MACHINE = (1, 40 * GIB)
"""The machine's file system: its number and its size."""
LAYER = (77, 40 * GIB)
"""A container's layer, which is on it and has another number."""
Rooms = dict[str, tuple[int, int]]


class Disks(Unasked):
    """Each environment with a page that has files; where it finds which file system."""

    def __init__(self, mine: Rooms, theirs: Rooms, *, contained: bool = True) -> None:
        self.rooms = {"dev": mine, "prod": theirs}
        self.contained = contained
        self.asked: list[dict[str, Any]] = []

    def stands(self, environment: str) -> Sequence[Stand]:
        name = f"{environment}/web" if self.contained else environment
        return (Stand(name=name, folders={} if self.contained else None),)

    def mounts(self, environment: str) -> Sequence[Mounted] | None:
        if not self.contained:
            return None
        return [
            Mounted(key=f"{environment}/web", device="x", root="/x", point=point)
            for point in self.rooms[environment]
            if point != "/"
        ]

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        (ask,) = json.loads(text)["asks"]
        self.asked.append(ask)
        rooms = self.rooms[stand.name.partition("/")[0]]
        found = [
            {"path": path, "device": rooms[path][0], "size": rooms[path][1], "free": GIB}
            for path in ask["paths"]
            if path in rooms
        ]
        said = {"outcome": "done", "says": "looked", "rooms": found}
        return Completed(code=0, out=json.dumps([said]), err="")


class Store:
    """A value for every name."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(f"{ref.name}-of-{environment}")


def run(reach: Disks, **more: Any) -> list[Attempt]:
    things: list[Any] = []
    for name in ("prod", "dev"):
        files = Mount(kind="volume", source=f"{name}/volume/files", target="/files")
        web = Instance(key=f"{name}/web", service="web", role=Role.WEB, mounts=(files,))
        things += [web, Volume(key=f"{name}/volume/files", name=f"{name}_files")]
    given = {"world": World.of(things), "reach": reach, "secrets": Store(), "production": "prod"}
    return list(prove(Premises(**{**given, **more}), [disk.PROBE], ("prod", "dev")).probes)


@pytest.mark.parametrize(
    ("mine", "theirs", "verdict", "words"),
    [
        (
            {"/files": MACHINE, "/": LAYER},
            {"/files": MACHINE, "/": LAYER},
            Verdict.SHARED,
            "/files and what is written beside them are on one disk with the other's data, 1.0 GiB",
        ),
        (
            {"/files": (5, GIB), "/": LAYER},
            {"/files": MACHINE, "/": LAYER},
            Verdict.SHARED,
            "what it writes are on one disk",
        ),
        (
            {"/files": MACHINE, "/": LAYER},
            {"/files": (5, 8 << 20), "/": LAYER},
            Verdict.HELD,
            "its own are on other disks (at home: looked at 2 places)",
        ),
        (
            {"/files": (1, 2 * GIB), "/": (78, 2 * GIB)},
            {"/files": MACHINE, "/": LAYER},
            Verdict.HELD,
            "bounded: 1.0 GiB free of 2.0 GiB at /files",
        ),
        (
            {"/files": MACHINE, "/": LAYER, "/elsewhere": (5, 8 << 20)},
            {"/files": (5, 8 << 20), "/": LAYER},
            Verdict.CROSSED,
            "/elsewhere is in the disk of /files, and nobody described it there",
        ),
        (
            {"/files": MACHINE, "/": LAYER, "/elsewhere": MACHINE},
            {"/files": MACHINE, "/": LAYER},
            Verdict.SHARED,
            "on one disk",
        ),
        ({"/": LAYER}, {"/": LAYER}, Verdict.SHARED, "what it writes are on one disk"),
    ],
    ids=["one", "its layer", "another", "bounded", "an intruder", "no news", "no data"],
)
def test_disks_are_compared(mine: Rooms, theirs: Rooms, verdict: Verdict, words: str) -> None:
    (row,) = run(Disks(mine, theirs))
    assert (row.start, row.to, row.tried) == ("dev", "prod", "leave prod no room on its disk")
    assert row.verdict is verdict, row
    assert words in row.answer


def test_an_environment_that_finds_no_disk_shows_nothing() -> None:
    (row,) = run(Disks({}, {"/files": MACHINE}))
    assert (row.verdict, row.answer) == (
        Verdict.COULD_NOT_TRY,
        "dev cannot look at its own disk",
    )


def test_without_containers_folders_are_looked_at_where_they_are() -> None:
    folders = {f"{name}/volume/files": f"/data/{name}" for name in ("prod", "dev")}
    rooms = {name: {f"/data/{name}": MACHINE, "/tmp": MACHINE} for name in ("prod", "dev")}
    reach = Disks(rooms["dev"], rooms["prod"], contained=False)
    (row,) = run(reach, folders=folders)
    assert row.verdict is Verdict.SHARED
    asked = sorted(path for ask in reach.asked for path in ask["paths"])
    assert asked == ["/data/dev", "/data/prod", "/tmp", "/tmp"]
