"""A unit as a Compose document: what it says, what it leaves out, and that no secret is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml
from docker_captures import NAMING

from partywall.engines.docker.labels import KEY, PROJECT
from partywall.engines.docker.render import Ground, document
from partywall.engines.docker.units import Units
from partywall.model.app import Attachment, HealthCheck, Mount, Role
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import Entry, Instance, Job, Need, Network, Volume, World

PASSWORD = SecretRef("PASSWORD", 2)
VOLUME = Volume(key="dev/volume/data", name="shop-dev_data")
NETWORK = Network(key="dev/network/back", name="shop-dev_back", internal=True)

GROUND = Ground(
    naming=NAMING,
    absolute=lambda path: f"/srv/{path}",
    called=lambda one: one.name,
    unnamed=lambda _key: {},
    parent=lambda environment: f"/partywall/shop-{environment}",
    budget=lambda limit: "",
    flags=lambda one: {"image": "answers:1", "user": "7:8", "read_only": True},
    edge=lambda part, joined: {"image": part.image, "networks": list(joined)},
)


def web(**more: Any) -> Instance:
    known: dict[str, Any] = {
        "key": "dev/web",
        "needs": (Need(NETWORK.key), Need(VOLUME.key)),
        "service": "web",
        "role": Role.WEB,
        "image": "shop:1",
        "environment": {"URL": f"pg://u:{PASSWORD}@db", "PRICE": "5$ or ${X}"},
        "mounts": (Mount(kind="volume", source=VOLUME.key, target="/data"),),
        "health": HealthCheck(command=("test $HOME",), shell=True),
    }
    return Instance(**(known | more))


def drawn(*things: Any) -> dict[str, Any]:
    entries = World.of(things).entries.values()
    return document("dev", entries, GROUND)


def test_an_instance_without_a_definition_is_drawn_from_its_fields():
    service = drawn(web(), VOLUME, NETWORK)["services"]["web"]
    assert service["image"] == "shop:1"
    assert service["environment"] == {"URL": "pg://u:${PASSWORD}@db", "PRICE": "5$$ or $${X}"}
    assert service["volumes"] == [{"type": "volume", "target": "/data", "source": "data"}]
    assert service["healthcheck"]["test"] == ["CMD-SHELL", "test $$HOME"]
    assert service["networks"] == {"back": None}
    assert (service["labels"][PROJECT], service["labels"][KEY]) == ("p1", "dev/web")


def test_what_answers_for_flags_is_made_by_the_engine_and_told_no_version():
    one = web(role=Role.FLAGS, settings={"version": "1"}, image="", health=None)
    service = drawn(one, VOLUME, NETWORK)["services"]["web"]
    assert (service["image"], service["user"], service["read_only"]) == ("answers:1", "7:8", True)
    assert "command" not in service or service["command"] is None
    assert service["environment"]["PRICE"] == "5$$ or $${X}"


def test_a_definition_is_handed_on_without_what_would_clash():
    said = {
        "container_name": "web",
        "ports": [{"published": "80", "target": 80}],
        "env_file": [".env"],
        "x-partywall": {"run": "x"},
        "user": "1000",
        "command": ["serve", "--token", str(PASSWORD), "$$HOME"],
        "build": {"context": "./app", "labels": ["a=b"]},
        "depends_on": {"db": {"condition": "service_started"}, "ghost": {}},
        "volumes": [{"type": "bind", "source": "./conf", "target": "/conf"}],
    }
    one = web(definition=said, build=said["build"])
    service = drawn(one, web(key="dev/db", service="db"))["services"]["web"]
    assert not {"container_name", "ports", "env_file", "x-partywall"} & service.keys()
    assert service["user"] == "1000"
    assert service["command"] == ["serve", "--token", "${PASSWORD}", "$$HOME"]
    assert service["build"] == {"context": "/srv/./app", "labels": {"a": "b", PROJECT: "p1"}}
    assert set(service["depends_on"]) == {"db"}
    assert service["volumes"] == [{"type": "bind", "source": "/srv/./conf", "target": "/conf"}]


def test_volumes_and_networks_have_their_real_names_and_our_labels():
    made = drawn(VOLUME, NETWORK)
    assert made["volumes"]["data"]["name"] == "shop-dev_data"
    assert made["networks"]["back"]["internal"] is True
    assert made["networks"]["back"]["labels"][KEY] == NETWORK.key
    assert "services" not in made


def test_a_job_is_not_started_again():
    job = Job(key="dev/job/migrate", instance=web(key="dev/job/migrate", restart="always"))
    assert drawn(job)["services"]["migrate"]["restart"] == "no"


class Store:
    """A store with one secret."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        assert environment == "dev"
        return Secret(f"it's-{ref.version}$x")


def test_a_unit_on_disk_holds_values_in_its_env_file_alone(tmp_path: Path):
    units = Units(lambda name: tmp_path / name, Store(), GROUND)
    units.put([Entry(thing=web(), fingerprint="1:x"), Entry(thing=VOLUME, fingerprint="1:y")])
    unit = units.unit("dev")
    assert unit.project == "shop-dev"
    assert unit.env.stat().st_mode & 0o777 == 0o600
    assert unit.env.read_text() == 'PASSWORD="it\'s-2\\$x"\n'
    for path in unit.folder.iterdir():
        assert path == unit.env or "it's" not in path.read_text()
    units.drop("dev/web")
    made = yaml.safe_load(unit.compose.read_text())
    assert "services" not in made
    assert set(made["volumes"]) == {"data"}
    assert unit.env.read_text() == ""


SECRETS = (
    Attachment(
        kind="secret", source="pin", target="/run/secrets/pin", text=str(PASSWORD), mode="0400"
    ),
    Attachment(
        kind="secret", source="key", target="/key", text="__PW_SECRET_FILE_KEY_V1__", file="./key"
    ),
    Attachment(kind="secret", source="blank", target="/blank", text=""),
    Attachment(kind="config", source="conf", target="/conf", text=f"a={PASSWORD} 5$", uid="1"),
    Attachment(kind="config", source="file", target="/file", file="./file$"),
)


def test_secrets_and_configs_are_left_to_compose():
    made = drawn(web(attachments=SECRETS), VOLUME, NETWORK)
    assert made["secrets"] == {
        "pin": {"environment": "PASSWORD"},
        "key": {"file": "/srv/./key"},
        "blank": {"content": ""},
    }
    assert made["configs"] == {
        "conf": {"content": "a=${PASSWORD} 5$$"},
        "file": {"file": "/srv/./file$$"},
    }
    service = made["services"]["web"]
    assert service["secrets"][0] == {"source": "pin", "target": "/run/secrets/pin", "mode": "0400"}
    assert service["configs"][0] == {"source": "conf", "target": "/conf", "uid": "1"}
    job = Job(key="dev/job/x", instance=web(key="dev/job/x", attachments=SECRETS[:1]))
    assert drawn(job)["secrets"] == {"pin": {"environment": "PASSWORD"}}
    assert not {"secrets", "configs"} & drawn(web(), VOLUME, NETWORK).keys()


def test_what_compose_reads_from_a_file_is_not_in_the_env_file(tmp_path: Path):
    units = Units(lambda name: tmp_path / name, Store(), GROUND)
    units.put([Entry(thing=web(attachments=SECRETS), fingerprint="1:x")])
    job = Job(key="dev/job/x", instance=web(key="dev/job/x", attachments=SECRETS))
    units.put([Entry(thing=job, fingerprint="1:x")])
    assert units.unit("dev").env.read_text() == 'PASSWORD="it\'s-2\\$x"\n'


def test_what_fills_data_runs_only_when_somebody_asks_for_it():
    """Compose starts jobs that have ended again with every `up`."""
    jobs = [
        Job(key=f"dev/job/{name}", instance=web(key=f"dev/{name}", service=name), once_per=once)
        for name, once in (("seed", "data"), ("migrate", "definition"))
    ]
    services = drawn(*jobs, NETWORK, VOLUME)["services"]
    assert services["seed"]["profiles"] == ["seed"]
    assert "profiles" not in services["migrate"]


def test_what_a_program_wrote_is_shown_without_the_secrets_of_its_unit(tmp_path: Path):
    units = Units(lambda name: tmp_path / name, Store(), GROUND)
    units.put([Entry(thing=web(), fingerprint="1:x")])
    assert units.masked("dev", "refused: it's-2$x is wrong") == "refused: **** is wrong"
    assert units.masked("prod", "it's-2$x") == "it's-2$x"


def test_what_was_kept_without_a_name_is_where_nothing_else_is() -> None:
    kept = {"/data": "a" * 64, "/new": "b" * 64}
    ground = msgspec.structs.replace(GROUND, unnamed=lambda key: kept if key == "dev/web" else {})
    definition = {
        "image": "shop:1",
        "volumes": [
            {"type": "volume", "source": "data", "target": "/data"},
            {"type": "volume", "target": "/new"},
            {"type": "volume", "target": "/other"},
        ],
    }
    entries = World.of([web(definition=definition), VOLUME, NETWORK]).entries.values()
    made = document("dev", entries, ground)
    assert made["services"]["web"]["volumes"] == [
        {"type": "volume", "source": "data", "target": "/data"},
        {"type": "volume", "target": "/other"},
        {"type": "volume", "source": "b" * 64, "target": "/new"},
    ]
    assert made["volumes"]["b" * 64] == {"name": "b" * 64, "external": True}
