"""Things, keys, fingerprints and worlds."""

import msgspec
import pytest

from fakes.worlds import database, instance, two, volume
from partywall.model.app import Role
from partywall.model.secret import SecretRef
from partywall.model.world import (
    ENVIRONMENT_NAME,
    FINGERPRINT,
    RESERVED,
    Entry,
    Instance,
    World,
    environment_of,
    fingerprint,
    name_of,
)


@pytest.mark.parametrize(
    ("key", "environment", "name"),
    [
        ("dev/web", "dev", "web"),
        ("prod/volume/data", "prod", "data"),
        ("machine/edge", "machine", "edge"),
    ],
)
def test_a_key_tells_environment_and_name(key, environment, name):
    assert environment_of(key) == environment
    assert name_of(key) == name


@pytest.mark.parametrize("name", ["dev", "a", "feature-12", "x" * 30])
def test_an_environment_name_is_a_dns_label(name):
    assert ENVIRONMENT_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "Dev", "1a", "a-", "a/b", "a;b", "..", "x" * 31, "dév"])
def test_an_environment_name_is_nothing_else(name):
    assert not ENVIRONMENT_NAME.fullmatch(name)


def test_names_that_no_environment_may_have():
    assert {"edge", "shared", "all", "machine"} == RESERVED


def test_a_fingerprint_tells_its_version_and_follows_the_description():
    one, other = instance("dev/web"), instance("dev/web", image="app:2")
    assert fingerprint(one).startswith(f"{FINGERPRINT}:")
    assert fingerprint(one) == fingerprint(instance("dev/web"))
    assert fingerprint(one) != fingerprint(other)


def test_a_fingerprint_does_not_depend_on_the_order_of_a_mapping():
    one = instance("dev/web", environment={"A": "1", "B": "2"})
    other = instance("dev/web", environment={"B": "2", "A": "1"})
    assert fingerprint(one) == fingerprint(other)


def test_a_fingerprint_is_the_same_for_ever():
    """Installations record it: a change here makes every thing out there look changed."""
    assert fingerprint(volume("dev/volume/data")) == "1:58c7d6c2e6939454ad6dbbd7"


def test_a_world_of_things_runs_and_has_no_faults():
    world = World.of([instance("dev/web")])
    assert world.entries["dev/web"] == Entry(
        thing=instance("dev/web"), fingerprint=fingerprint(instance("dev/web"))
    )
    assert list(world.things()) == [instance("dev/web")]
    assert two().environments() == {"prod", "dev", "machine"}


def test_a_key_is_unknown_by_itself_or_with_its_environment():
    world = World(unknown={"dev/": "engine silent", "prod/database/app": "server down"})
    assert world.why_unknown("dev/web") == "engine silent"
    assert world.why_unknown("prod/database/app") == "server down"
    assert world.why_unknown("prod/web") is None


def test_a_part_of_a_world_knows_what_is_unknown():
    world = World(two().entries, {"dev/web": "silent"})
    part = world.only({"prod/web": world.entries["prod/web"]})
    assert list(part.entries) == ["prod/web"]
    assert part.unknown == {"dev/web": "silent"}


def test_a_world_survives_json():
    thing = database("dev/database/app", "dev/db", password=SecretRef("DB", 2))
    world = World(World.of([*two().things(), thing]).entries, {"x/": "why"})
    assert msgspec.json.decode(msgspec.json.encode(world), type=World) == world


def test_a_fingerprint_does_not_tell_a_default_from_its_equal():
    made = Instance(key="dev/web", service="web", role=Role.WEB)
    text = msgspec.json.encode({**msgspec.to_builtins(made), "stop_signal": "SIGTERM"})
    read = msgspec.json.decode(text, type=Instance)
    assert read == made
    assert fingerprint(read) == fingerprint(made)
