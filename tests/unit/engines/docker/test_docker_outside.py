"""What was there before is used, and never made or removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.api import Api
from partywall.engines.docker.names import Naming
from partywall.engines.docker.outside import Outside, UsesOrMakes
from partywall.engines.docker.render import Ground
from partywall.engines.docker.units import Units
from partywall.engines.docker.volume_names import VolumeNames
from partywall.execution.records import Records
from partywall.model.errors import Refused
from partywall.model.world import AnyThing, Entry, Network, Volume, fingerprint
from partywall.system.secretstore import FileSecretStore

OLD = Volume(key="prod/volume/data", name="of_old", external=True)
PROXY = Network(key="prod/network/proxy", name="proxy", external=True)
OWN = Volume(key="prod/volume/data", name="app-prod_data")


def entry(thing: AnyThing) -> Entry:
    return Entry(thing=thing, fingerprint=fingerprint(thing))


class Names(Api):
    """An engine that knows some volumes and networks, and can only be asked."""

    def __init__(self, *there: str) -> None:
        super().__init__(Path("/nowhere"))
        self.there = set(there)

    def get(self, path: str, **query: object) -> Any | None:
        return {} if path in self.there else None


class Makes:
    """Writes down what it is asked."""

    kind = Volume

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, verb: str) -> Any:
        return lambda *entries: self.asked.append(f"{verb} {entries[-1].thing.name}")


class Scene:
    """The performer, and everything that it writes to."""

    def __init__(self, home: Path, *there: str) -> None:
        ground = Ground(
            naming=Naming(project="app", project_id="1", commons="commons"),
            absolute=lambda path: path,
            called=lambda one: one.name,
            unnamed=lambda _key: {},
            parent=str,
            flags=lambda _instance: {},
            edge=lambda _part, _networks: {},
            budget=lambda _limit: "",
        )
        self.api = Names(*there)
        self.units = Units(lambda unit: home / unit, FileSecretStore(home / "secrets"), ground)
        self.names = VolumeNames(home / "volumes.json")
        self.records = Records(home)
        self.outside = Outside(self.api, self.units, self.names, self.records)
        self.makes = Makes()
        self.performer = UsesOrMakes(self.makes, self.outside)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, "/volumes/of_old", "/networks/proxy")


@pytest.mark.parametrize("thing", [OLD, PROXY])
def test_it_is_remembered_while_it_is_used_and_left_as_it_is(scene: Scene, thing: AnyThing) -> None:
    scene.performer.create(entry(thing))
    assert scene.records.get(thing.key) == entry(thing)
    assert scene.outside.seen(entry(thing)).faults == ()
    text = (scene.units.unit("prod").compose).read_text()
    assert "external: true" in text
    scene.performer.restart(entry(thing))
    scene.performer.remove(entry(thing))
    assert scene.records.get(thing.key) is None
    assert scene.names.all() == {}
    assert scene.units.entries("prod") == []
    assert scene.makes.asked == []


def test_what_is_missing_is_said_and_not_made(scene: Scene) -> None:
    scene.api.there.clear()
    with pytest.raises(Refused, match="there is no volume of_old"):
        scene.performer.create(entry(OLD))
    assert scene.outside.seen(entry(OLD)).faults == ("its data are gone",)
    assert scene.outside.seen(entry(PROXY)).faults == ("it is gone",)
    assert len(scene.outside.refusals([OLD, PROXY, OWN])) == 2
    assert scene.makes.asked == []


def test_the_rest_is_made(scene: Scene) -> None:
    scene.performer.create(entry(OWN))
    scene.performer.change(entry(OWN), entry(OWN))
    scene.performer.restart(entry(OWN))
    scene.performer.remove(entry(OWN))
    verbs = ("create", "change", "start", "remove")
    assert scene.makes.asked == [f"{verb} {OWN.name}" for verb in verbs]


def test_data_never_become_others(scene: Scene) -> None:
    scene.performer.create(entry(OLD))
    said = Volume(key=OLD.key, name=OLD.name, external=True, options={"o": "bind"})
    scene.performer.change(entry(OLD), entry(said))
    assert scene.records.get(OLD.key) == entry(said)
    for before, after in ((OLD, OWN), (OWN, OLD)):
        with pytest.raises(Refused, match="would be others"):
            scene.performer.change(entry(before), entry(after))
    assert scene.makes.asked == []


def test_another_network_is_joined(scene: Scene) -> None:
    own = Network(key=PROXY.key, name="app-prod_proxy")
    scene.performer.change(entry(own), entry(PROXY))
    scene.performer.change(entry(PROXY), entry(own))
    assert scene.makes.asked == ["remove app-prod_proxy", "create app-prod_proxy"]
