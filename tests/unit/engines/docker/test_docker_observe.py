"""The observer asks for what is ours and keeps what was asked for; over a recorded engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from docker_captures import BACK, DATA, MIGRATE, NAMING, OTHER, WEB, captured, labelled

from partywall.engines.docker import understand
from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.labels import KEY, PROJECT
from partywall.engines.docker.observe import DockerObserver
from partywall.execution.records import Records
from partywall.model.errors import MachineFailed
from partywall.model.world import Entry, Instance, Volume, fingerprint


class RecordedApi(Api):
    """An engine that says what it was given, filtered by labels as a real one does."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.containers: list[dict[str, Any]] = []
        self.networks: list[dict[str, Any]] = []
        self.volumes: list[dict[str, Any]] = []
        self.vanished: set[str] = set()
        self.broken: set[str] = set()
        self.asked: list[str] = []
        self.answers = 1000

    def get(self, path: str, **query: object) -> Any | None:
        self.asked.append(path)
        if len(self.asked) > self.answers:
            raise MachineFailed("the Docker engine does not answer")
        if path == "/containers/json":
            assert query["all"] is True
            return [self._listed(one) for one in self.containers if self._meant(one, query)]
        if path == "/networks":
            return [one for one in self.networks if self._meant(one, query)]
        if path == "/volumes":
            found = [one for one in self.volumes if self._meant(one, query)]
            return {"Volumes": found or None, "Warnings": None}
        return self._one(path)

    def _one(self, path: str) -> Any | None:
        _, kind, name = path.split("/")[:3]
        of_kind = self.containers if kind == "containers" else self.volumes
        if name in self.broken:
            raise EngineRefuses("the Docker engine refuses: layer does not exist")
        named = (one for one in of_kind if name in {one.get("Id"), one.get("Name")})
        return None if name in self.vanished else next(named, None)

    def _listed(self, one: dict[str, Any]) -> dict[str, Any]:
        return {"Id": one["Id"], "Labels": one["Config"]["Labels"]}

    def _meant(self, one: dict[str, Any], query: dict[str, Any]) -> bool:
        labels = one.get("Config", one)["Labels"] or {}
        given = {*labels, *(f"{name}={value}" for name, value in labels.items())}
        return set(query["filters"]["label"]) <= given


@pytest.fixture
def api() -> RecordedApi:
    api = RecordedApi()
    api.containers = [
        labelled("inspect-web", WEB),
        labelled("inspect-db", named("prod/db")),
        labelled("inspect-broker", named("machine/edge")),
        labelled("inspect-cache", named("shared/cache")),
        labelled("inspect-job", MIGRATE),
        labelled("inspect-killed", WEB, OTHER),
        captured("inspect-foreign"),
    ]
    api.networks = [labelled("network-gallery_back", BACK), captured("network-bridge")]
    api.volumes = [
        labelled("volume-gallery_db-data", DATA),
        captured("volume-gallery_caddy-data"),
    ]
    return api


def named(key: str) -> Instance:
    return msgspec.structs.replace(WEB, key=key)


def remembered(entry: Entry) -> Entry:
    return entry


def observer(api: Api, tmp_path: Path, **in_use: str) -> DockerObserver:
    records = Records(tmp_path)
    records.put(Entry(thing=MIGRATE, fingerprint=fingerprint(MIGRATE)))
    used = in_use or {DATA.key: DATA.name}
    return DockerObserver(api, NAMING, records, lambda: used, remembered)


def test_everything_of_ours_is_seen(api: RecordedApi, tmp_path: Path) -> None:
    world = observer(api, tmp_path).observe()
    assert set(world.entries) == {
        *("dev/web", "prod/db", "machine/edge", "shared/cache"),
        *(BACK.key, DATA.key, MIGRATE.key),
    }
    assert all(entry.running and not entry.faults for entry in world.entries.values())
    assert not world.unknown


def test_environments_are_seen_with_what_is_shared(api: RecordedApi, tmp_path: Path) -> None:
    seen = set(observer(api, tmp_path).observe(["prod"]).entries)
    assert seen == {"prod/db", "machine/edge", "shared/cache"}
    assert f"/containers/{api.containers[0]['Id']}/json" not in api.asked


def test_each_is_found_alone_as_among_all(api: RecordedApi, tmp_path: Path) -> None:
    eyes = observer(api, tmp_path)
    for key, entry in eyes.observe().entries.items():
        assert eyes.look(key) == entry


def test_a_look_at_an_instance_asks_for_it_and_for_networks(
    api: RecordedApi, tmp_path: Path
) -> None:
    observer(api, tmp_path).look("dev/web")
    one = f"/containers/{api.containers[0]['Id']}/json"
    assert api.asked == ["/containers/json", one, "/networks"]


@pytest.mark.parametrize(
    "key", ["dev/api", "dev/volume/other", "dev/network/other", "dev/job/x", "dev/route/web"]
)
def test_what_is_not_there_is_absent(api: RecordedApi, tmp_path: Path, key: str) -> None:
    assert observer(api, tmp_path).look(key) is None


def test_what_vanishes_after_it_was_listed_is_absent(api: RecordedApi, tmp_path: Path) -> None:
    api.vanished = {api.containers[0]["Id"]}
    eyes = observer(api, tmp_path)
    assert "dev/web" not in eyes.observe().entries
    assert eyes.look("dev/web") is None


@pytest.mark.parametrize("place", [0, 5])
def test_a_container_that_the_engine_stumbles_over_hides_no_other(
    api: RecordedApi, tmp_path: Path, place: int
) -> None:
    """Also when a thing has a second one, which is well: which of them counts is not known."""
    api.containers[5] = labelled("inspect-starting", WEB)
    api.broken = {api.containers[place]["Id"]}
    eyes = observer(api, tmp_path)
    world = eyes.observe()
    assert "layer does not exist" in (world.why_unknown("dev/web") or "")
    assert "dev/web" not in world.entries
    assert world.entries["prod/db"] == eyes.look("prod/db")
    with pytest.raises(MachineFailed, match="dev/web cannot be observed"):
        eyes.look("dev/web")


@pytest.mark.parametrize("answers", range(6))
def test_an_engine_that_goes_away_is_an_error(
    api: RecordedApi, tmp_path: Path, answers: int
) -> None:
    api.answers = answers
    with pytest.raises(MachineFailed):
        observer(api, tmp_path).observe()


def test_of_two_containers_of_a_thing_one_is_seen(api: RecordedApi, tmp_path: Path) -> None:
    changed = msgspec.structs.replace(WEB, image="caddy:3")
    api.containers.append(labelled("inspect-starting", changed))
    seen = observer(api, tmp_path).look("dev/web")
    assert seen is not None
    assert seen.thing == WEB


def test_a_volume_that_was_set_aside_is_absent(api: RecordedApi, tmp_path: Path) -> None:
    eyes = DockerObserver(api, NAMING, Records(tmp_path), dict, remembered)
    assert DATA.key not in eyes.observe().entries
    assert eyes.look(DATA.key) is None


def test_data_that_are_gone_are_no_absence(api: RecordedApi, tmp_path: Path) -> None:
    api.volumes.clear()
    eyes = observer(api, tmp_path)
    for entry in (eyes.look(DATA.key), eyes.observe().entries[DATA.key]):
        assert entry is not None
        assert entry.thing == DATA
        assert entry.faults == (understand.GONE,)


@pytest.mark.parametrize("label", [KEY, PROJECT])
def test_a_volume_of_somebody_else_in_its_place_is_not_ours(
    api: RecordedApi, tmp_path: Path, label: str
) -> None:
    other = Volume(key="dev/volume/other", name=DATA.name)
    api.volumes = [labelled("volume-gallery_db-data", other)]
    api.volumes[0]["Labels"].update({label: "other/volume/x"})
    eyes = observer(api, tmp_path)
    for entry in (eyes.look(DATA.key), eyes.observe().entries[DATA.key]):
        assert entry is not None
        assert entry.faults == (understand.GONE,)
