"""What each kind of thing uses."""

import pytest

from fakes.worlds import database, instance, needs, route, server, volume
from partywall.model.world import FileSpace, Job, KeySpace, TopicSpace, World
from partywall.planning.uses import closure, used_by, uses


@pytest.mark.parametrize(
    ("thing", "keys"),
    [
        (server("dev/db", "dev/volume/x", needs=needs("dev/n")), ["dev/n", "dev/volume/x"]),
        (instance("dev/a", hosts={"b": "dev/b"}), ["dev/b"]),
        (database("dev/database/x", "dev/db", needs=()), ["dev/db"]),
        (KeySpace(key="dev/keyspace/x", server="shared/cache", user="u"), ["shared/cache"]),
        (TopicSpace(key="dev/topicspace/x", server="shared/m", user="u", prefix="p"), ["shared/m"]),
        (
            FileSpace(key="dev/filespace/x", name="x", volume="shared/volume/v", folder="f"),
            ["shared/volume/v"],
        ),
        (route("dev/route/x", "dev/a", needs=()), ["dev/a"]),
        (Job(key="dev/job/x", instance=instance("dev/x", "dev/db")), ["dev/db"]),
        (volume("dev/volume/x"), []),
    ],
)
def test_uses(thing, keys):
    assert list(uses(thing)) == keys


def test_a_closure_goes_through_every_world_and_round_circles():
    one = World.of([instance("a/1", "a/2"), instance("a/3", "a/1")])
    other = World.of([instance("a/2", "a/3"), instance("a/4", "a/1")])
    assert closure(["a/1"], one, other) == {"a/1", "a/2", "a/3"}
    assert closure([], one) == set()


def test_nobody_uses_nothing():
    assert used_by(["prod"], World.of([instance("dev/a", "dev/b")])) == set()
