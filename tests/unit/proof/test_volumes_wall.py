"""The wall `volumes` over a fake reach: which mounts meet, which are meant, where canaries go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from fakes.reach import Unasked
from partywall.interfaces import Agent, Completed, Mounted, Stand
from partywall.model.app import Mount, Role
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import Instance, Volume, World
from partywall.proof.premises import Premises
from partywall.proof.probe import Attempt, Verdict
from partywall.proof.probes import volumes
from partywall.proof.prove import Report, prove

NAMES = ("prod", "dev")
SOURCE = "/srv/app"


class Mounts(Unasked):
    """Each environment with a page and a database that have volumes of their own."""

    def __init__(self, *more: Mounted, seen: bool = True) -> None:
        self.more = more
        self.seen = seen
        self.gone = False
        self.leads: dict[str, str] = {}
        """Whose canary is found from where."""
        self.lost: set[str] = set()
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def stands(self, environment: str) -> Sequence[Stand]:
        if not self.seen:
            return (Stand(name=environment),)
        return tuple(Stand(name=f"{environment}/{one}", folders={}) for one in ("web", "db"))

    def mounts(self, environment: str) -> Sequence[Mounted] | None:
        if self.gone:
            raise MachineFailed("it cannot be seen from here")
        if not self.seen:
            return None
        if environment not in NAMES:
            return ()
        own = (
            volume(f"{environment}/web", f"/volumes/{environment}_files", "/files"),
            volume(f"{environment}/db", f"/volumes/{environment}_rows", "/rows"),
            volume(f"{environment}/web", SOURCE, "/src", writable=False),
        )
        return (*own, *(one for one in self.more if one.key.startswith(environment)))

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        asks = json.loads(text)["asks"]
        self.asked += [(stand.name, ask) for ask in asks]
        return Completed(
            code=0, out=json.dumps([self.answer(stand.name, ask) for ask in asks]), err=""
        )

    def answer(self, stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        here = stand.partition("/")[0]
        if ask["do"] != "vault.read":
            return {"outcome": "done", "says": "did it", "mark": [1, 2]}
        whose = next(name for name in NAMES if name in ask["path"])
        if whose == here:
            return {"outcome": "failed" if here in self.lost else "done", "says": "read it"}
        found = self.leads.get(here) == whose
        return {"outcome": "done" if found else "refused", "says": "as /x" if found else "unseen"}


def volume(key: str, root: str, point: str, *, writable: bool = True) -> Mounted:
    return Mounted(key=key, device="8:1", root=root, point=point, writable=writable)


def world() -> World:
    """What the settings say of both."""
    things: list[Any] = []
    for name in NAMES:
        files = Mount(kind="volume", source=f"{name}/volume/files", target="/files")
        code = Mount(kind="bind", source=SOURCE, target="/src", read_only=True)
        rows = Mount(kind="volume", source=f"{name}/volume/rows", target="/rows")
        things += [
            Instance(key=f"{name}/web", service="web", role=Role.WEB, mounts=(files, code)),
            Instance(key=f"{name}/db", service="db", role=Role.DATABASE, mounts=(rows,)),
            Volume(key=f"{name}/volume/files", name=f"{name}_files"),
            Volume(key=f"{name}/volume/rows", name=f"{name}_rows"),
        ]
    return World.of(things)


class Store:
    """A value for every name."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(f"{ref.name}-of-{environment}")


def run(reach: Mounts, **more: Any) -> Report:
    given = {"world": world(), "reach": reach, "secrets": Store(), "production": "prod", **more}
    return prove(Premises(**given), [volumes.PROBE], NAMES)


def rows(report: Report, start: str = "dev") -> list[Attempt]:
    return [row for row in report.probes if row.start == start]


def test_mounts_that_do_not_meet_hold_and_common_reading_is_counted() -> None:
    reach = Mounts()
    report = run(reach)
    assert {row.verdict for row in report.probes} == {Verdict.HELD}, report
    assert [row.tried for row in rows(report)] == [
        "have one of prod's 3 mounts among its 3",
        "find prod's 1 canary files at any mount of its own",
    ]
    assert rows(report)[0].answer == "none; 1 that both only read (at home: found 3 of its 3)"


def test_a_canary_is_left_in_files_and_never_in_what_a_server_has() -> None:
    reach = Mounts()
    assert run(reach).left == ()
    planted = [(at, ask["folder"]) for at, ask in reach.asked if ask["do"] == "vault.plant"]
    assert sorted(planted) == [("dev/web", "/files"), ("prod/web", "/files")]
    gone = [(at, ask["folder"]) for at, ask in reach.asked if ask["do"] == "vault.uproot"]
    assert sorted(gone) == sorted(planted)


def test_where_the_other_has_a_server_no_canary_is_left() -> None:
    """Not even in a volume of one's own: whatever is in the server's folder stays as it is."""
    reach = Mounts(volume("dev/db", "/volumes/prod_files", "/elsewhere"))
    run(reach)
    planted = [at for at, ask in reach.asked if ask["do"] == "vault.plant"]
    assert planted == ["dev/web"]


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        (volume("dev/web", "/volumes/prod_rows", "/x"), Verdict.CROSSED),
        (volume("dev/web", "/volumes/prod_rows", "/x", writable=False), Verdict.CROSSED),
        (volume("dev/web", "/volumes/prod_rows/base", "/x", writable=False), Verdict.CROSSED),
        (volume("dev/web", "/volumes", "/x", writable=False), Verdict.CROSSED),
        (volume("dev/web", SOURCE, "/x"), Verdict.CROSSED),
        (volume("dev/web", SOURCE, "/x", writable=False), Verdict.HELD),
        (volume("dev/web", "/volumes/prod_rowsandmore", "/x"), Verdict.HELD),
    ],
    ids=["write", "read", "a part", "around", "common code", "only read", "another"],
)
def test_what_meets_where_somebody_writes_is_a_hole(more: Mounted, verdict: Verdict) -> None:
    (line, *_) = rows(run(Mounts(more)))
    assert line.verdict is verdict
    if verdict is Verdict.CROSSED:
        assert "dev/web may " in line.answer
        assert "at /x, which prod/" in line.answer


def test_many_holes_are_counted() -> None:
    more = [volume("dev/web", "/volumes/prod_rows", f"/x{number}") for number in range(5)]
    assert rows(run(Mounts(*more)))[0].answer.endswith("; 2 more")


def with_mount(key: str, mount: Mount) -> World:
    entries = dict(world().entries)
    thing = Instance(key=key, service="job", role=Role.APP, mounts=(mount,))
    return World({**entries, **World.of([thing]).entries})


def test_production_may_be_read_where_the_settings_say_so() -> None:
    reading = volume("dev/job", "/volumes/prod_files", "/theirs", writable=False)
    mount = Mount(kind="volume", source="prod/volume/files", target="/theirs", read_only=True)
    report = run(Mounts(reading), world=with_mount("dev/job", mount))
    verdicts = {row.tried.split()[0]: row.verdict for row in rows(report)}
    assert verdicts["read"] is Verdict.SHARED
    assert verdicts["have"] is Verdict.HELD
    assert verdicts.keys() == {"have", "read"}, "what may be read is not looked for as a hole"
    assert {row.verdict for row in rows(report, "prod")} == {Verdict.HELD}


def test_nobody_else_may_be_read_whatever_is_said() -> None:
    """Of development, production reads nothing; and what is told to be read may not be written."""
    reading = volume("prod/job", "/volumes/dev_files", "/theirs", writable=False)
    mount = Mount(kind="volume", source="dev/volume/files", target="/theirs", read_only=True)
    report = run(Mounts(reading), world=with_mount("prod/job", mount))
    assert rows(report, "prod")[0].verdict is Verdict.CROSSED
    writing = volume("dev/job", "/volumes/prod_files", "/theirs")
    mount = Mount(kind="volume", source="prod/volume/files", target="/theirs", read_only=True)
    report = run(Mounts(writing), world=with_mount("dev/job", mount))
    assert rows(report)[0].verdict is Verdict.CROSSED


def test_a_canary_that_is_found_elsewhere_is_a_hole() -> None:
    reach = Mounts()
    reach.leads = {"dev": "prod"}
    line = rows(run(reach))[1]
    assert line.verdict is Verdict.CROSSED
    assert line.answer.startswith("that in prod/web:/files: as /x (from dev/")


def test_a_canary_that_is_not_found_at_home_shows_nothing() -> None:
    reach = Mounts()
    reach.lost = {"prod"}
    line = rows(run(reach))[-1]
    assert line.verdict is Verdict.COULD_NOT_TRY
    assert "prod does not find its own file in prod/web:/files" in line.answer


def test_mounts_that_cannot_be_seen_show_nothing() -> None:
    reach = Mounts()
    reach.gone = True
    report = run(reach)
    assert {row.verdict for row in report.probes} == {Verdict.COULD_NOT_TRY}
    assert {row.answer for row in report.probes} == {"it cannot be seen from here"}


def test_own_mounts_that_are_not_found_show_nothing() -> None:
    class Empty(Mounts):
        """Development's containers have nothing of what they should."""

        def mounts(self, environment: str) -> Sequence[Mounted] | None:
            found = super().mounts(environment) or ()
            return () if environment == "dev" else found

    line = rows(run(Empty()))[-1]
    assert line.verdict is Verdict.COULD_NOT_TRY
    assert "none of the 3 mounts of dev is found" in line.answer


def test_in_what_is_attached_no_canary_is_left() -> None:
    reach = Mounts()
    report = run(reach, attached=frozenset({"prod"}))
    assert [row.tried for row in report.probes] == ["have one of prod's 3 mounts among its 3"]
    assert not reach.asked


def test_without_containers_folders_are_compared_as_they_are_described() -> None:
    folders = {
        f"{name}/volume/{one}": f"/{name}/{one}" for name in NAMES for one in ("files", "rows")
    }
    reach = Mounts(seen=False)
    report = run(reach, folders=folders)
    assert {row.verdict for row in report.probes} == {Verdict.HELD}, report
    planted = [ask["folder"] for _, ask in reach.asked if ask["do"] == "vault.plant"]
    assert sorted(planted) == ["/dev/files", "/prod/files"]
    same = {**folders, "dev/volume/files": "/prod/files"}
    report = run(Mounts(seen=False), folders=same)
    assert rows(report)[0].verdict is Verdict.CROSSED
