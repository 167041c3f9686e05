"""What the engine says is understood as it is: over answers of a real one."""

import json
from typing import Any

import msgspec
import pytest
from docker_captures import (
    BACK,
    CAPTURES,
    DATA,
    MIGRATE,
    NAMING,
    OTHER,
    WEB,
    captured,
    damaged,
    labelled,
)

from partywall.engines.docker import understand
from partywall.engines.docker.labels import FINGERPRINT
from partywall.model.plan import Action
from partywall.model.world import Entry, Instance, Job, Network, Volume, fingerprint
from partywall.planning.diff import compare

WANTED = Entry(thing=WEB, fingerprint=fingerprint(WEB))
BOUND = "listen tcp4 127.0.0.1:8099: bind: address already in use"


def seen(name: str) -> Entry:
    entry = understand.container(NAMING, labelled(f"inspect-{name}", WEB))
    assert entry is not None
    assert entry.thing == WEB
    assert entry.fingerprint == fingerprint(WEB)
    return entry


@pytest.mark.parametrize("name", ["web", "db", "cache", "broker", "hosted", "tied"])
def test_what_runs_and_is_not_unwell_is_as_wanted(name: str) -> None:
    assert seen(name) == WANTED


def test_what_has_not_been_found_well_yet_is_starting() -> None:
    assert seen("starting") == msgspec.structs.replace(WANTED, starting=True)


def test_what_is_unwell_runs_with_a_fault() -> None:
    assert seen("sick").running
    assert seen("sick").faults == ("unhealthy: not well",)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("paused", "paused"),
        ("crash", "restarting again and again (exit 3)"),
        ("killed", "it was killed (exit 137)"),
        ("hungry", "it ran out of memory (exit 137)"),
        ("stopped", "it ended (exit 143)"),
    ],
)
def test_what_does_not_run_says_why(name: str, fault: str) -> None:
    assert not seen(name).running
    assert seen(name).faults == (fault,)


@pytest.mark.parametrize("name", ["created", "job"])
def test_what_was_never_started_or_ended_well_has_no_fault(name: str) -> None:
    assert not seen(name).running
    assert seen(name).faults == ()


@pytest.mark.parametrize(
    ("name", "why"), [("no-command", "executable file not found"), ("port-of-process", BOUND)]
)
def test_what_could_not_be_started_says_why(name: str, why: str) -> None:
    assert not seen(name).running
    (fault,) = seen(name).faults
    assert fault.startswith("it could not be started: ")
    assert why in fault


def test_a_plan_says_why_something_does_not_run() -> None:
    step = compare("dev/web", WANTED, seen("hungry"), new=False)
    assert step is not None
    assert step.action is Action.START
    assert step.why == "not running: it ran out of memory (exit 137)"


def test_what_was_half_removed_is_a_fault() -> None:
    one = labelled("inspect-stopped", WEB)
    one["State"]["Status"] = "dead"
    entry = understand.container(NAMING, one)
    assert entry is not None
    assert entry.faults == ("it could not be removed",)


def test_an_unwell_one_without_words_is_unwell_all_the_same() -> None:
    one = labelled("inspect-sick", WEB)
    one["State"]["Health"]["Log"] = None
    entry = understand.container(NAMING, one)
    assert entry is not None
    assert entry.faults == ("unhealthy",)


def test_a_job_that_ended_well_is_a_job() -> None:
    entry = understand.container(NAMING, labelled("inspect-job", MIGRATE))
    expected = Entry(thing=MIGRATE, fingerprint=fingerprint(MIGRATE), running=False)
    assert entry == expected


def test_what_is_not_ours_is_nothing() -> None:
    assert understand.container(NAMING, captured("inspect-foreign")) is None
    assert understand.container(NAMING, captured("inspect-web")) is None
    assert understand.container(OTHER, labelled("inspect-web", WEB)) is None
    assert understand.volume(NAMING, captured("volume-gallery_db-data")) is None
    assert understand.network(NAMING, captured("network-bridge")) is None


def every_captured(kind: str) -> list[Any]:
    files = sorted(CAPTURES.glob(f"{kind}-*.json"))
    read = (path.read_text() for path in files if not path.name.startswith(f"{kind}-ls"))
    return [one for text in read for one in json.loads(text)]


def test_nothing_that_was_captured_is_ours_without_our_labels() -> None:
    assert not any(understand.container(NAMING, one) for one in every_captured("inspect"))
    assert not any(understand.volume(NAMING, one) for one in every_captured("volume"))
    assert not any(understand.network(NAMING, one) for one in every_captured("network"))


@pytest.mark.parametrize("text", ["", "{", '{"is":"later","key":"dev/web"}', '{"is":"instance"}'])
def test_a_damaged_description_hides_nothing_and_is_made_anew(text: str) -> None:
    entry = understand.container(NAMING, damaged(labelled("inspect-web", WEB), text))
    assert entry is not None
    assert entry.running
    assert entry.thing.key == "dev/web"
    assert entry.faults == (understand.DAMAGED,)
    step = compare("dev/web", WANTED, entry, new=False)
    assert step is not None
    assert step.action is Action.CHANGE


def test_a_damaged_description_comes_beside_what_else_is_wrong() -> None:
    entry = understand.container(NAMING, damaged(labelled("inspect-sick", WEB)))
    assert entry is not None
    assert entry.faults == (understand.DAMAGED, "unhealthy: not well")


@pytest.mark.parametrize("other", [DATA, MIGRATE])
def test_a_description_of_something_else_is_damaged(other: Volume | Job) -> None:
    one = labelled("inspect-web", other)
    one["Config"]["Labels"]["io.partywall.key"] = "dev/web"
    entry = understand.container(NAMING, one)
    assert entry is not None
    assert isinstance(entry.thing, Instance)
    assert entry.fingerprint == ""


def test_a_damaged_job_is_still_a_job() -> None:
    entry = understand.container(NAMING, damaged(labelled("inspect-job", MIGRATE)))
    assert entry is not None
    assert isinstance(entry.thing, Job)
    assert entry.thing.key == MIGRATE.key


def test_a_fingerprint_that_is_missing_is_made_from_the_thing() -> None:
    one = labelled("inspect-web", WEB)
    del one["Config"]["Labels"][FINGERPRINT]
    entry = understand.container(NAMING, one)
    assert entry == WANTED


def test_a_volume_is_what_its_label_says() -> None:
    entry = understand.volume(NAMING, labelled("volume-gallery_db-data", DATA))
    assert entry == Entry(thing=DATA, fingerprint=fingerprint(DATA))


def test_no_data_are_touched_for_a_damaged_label() -> None:
    entry = understand.volume(NAMING, damaged(labelled("volume-gallery_db-data", DATA)))
    assert entry is not None
    assert (
        compare(DATA.key, Entry(thing=DATA, fingerprint=fingerprint(DATA)), entry, new=False)
        is None
    )


def test_a_network_is_what_its_label_says() -> None:
    entry = understand.network(NAMING, labelled("network-gallery_back", BACK))
    assert entry == Entry(thing=BACK, fingerprint=fingerprint(BACK))


def test_a_network_with_a_damaged_label_is_what_the_engine_says() -> None:
    wanted = Entry(thing=BACK, fingerprint=fingerprint(BACK))
    entry = understand.network(NAMING, damaged(labelled("network-gallery_back", BACK)))
    assert entry is not None
    assert compare(BACK.key, wanted, entry, new=False) is None


def test_whether_a_network_is_internal_is_asked_of_the_engine() -> None:
    one = labelled("network-gallery_back", BACK)
    one["Internal"] = False
    entry = understand.network(NAMING, one)
    assert entry is not None
    assert isinstance(entry.thing, Network)
    assert not entry.thing.internal
    step = compare(BACK.key, Entry(thing=BACK, fingerprint=fingerprint(BACK)), entry, new=False)
    assert step is not None
    assert step.action is Action.CHANGE


def test_health_of_what_is_well() -> None:
    now = understand.health(captured("inspect-db"), 31_000_000)
    assert (now.running, now.healthy, now.restarts) == (True, True, 0)
    assert now.started == pytest.approx(1795479900.612324, abs=1e-3)
    assert now.says == "/var/run/postgresql:5432 - accepting connections"
    assert (now.memory_bytes, now.limit_bytes, now.limit_enforced) == (31_000_000, None, False)


def test_health_of_what_has_no_check_or_is_starting_is_not_known() -> None:
    assert understand.health(captured("inspect-cache")).healthy is None
    assert understand.health(captured("inspect-starting")).healthy is None


def test_a_limit_of_the_engine_is_enforced() -> None:
    now = understand.health(captured("inspect-cache"))
    assert (now.limit_bytes, now.limit_enforced) == (67_108_864, True)


def test_health_of_what_is_not_well_says_why() -> None:
    sick = understand.health(captured("inspect-sick"))
    assert (sick.running, sick.healthy, sick.says) == (True, False, "not well")
    crash = understand.health(captured("inspect-crash"))
    assert (crash.running, crash.healthy, crash.restarts) == (False, None, 5)
    assert crash.says == "restarting again and again (exit 3)"
    assert understand.health(captured("inspect-created")).started is None


def test_of_two_the_one_that_is_well_counts_then_the_newer() -> None:
    old, new = captured("inspect-workers", 0), captured("inspect-workers", 1)
    old["Created"], new["Created"] = "2026-11-24T00:24:59.1Z", "2026-11-24T00:24:59.12Z"
    assert understand.foremost([new, old]) is new
    assert understand.foremost([old, new]) is new
    new["State"]["Health"] = {"Status": "starting"}
    assert understand.foremost([old, new]) is old
    new["State"]["Health"] = {"Status": "healthy"}
    assert understand.foremost([old, new]) is new
    new["State"]["Status"] = "exited"
    assert understand.foremost([old, new]) is old
    old["State"]["Health"] = {"Status": "unhealthy"}
    assert understand.foremost([old, new]) is new


def test_times_are_seconds_since_the_epoch() -> None:
    assert understand.epoch("1970-01-01T00:00:01.5Z") == 1.5
    assert understand.epoch("1970-01-01T02:00:00+02:00") == 0.0
    assert understand.epoch("0001-01-01T00:00:00Z") is None
    assert understand.epoch("") is None


@pytest.mark.parametrize(
    ("info", "version", "says"),
    [
        (
            {"SecurityOptions": ["name=seccomp,profile=default"]},
            {"Components": [{"Name": "Engine"}]},
            "",
        ),
        ({"SecurityOptions": ["name=seccomp", "name=rootless"]}, {}, "rootless"),
        ({}, {"Components": [{"Name": "Podman Engine"}]}, "Podman"),
        ({"SecurityOptions": None}, {"Components": None}, ""),
    ],
)
def test_an_engine_that_cannot_be_worked_with_is_told(info: Any, version: Any, says: str) -> None:
    told = understand.unsuitable(info, version)
    assert says in told
    assert bool(told) is bool(says)
