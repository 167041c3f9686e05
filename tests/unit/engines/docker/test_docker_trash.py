"""Volumes that wait: never one that is in use or somebody else's."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from fakes.verbs import NoSwitch
from partywall.engines.docker.api import Api
from partywall.engines.docker.labels import KEY, PROJECT
from partywall.engines.docker.names import Naming
from partywall.engines.docker.render import Ground
from partywall.engines.docker.trash import Bins, VolumeTrash
from partywall.engines.docker.units import Units
from partywall.engines.docker.unnamed import Unnamed
from partywall.engines.docker.volume_names import VolumeNames
from partywall.execution.records import Records
from partywall.interfaces import Commons, Discarded, EngineParts
from partywall.model.errors import MachineFailed, Refused
from partywall.model.world import Entry, FileSpace, Volume, fingerprint
from partywall.system.secretstore import FileSecretStore

NAMING = Naming(project="app", project_id="1", commons="commons")
DATA = Volume(key="dev/volume/data", name="app-dev_data")
ENTRY = Entry(thing=DATA, fingerprint=fingerprint(DATA))
OURS = {PROJECT: "1", KEY: DATA.key}


class FewVolumes(Api):
    """An engine with some volumes; one that is held cannot be removed."""

    def __init__(self, **volumes: dict[str, str]) -> None:
        super().__init__(Path("/nowhere"))
        self.volumes = volumes
        self.held = ""

    def get(self, path: str, **query: object) -> Any | None:
        name = path.removeprefix("/volumes/")
        return {"Name": name, "Labels": self.volumes[name]} if name in self.volumes else None

    def delete(self, path: str, **query: object) -> bool:
        name = path.removeprefix("/volumes/")
        if name == self.held:
            raise MachineFailed("volume is in use")
        return self.volumes.pop(name, None) is not None


class Now:
    """Always the same moment."""

    def now(self) -> float:
        return 1000.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class Ground1:
    """One installation's trash over an engine with some volumes."""

    def __init__(self, home: Path, **volumes: dict[str, str]) -> None:
        self.api = FewVolumes(**volumes)
        self.names = VolumeNames(home / "volumes.json")
        self.unnamed = Unnamed(self.api, self.names, home / "unnamed.json")
        secrets = FileSecretStore(home / "secrets")
        ground = Ground(
            naming=NAMING,
            absolute=lambda path: path,
            called=self.names.of,
            unnamed=lambda _key: {},
            parent=str,
            budget=lambda limit: "",
            flags=lambda _instance: {},
            edge=lambda _part, _networks: {},
        )
        self.units = Units(lambda unit: home / "rendered" / unit, secrets, ground)
        parts = EngineParts(
            home=home,
            project=home,
            name="app",
            project_id="1",
            records=Records(home),
            secrets=secrets,
            clock=Now(),
            edge=lambda _service: pytest.fail("there is no edge"),
            trash_seconds=60,
            switch=NoSwitch(),
            commons=Commons(folder=home / "commons", name="commons"),
        )
        self.trash = VolumeTrash(
            self.api,
            NAMING,
            parts,
            Bins(units=self.units, names=self.names, unnamed=self.unnamed),
        )

    def aside(self, called: str) -> Discarded:
        self.trash.put(DATA, called)
        return next(one for one in self.trash.all() if one.volume == called)


def test_what_was_set_aside_is_the_keys_again(tmp_path: Path) -> None:
    ground = Ground1(tmp_path, data_2=OURS)
    one = ground.aside("data_2")
    assert (one.key, one.name, one.until, one.id) == (
        DATA.key, "app-dev_data", 1060.0, "1000000-dev-data",
    )  # fmt: skip
    ground.trash.restore(one, ENTRY)
    assert ground.names.of(DATA) == "data_2"
    assert "name: data_2" in ground.units.unit("dev").compose.read_text()
    assert ground.trash.all() == []


def test_the_folder_of_a_part_of_a_vault_goes_with_it_and_no_other(tmp_path: Path) -> None:
    vault = tmp_path / "commons" / "vaults" / "app" / "data"
    options = {"type": "none", "o": "bind", "device": f"{vault}/dev"}
    part = FileSpace(
        key="dev/filespace/data", name="app-dev_data", options=options, volume="x", folder="dev"
    )
    ground = Ground1(tmp_path, **{"app-dev_data-2": {PROJECT: "1", KEY: part.key}})
    for name in ("dev", "dev.2", "prod"):
        (vault / name).mkdir(parents=True)
        (vault / name / "file").write_text("x")
    ground.trash.put(part, "app-dev_data-2")
    [one] = ground.trash.all()
    ground.api.held = "app-dev_data-2"
    with pytest.raises(MachineFailed, match="in use"):
        ground.trash.remove(one)
    assert (vault / "dev.2" / "file").exists()
    ground.api.held = ""
    ground.trash.remove(one)
    assert {path.name for path in vault.iterdir()} == {"dev", "prod"}
    ground.trash.put(part, "app-dev_data")
    shutil.rmtree(vault / "prod")
    ground.trash.remove(ground.trash.all()[0])
    assert list((tmp_path / "commons").iterdir()) == []


def test_a_volume_is_set_aside_once(tmp_path: Path) -> None:
    ground = Ground1(tmp_path, data=OURS)
    ground.aside("data")
    ground.trash.put(DATA, "data")
    assert len(ground.trash.all()) == 1


def test_new_data_are_not_put_out_of_sight(tmp_path: Path) -> None:
    ground = Ground1(tmp_path, data=OURS)
    one = ground.aside("data")
    ground.names.keep(DATA.key, "data_2")
    with pytest.raises(Refused, match="has new data, in the volume data_2"):
        ground.trash.restore(one, ENTRY)


@pytest.mark.parametrize("volumes", [{}, {"data": {}}, {"data": {PROJECT: "2", KEY: DATA.key}}])
def test_what_is_gone_or_somebody_elses_does_not_come_back(
    tmp_path: Path, volumes: dict[str, dict[str, str]]
) -> None:
    ground = Ground1(tmp_path, **volumes)
    one = ground.aside("data")
    with pytest.raises(Refused, match="there is no volume data of ours any more"):
        ground.trash.restore(one, ENTRY)
    ground.trash.remove(one)
    assert ground.api.volumes == volumes
    assert ground.trash.all() == []


def test_what_is_in_use_is_neither_listed_nor_removed(tmp_path: Path) -> None:
    """A crash between setting aside and forgetting leaves both behind."""
    ground = Ground1(tmp_path, data=OURS)
    one = ground.aside("data")
    ground.names.keep(DATA.key, "data")
    assert ground.trash.all() == []
    with pytest.raises(Refused, match="in use again"):
        ground.trash.remove(one)
    assert ground.api.volumes == {"data": OURS}


def test_what_a_container_holds_on_to_stays(tmp_path: Path) -> None:
    ground = Ground1(tmp_path, data=OURS)
    one = ground.aside("data")
    ground.api.held = "data"
    with pytest.raises(MachineFailed, match="in use"):
        ground.trash.remove(one)
    assert ground.trash.all() == [one]
    ground.api.held = ""
    ground.trash.remove(one)
    assert (ground.api.volumes, ground.trash.all()) == ({}, [])


def test_what_had_no_name_waits_and_is_given_back_to_its_owner(tmp_path: Path) -> None:
    name = "a" * 64
    ground = Ground1(tmp_path, **{name: {}})
    ground.unnamed.give("dev/cache", "/var/data", name)
    ground.unnamed.give("prod/cache", "/var/data", "b" * 64)
    ground.trash.gather("dev")
    (one,) = ground.trash.all()
    assert (one.key, one.owner, one.path) == ("dev/volume/cache:var:data", "dev/cache", "/var/data")
    assert ground.unnamed.kept() == {"prod/cache": {"/var/data": "b" * 64}}
    ground.trash.restore(one, ENTRY)
    assert ground.unnamed.of("dev/cache") == {"/var/data": name}
    ground.trash.gather(None)
    assert {one.owner for one in ground.trash.all()} == {"dev/cache", "prod/cache"}
