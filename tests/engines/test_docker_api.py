"""A real Docker Engine is asked and understood: things are made, seen, counted and removed."""

from __future__ import annotations

import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from partywall.engines.docker import host, understand
from partywall.engines.docker.api import Api
from partywall.engines.docker.labels import KEY, labels
from partywall.engines.docker.names import Naming
from partywall.engines.docker.observe import DockerObserver
from partywall.engines.docker.use import memory
from partywall.execution.records import Records
from partywall.model.app import Role
from partywall.model.errors import MachineFailed
from partywall.model.world import AnyThing, Entry, Instance, Network, Volume, fingerprint

pytestmark = [pytest.mark.docker, pytest.mark.scenario]
IMAGE = "redis:7"
WEB = Instance(key="dev/web", service="web", role=Role.CACHE, image=IMAGE)
OTHER = Naming(project="else", project_id="else", commons="else-all")
BYTES = 64 * 1024 * 1024


def remembered(entry: Entry) -> Entry:
    return entry


class Workbench:
    """Makes things through the API under an id of its own, and removes them by theirs."""

    def __init__(self, api: Api, folder: Path) -> None:
        self.api = api
        self.project_id = f"test{uuid.uuid4().hex[:12]}"
        self.naming = Naming(
            project=self.project_id, project_id=self.project_id, commons=f"{self.project_id}-all"
        )
        self.data = Volume(key="dev/volume/data", name=f"{self.project_id}_data")
        self.back = Network(key="dev/network/back", name=f"{self.project_id}_back", internal=True)
        self.observer = DockerObserver(
            api, self.naming, Records(folder), lambda: {self.data.key: self.data.name}, remembered
        )
        self._made: list[str] = []

    def labels(self, thing: AnyThing) -> dict[str, str]:
        return labels(self.naming, Entry(thing=thing, fingerprint=fingerprint(thing)))

    def volume(self) -> None:
        body = {"Name": self.data.name, "Labels": self.labels(self.data)}
        self.api.post("/volumes/create", body)
        self._made.append(f"/volumes/{self.data.name}")

    def network(self) -> None:
        body = {"Name": self.back.name, "Internal": True, "Labels": self.labels(self.back)}
        self._made.append(f"/networks/{self.api.post('/networks/create', body)['Id']}")

    def container(self, thing: Instance, *command: str, **host_config: object) -> str:
        """A container, created and not started; its id."""
        body: dict[str, Any] = {
            "Image": IMAGE,
            "Labels": self.labels(thing),
            "HostConfig": {"NetworkMode": "none", **host_config},
        }
        if command:
            body.update({"Entrypoint": [command[0]], "Cmd": list(command[1:])})
        made = str(self.api.post("/containers/create", body)["Id"])
        self._made.append(f"/containers/{made}")
        return made

    def started(self, thing: Instance, *command: str, **host_config: object) -> str:
        made = self.container(thing, *command, **host_config)
        self.api.post(f"/containers/{made}/start")
        return made

    def close(self) -> None:
        for path in reversed(self._made):
            query = {"force": True, "v": True} if path.startswith("/containers/") else {}
            self.api.delete(path, **query)


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(host.SOCKET)


@pytest.fixture
def bench(api: Api, tmp_path: Path) -> Iterator[Workbench]:
    bench = Workbench(api, tmp_path)
    try:
        yield bench
    finally:
        bench.close()


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def test_an_engine_says_who_it_is(api: Api) -> None:
    shown = ("docker", "info", "--format", "{{.ID}} {{.DockerRootDir}}|{{.ServerVersion}}")
    said = subprocess.run(shown, capture_output=True, text=True, check=True).stdout.strip()
    assert f"{api.identity()}|{api.version()}" == said


def test_what_is_not_there_is_absent(api: Api, bench: Workbench) -> None:
    assert api.get("/containers/no-such-thing/json") is None
    assert api.get("/volumes/no-such-thing") is None
    assert api.delete("/networks/no-such-thing") is False
    assert api.raw("/containers/no-such-thing/logs", stdout=True) == b""
    assert bench.observer.look("dev/web") is None
    assert bench.observer.observe().entries.keys() == {bench.data.key}
    with pytest.raises(MachineFailed, match="No such container"):
        api.post("/containers/no-such-thing/start")


def test_what_is_made_is_seen_as_it_was_wanted(bench: Workbench) -> None:
    bench.volume()
    bench.network()
    bench.started(WEB)
    for seen in (bench.observer.observe(), bench.observer.observe(["dev"])):
        for thing in (WEB, bench.data, bench.back):
            wanted = Entry(thing=thing, fingerprint=fingerprint(thing))
            assert seen.entries[thing.key] == wanted
            assert bench.observer.look(thing.key) == wanted
    assert not bench.observer.observe(["prod"]).entries


def test_another_installation_sees_nothing_of_it(
    bench: Workbench, api: Api, tmp_path: Path
) -> None:
    bench.volume()
    bench.network()
    bench.started(WEB)
    other = DockerObserver(api, OTHER, Records(tmp_path), dict, remembered)
    assert not other.observe().entries
    assert other.look("dev/web") is None


def test_data_that_are_gone_are_a_fault(bench: Workbench, api: Api) -> None:
    bench.volume()
    assert api.delete(f"/volumes/{bench.data.name}") is True
    seen = bench.observer.look(bench.data.key)
    assert seen is not None
    assert seen.faults == (understand.GONE,)
    assert bench.observer.observe().entries[bench.data.key] == seen


def test_each_way_of_not_running_is_told(bench: Workbench, api: Api) -> None:
    made = bench.container(WEB)
    assert seen(bench) == (False, ())
    api.post(f"/containers/{made}/start")
    assert api.post(f"/containers/{made}/start") is None  # once more changes nothing
    assert seen(bench) == (True, ())
    api.post(f"/containers/{made}/pause")
    assert seen(bench) == (False, ("paused",))
    api.post(f"/containers/{made}/unpause")
    api.post(f"/containers/{made}/kill")
    until(lambda: not seen(bench)[0])
    assert seen(bench) == (False, ("it was killed (exit 137)",))
    assert api.delete(f"/containers/{made}", force=True, v=True) is True
    assert bench.observer.look("dev/web") is None


def seen(bench: Workbench) -> tuple[bool, tuple[str, ...]]:
    entry = bench.observer.look("dev/web")
    assert entry is not None
    return entry.running, entry.faults


def test_a_program_that_is_not_there_is_told(bench: Workbench) -> None:
    with pytest.raises(MachineFailed, match="no-such-program"):
        bench.started(WEB, "no-such-program")
    running, (fault,) = seen(bench)
    assert not running
    assert fault.startswith("it could not be started: ")


def test_a_crash_loop_is_told(bench: Workbench) -> None:
    policy = {"RestartPolicy": {"Name": "always"}}
    bench.started(WEB, "sh", "-c", "exit 7", **policy)
    until(lambda: seen(bench) == (False, ("restarting again and again (exit 7)",)))


def test_of_two_containers_of_a_key_the_newer_one_that_runs_counts(bench: Workbench) -> None:
    bench.started(WEB)
    changed = msgspec.structs.replace(WEB, environment={"A": "B"})
    made = bench.container(changed)
    look = bench.observer.look("dev/web")
    assert look is not None
    assert look.thing == WEB
    bench.api.post(f"/containers/{made}/start")
    look = bench.observer.look("dev/web")
    assert look is not None
    assert look.thing == changed


def test_memory_in_use_is_known_of_many_and_bounded_by_the_limit(
    bench: Workbench, api: Api
) -> None:
    keys = [f"dev/web{number}" for number in range(4)]
    things = [Instance(key=key, service="web", role=Role.CACHE, image=IMAGE) for key in keys]
    running = [bench.started(thing, Memory=BYTES) for thing in things]
    still = bench.container(WEB)
    found = [api.get(f"/containers/{one}/json") or {} for one in [*running, still]]
    used = memory(api, found)
    assert used.keys() == set(running)
    asked = memory(api, found, Path("/nowhere"))  # of another kernel, say
    assert asked.keys() == set(running)
    assert all(abs(asked[one] - used[one]) < 4_000_000 for one in running)
    assert all(100_000 < figure < BYTES for figure in used.values())
    now = understand.health(api.get(f"/containers/{running[0]}/json") or {}, used[running[0]])
    assert (now.running, now.limit_bytes, now.limit_enforced) == (True, BYTES, True)
    assert now.started is not None
    assert abs(now.started - time.time()) < 60


def test_many_threads_may_ask_at_once(bench: Workbench) -> None:
    bench.started(WEB)
    with ThreadPoolExecutor(8) as pool:
        looks = list(pool.map(lambda _: bench.observer.look("dev/web"), range(64)))
    assert {one.thing.key for one in looks if one} == {"dev/web"}
    assert len([one for one in looks if one]) == 64


def test_a_filter_finds_a_key_and_no_other(bench: Workbench, api: Api) -> None:
    bench.container(WEB)
    bench.container(msgspec.structs.replace(WEB, key="dev/web2"))
    query = {"label": [f"{KEY}=dev/web", f"io.partywall.project={bench.project_id}"]}
    (one,) = api.get("/containers/json", all=True, filters=query) or []
    assert one["Labels"][KEY] == "dev/web"


def test_a_refusal_has_the_engines_own_words(bench: Workbench, api: Api) -> None:
    bench.volume()
    mounts = [{"Type": "volume", "Source": bench.data.name, "Target": "/data"}]
    bench.container(WEB, Mounts=mounts)
    with pytest.raises(MachineFailed, match="volume is in use"):
        api.delete(f"/volumes/{bench.data.name}")


def test_no_engine_is_an_error_with_a_place(tmp_path: Path) -> None:
    with pytest.raises(MachineFailed, match="does not answer") as failed:
        Api(tmp_path / "docker.sock").get("/info")
    assert str(tmp_path / "docker.sock") in str(failed.value)
    (tmp_path / "file").touch()
    with pytest.raises(MachineFailed, match="does not answer"):
        Api(tmp_path / "file").get("/info")


def test_an_engine_that_is_silent_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "d.sock"))
        server.listen(1)
        with pytest.raises(MachineFailed, match="nothing came for 0 s"):
            Api(tmp_path / "d.sock", seconds=0.1).get("/info")
