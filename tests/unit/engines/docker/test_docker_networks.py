"""A network goes when those in it have left, and never one of somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.labels import KEY, PROJECT
from partywall.engines.docker.names import Naming
from partywall.engines.docker.networks import NetworkPerformer, _without_room
from partywall.engines.docker.render import Ground
from partywall.engines.docker.units import Units
from partywall.model.world import Entry, Network, fingerprint
from partywall.system.secretstore import FileSecretStore

NAMING = Naming(project="app", project_id="1", commons="commons")
NETWORK = Network(key="dev/network/back", name="app-dev_back")
ENTRY = Entry(thing=NETWORK, fingerprint=fingerprint(NETWORK))


class OneNetwork(Api):
    """An engine with one network, in which a container is that takes its time to leave."""

    def __init__(self, owner: str, busy: int) -> None:
        super().__init__(Path("/nowhere"))
        self.labels = {PROJECT: owner, KEY: NETWORK.key}
        self.busy = busy
        self.there = True
        self.clock = 0.0

    def get(self, path: str, **query: object) -> Any | None:
        found = {"Id": "n", "Labels": self.labels, "Containers": {"c": {}}}
        return found if self.there else None

    def post(self, path: str, body: object = None, **query: Any) -> Any:
        assert path == "/networks/n/disconnect"

    def delete(self, path: str, **query: object) -> bool:
        self.busy -= 1
        if self.busy >= 0:
            raise EngineRefuses("it has active endpoints")
        self.there = False
        return True

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        self.clock += seconds


def remove(api: OneNetwork, home: Path) -> None:
    ground = Ground(
        naming=NAMING,
        absolute=lambda path: path,
        called=lambda one: one.name,
        unnamed=lambda _key: {},
        parent=str,
        budget=lambda limit: "",
        flags=lambda _instance: {},
        edge=lambda _part, _networks: {},
    )
    units = Units(lambda unit: home / unit, FileSecretStore(home / "secrets"), ground)
    NetworkPerformer(api, units, NAMING, api).remove(ENTRY)


@pytest.mark.parametrize("busy", [0, 1, 7])
def test_those_who_are_leaving_are_waited_for(tmp_path: Path, busy: int) -> None:
    api = OneNetwork("1", busy)
    remove(api, tmp_path)
    assert not api.there


def test_nobody_is_waited_for_without_end(tmp_path: Path) -> None:
    api = OneNetwork("1", 10_000)
    with pytest.raises(EngineRefuses, match="active endpoints"):
        remove(api, tmp_path)
    assert 10 < api.clock < 60


def test_what_is_somebody_elses_stays(tmp_path: Path) -> None:
    api = OneNetwork("2", 0)
    remove(api, tmp_path)
    assert api.there


@pytest.mark.parametrize(
    ("said", "advised"),
    [
        ("could not find an available, non-overlapping IPv4 address pool among the defaults", True),
        ("all predefined address pools have been fully subnetted", True),
        ("no such driver", False),
    ],
)
def test_an_engine_without_addresses_for_a_network_is_told_apart(said: str, advised: bool) -> None:
    error = _without_room(EngineRefuses(said, remedy="see to it"))
    assert ("default-address-pools" in error.remedy) is advised
    assert error.what == said
