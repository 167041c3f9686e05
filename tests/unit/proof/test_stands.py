"""Attempts from several positions of one environment, and what only some of them can do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fakes.reach import Unasked
from partywall.interfaces import Agent, Completed, Contact, Stand
from partywall.model.app import Mount, Role
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import Instance, Volume, World
from partywall.proof.edge import Door
from partywall.proof.premises import Premises
from partywall.proof.probe import Attempt, Probe, Verdict
from partywall.proof.probes import broker, cache, http, network, processes, vault
from partywall.proof.prove import Report, prove

Reply = Callable[[str, dict[str, Any]], dict[str, Any]]
NAMES = ("prod", "dev")


class Rooms(Unasked):
    """Environments of a web server and a cache in networks and with volumes of their own."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.away: set[str] = set()
        self.no_networks = False

    def address(self, instance: str, port: int, near: str = "") -> tuple[str, int]:
        return instance, port

    def stands(self, environment: str) -> Sequence[Stand]:
        near, far = frozenset({f"{environment}_front"}), frozenset({f"{environment}_back"})
        volume = f"{environment}/volume/files"
        return (
            Stand(name=f"{environment}/cache", networks=far, folders={}, alone=True),
            Stand(name=f"{environment}/web", networks=near, folders={volume: "/files"}, alone=True),
            Stand(name=f"{environment}/worker", networks=near, folders={volume: "/w"}, alone=True),
        )

    def contacts(self, environment: str) -> Sequence[Contact] | None:
        if self.no_networks:
            return None
        address = "10.0.0.1" if environment == "prod" else "10.0.1.1"
        names = ("cache", f"{environment}-cache-1")
        key = f"{environment}/cache"
        return (
            Contact(key=key, names=names, addresses=(address,), ports=(6379,)),
            Contact(key=f"{environment}/web", names=("web",), addresses=(), ports=(8080,)),
        )

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        if stand.name in self.away:
            raise MachineFailed("the agent cannot be started")
        asks = json.loads(text)["asks"]
        self.asked += [(stand.name, ask) for ask in asks]
        said = [self.reply(stand.name, ask) for ask in asks]
        return Completed(code=0, out=json.dumps(said), err="")


class Store:
    """One value for every name and environment."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(f"{ref.name}-of-{environment}")


def world() -> World:
    mount = {
        name: (Mount(kind="volume", source=f"{name}/volume/files", target="/files"),)
        for name in NAMES
    }
    return World.of(
        thing
        for name in NAMES
        for thing in (
            Instance(key=f"{name}/cache", service="cache", role=Role.CACHE, ports=(6379, 6380)),
            Instance(key=f"{name}/mqtt", service="mqtt", role=Role.BROKER),
            Instance(key=f"{name}/web", service="web", role=Role.WEB, mounts=mount[name]),
            Volume(key=f"{name}/volume/files", name=f"{name}_files"),
        )
    )


def run(probe: Probe, reach: Rooms, **more: Any) -> Report:
    folders = {f"{name}/volume/files": f"/docker/{name}" for name in NAMES}
    given = {"world": world(), "reach": reach, "secrets": Store(), "folders": folders, **more}
    return prove(Premises(**given), [probe], NAMES)


def lines(report: Report, start: str = "dev") -> list[Attempt]:
    return [line for line in report.probes if line.start == start]


def verdicts(report: Report) -> set[Verdict]:
    return {line.verdict for line in report.probes}


def walled(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
    mine = stand.partition("/")[0]
    if ask["do"] == "network.hear":
        return {"outcome": "done", "says": "listened", "heard": {"home": 2}}
    far = ask.get("host", mine).partition("/")[0] != mine or ask.get("address") == other(mine)
    if far or other(mine) in ask.get("addresses", ()):
        return {"outcome": "timed out", "says": "no answer in time"}
    return {"outcome": "done", "says": "worked"}


def other(environment: str) -> str:
    return "10.0.0.1" if environment == "dev" else "10.0.1.1"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two looks."""
    monkeypatch.setattr(network, "_PAUSE", 0.0)


# Which position tries.


def test_what_waits_for_servers_is_tried_once_for_each_set_of_networks() -> None:
    reach = Rooms(walled)
    assert verdicts(run(cache.PROBE, reach)) == {Verdict.HELD}
    tried = {stand for stand, ask in reach.asked if ask["do"] == "cache.read"}
    assert tried == {f"{name}/{one}" for name in NAMES for one in ("cache", "web")}


def test_one_position_that_gets_through_is_a_hole_and_is_named() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        if stand == "dev/web":
            return {"outcome": "authenticated", "says": "let in"}
        return walled(stand, ask)

    report = run(cache.PROBE, Rooms(reply))
    assert {line.verdict for line in lines(report)} == {Verdict.CROSSED}
    assert "let in (from dev/web)" in lines(report)[0].answer
    assert {line.verdict for line in lines(report, "prod")} == {Verdict.HELD}


def test_home_has_to_work_from_one_position() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        if stand.endswith("/cache"):
            return {"outcome": "unreachable", "says": "no route"}
        return walled(stand, ask)

    assert verdicts(run(cache.PROBE, Rooms(reply))) == {Verdict.HELD}
    nowhere = Rooms(lambda *_: {"outcome": "unreachable", "says": "no route"})
    assert verdicts(run(cache.PROBE, nowhere)) == {Verdict.COULD_NOT_TRY}


def test_a_position_that_cannot_be_taken_is_no_wall() -> None:
    reach = Rooms(walled)
    reach.away = {"dev/web", "prod/web"}
    report = run(cache.PROBE, reach)
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert report.probes[0].answer == "the agent cannot be started"


def test_the_report_says_from_where_it_was_tried() -> None:
    stands = run(cache.PROBE, Rooms(walled)).stands
    assert stands["dev"] == ("dev/cache", "dev/web", "dev/worker")


def test_a_canary_is_listened_for_in_every_network() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {"outcome": "authenticated", "says": "in"}
        if ask["do"] == "broker.listen":
            heard = int(stand == "dev/web")
            return {**said, "canaries": heard, "retained": 0, "began": 1.0, "ended": 3.0}
        if ask["do"] == "broker.sing":
            return {**said, "sung": [2.0]}
        return said if ask["do"] == "broker.scratch" else {"outcome": "refused", "says": "no"}

    report = run(broker.PROBE, Rooms(reply))
    hearing = [line for line in report.probes if line.tried.startswith("hear on")]
    found = {line.start: line.verdict for line in hearing}
    assert found == {"dev": Verdict.CROSSED, "prod": Verdict.HELD}


# Networks.


LINES = [
    "look up 1 names of prod's containers",
    "be led to prod's containers by names that both have (cache)",
    "connect to 2 ports of prod's containers",
    "send datagrams (UDP) to prod's containers",
]


def test_a_network_that_leads_nowhere_else_is_held() -> None:
    reach = Rooms(walled)
    report = run(network.PROBE, reach)
    assert verdicts(report) == {Verdict.HELD}
    assert [line.tried for line in lines(report)] == LINES
    assert "at home: found 2 of 2 names, reached 2 of 2 ports" in lines(report)[0].answer
    doors = {(ask["address"], ask["port"]) for _, ask in reach.asked if "address" in ask}
    assert doors == {(at, port) for at in ("10.0.0.1", "10.0.1.1") for port in (6379, 6380)}
    sent = {
        (stand, ask["who"], *ask["addresses"])
        for stand, ask in reach.asked
        if ask["do"] == "network.send" and ask["who"] == "other"
    }
    assert sent == {
        *((f"dev/{one}", "other", "10.0.0.1") for one in ("cache", "web")),
        *((f"prod/{one}", "other", "10.0.1.1") for one in ("cache", "web")),
    }


@pytest.mark.parametrize(
    ("do", "name", "at"),
    [
        ("network.resolve", "prod-cache-1", 0),
        ("network.resolve", "cache", 1),
        ("network.connect", "", 2),
        ("network.send", "", 3),
    ],
    ids=["name", "alias", "port", "datagram"],
)
def test_a_way_into_the_others_network_is_found(do: str, name: str, at: int) -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        mine = ask["do"] == do and ask.get("name", "") == name and ask.get("who") != "home"
        leads = stand == "dev/web" and mine
        return {"outcome": "done", "says": "there"} if leads else walled(stand, ask)

    found = lines(run(network.PROBE, Rooms(reply)))
    assert [line.tried for line in found] == LINES
    assert "there (from dev/web)" in found[at].answer
    assert [n for n, line in enumerate(found) if line.verdict is Verdict.CROSSED] == [at]
    assert {line.verdict for line in found[:at] + found[at + 1 :]} == {Verdict.HELD}


def test_a_datagram_that_is_heard_is_a_hole_though_no_answer_comes_back() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        got = walled(stand, ask)
        heard = ask["do"] == "network.hear" and stand == "prod/cache"
        return {**got, "heard": {"home": 2, "other": 1}} if heard else got

    found = lines(run(network.PROBE, Rooms(reply)))
    assert [line.verdict for line in found] == [*[Verdict.HELD] * 3, Verdict.CROSSED]
    assert "1 were heard; timed out" in found[3].answer


def test_what_slips_through_once_is_told_and_is_no_hole() -> None:
    """Docker takes its packet filter away for a moment whenever it makes a network."""
    slipped: set[str] = set()

    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        far = ask["do"] in ("network.connect", "network.send") and ask.get("who") != "home"
        if stand == "dev/web" and far and str(ask) not in slipped:
            slipped.add(str(ask))
            return {"outcome": "done", "says": "there"}
        return walled(stand, ask)

    found = lines(run(network.PROBE, Rooms(reply)))
    assert {line.verdict for line in found} == {Verdict.HELD}
    assert "2 got through once, while" in found[2].answer
    assert "one got through once, while" in found[3].answer


def test_what_gets_through_while_no_time_is_left_to_look_again_is_a_hole() -> None:
    seen: list[str] = []

    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        if stand == "dev/web" and ask["do"] == "network.connect" and ask["port"] == 6379:
            if seen:
                raise MachineFailed("no agent any more")
            return {"outcome": "done", "says": "there"}
        return walled(stand, ask)

    def late(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        got = reply(stand, ask)
        if got["says"] == "there" and ask["address"] == "10.0.0.1":
            seen.append(stand)
        return got

    found = lines(run(network.PROBE, Rooms(late)))
    assert found[2].verdict is Verdict.CROSSED


@pytest.mark.parametrize("heard", [{}, {"home": 0}])
def test_datagrams_that_are_not_heard_at_home_show_nothing(heard: dict[str, int]) -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        got = walled(stand, ask)
        return {**got, "heard": heard} if ask["do"] == "network.hear" else got

    found = lines(run(network.PROBE, Rooms(reply)))
    assert [line.verdict for line in found] == [*[Verdict.HELD] * 3, Verdict.COULD_NOT_TRY]
    assert "prod does not hear its own" in found[3].answer


def test_nobody_listens_for_datagrams_inside_what_is_attached() -> None:
    reach = Rooms(walled)
    report = run(network.PROBE, reach, attached=frozenset({"prod"}))
    assert [line.verdict for line in report.probes] == [*[Verdict.HELD] * 3, Verdict.COULD_NOT_TRY]
    assert "attached" in report.probes[3].answer
    assert not [stand for stand, _ in reach.asked if stand.startswith("prod")]


def test_neighbours_that_are_not_found_show_nothing() -> None:
    lost = Rooms(lambda *_: {"outcome": "refused", "says": "unknown"})
    report = run(network.PROBE, lost)
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert "0 of 2 names, 0 of 2 ports" in report.probes[0].answer


def test_an_attempt_on_a_network_that_fails_shows_nothing() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        got = walled(stand, ask)
        return got if got["outcome"] == "done" else {"outcome": "failed", "says": "no time"}

    assert verdicts(run(network.PROBE, Rooms(reply))) == {Verdict.COULD_NOT_TRY}


def test_without_networks_it_is_said_what_there_is() -> None:
    reach = Rooms(walled)
    reach.no_networks = True
    report = run(network.PROBE, reach)
    assert verdicts(report) == {Verdict.SHARED}
    assert "only passwords" in report.probes[0].answer
    assert not reach.asked


# Volumes.


def housed(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
    """Volumes that are seen at their mounts alone."""
    mine = ask.get("folder", ask.get("path", "")).startswith(("/files", "/w"))
    out = any("/docker" in target or "/.." in target for target in ask.get("targets", ()))
    if out or not mine:
        return {"outcome": "refused", "says": "not visible from inside"}
    if stand.endswith("/web") and ask["do"] in ("vault.scratch", "vault.plant"):
        return {"outcome": "permission denied", "says": "read-only"}
    return {"outcome": "done", "says": "did it", "mark": [1, len(stand)]}


def test_a_volume_is_written_where_that_is_allowed_and_looked_for_by_what_it_is() -> None:
    reach = Rooms(housed)
    report = run(vault.PROBE, reach)
    assert verdicts(report) == {Verdict.HELD}, report
    planted = {stand for stand, ask in reach.asked if ask["do"] == "vault.plant"}
    assert planted == {"prod/worker", "dev/worker"}
    tried = [ask for stand, ask in reach.asked if ask["do"] == "vault.list" and "dev" in stand]
    assert {(ask["folder"], tuple(ask["mark"])) for ask in tried} == {("/docker/prod", (1, 8))}
    assert len(tried) == 3
    links = [ask["targets"] for stand, ask in reach.asked if ask["do"] == "vault.links"]
    assert [len(targets) for targets in links] == [1, 2, 1, 2]
    uprooted = {stand for stand, ask in reach.asked if ask["do"] == "vault.uproot"}
    assert uprooted == planted
    assert report.left == ()


def test_a_volume_that_is_mounted_elsewhere_is_found() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        if stand == "dev/cache" and ask["do"] in ("vault.list", "vault.read"):
            return {"outcome": "done", "says": "as /elsewhere"}
        return housed(stand, ask)

    found = {line.tried: line.verdict for line in lines(run(vault.PROBE, Rooms(reply)))}
    assert found["list prod's 1 volumes"] is Verdict.CROSSED
    assert found["read a file of prod's vault"] is Verdict.CROSSED
    assert found["create a file in prod's vault"] is Verdict.HELD


def test_a_volume_that_nobody_may_write_is_not_shown() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        return housed(f"{stand.partition('/')[0]}/web", ask)

    report = run(vault.PROBE, Rooms(reply))
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert "read-only" in report.probes[0].answer


# Processes and addresses.


def spaces(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
    assert ask["do"] == "processes.knock" or ask["all"] is True
    if ask["do"] == "processes.own":
        return {"outcome": "done", "says": "own"}
    if ask["do"] == "processes.census":
        several = [] if stand.endswith("/web") else [{"pid": 1, "started": "5"}]
        return {"outcome": "done", "says": "1", "uid": 0, "space": stand, "processes": several}
    return {"outcome": "refused", "says": "none of them", "seen": 0}


def test_every_space_is_knocked_on_from_every_other() -> None:
    reach = Rooms(spaces)
    assert verdicts(run(processes.PROBE, reach)) == {Verdict.HELD}
    knocks = {(at, ask["space"]) for at, ask in reach.asked if ask["do"] == "processes.knock"}
    assert {pair for pair in knocks if pair[0] == "dev/web"} == {
        ("dev/web", "prod/cache"),
        ("dev/web", "prod/worker"),
    }


def test_one_space_that_is_open_is_a_hole() -> None:
    def reply(stand: str, ask: dict[str, Any]) -> dict[str, Any]:
        if (stand, ask.get("space")) == ("dev/cache", "prod/worker"):
            more = {"uid": 0, "hidden": False, "seen": 1, "signals": 1, "environs": 0}
            return {"outcome": "done", "says": "saw 1", **more}
        return spaces(stand, ask)

    (line,) = lines(run(processes.PROBE, Rooms(reply)))
    assert line.verdict is Verdict.CROSSED
    assert "from dev/cache" in line.answer


def test_an_edge_that_was_looked_for_elsewhere_is_said() -> None:
    report = run(http.PROBE, Rooms(walled), edge="looked for in /commons")
    assert {line.answer for line in report.probes} == {
        "no edge stands in front of the environments: looked for in /commons"
    }
    report = run(http.PROBE, Rooms(walled), edge="looked for in /commons", door=Door())
    assert {line.answer for line in lines(report, "outside")} == {
        f"{name} has no address at the edge: looked for in /commons" for name in NAMES
    }


def test_addresses_that_could_not_be_observed_say_why() -> None:
    known = World(world().entries, {"prod/route/web": "the edge does not answer"})
    report = run(http.PROBE, Rooms(walled), world=known, door=Door())
    answers = [line.answer for line in report.probes if line.to == "prod"]
    assert answers == ["prod has no address at the edge: the edge does not answer"]
