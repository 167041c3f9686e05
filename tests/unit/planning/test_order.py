"""What waits for what."""

import msgspec
import pytest

from fakes.worlds import (
    database,
    environment,
    instance,
    needs,
    server,
    two,
    volume,
)
from partywall.model.app import Mount, Role
from partywall.model.errors import BadInput
from partywall.model.world import World
from partywall.planning.diff import plan
from partywall.planning.keep import keep
from partywall.planning.order import chains


def test_making_waits_for_what_is_needed():
    waits = plan(two(), World()).waits
    assert waits["dev/web"] == ("dev/database/app", "dev/network/in")
    assert waits["dev/route/web"] == ("dev/web", "machine/edge")
    assert "dev/network/in" not in waits


def test_removing_waits_for_the_users():
    waits = plan(World(), two()).waits
    assert waits["dev/db"] == ("dev/database/app",)
    assert waits["machine/edge"] == ("dev/route/web", "prod/route/web")


def test_waiting_reaches_through_things_without_a_step():
    wanted = World.of([*two().things(), server("dev/db", "dev/volume/data", image="postgres:19")])
    seen = World.of([*two().things(), instance("dev/web", "dev/database/app", image="app:0")])
    planned = plan(wanted, seen)
    assert [step.key for step in planned.steps if step.key != "dev/web"] == ["dev/db"]
    changed = World.of([*wanted.things(), instance("dev/web", "dev/database/app", image="app:9")])
    assert plan(changed, seen).waits["dev/web"] == ("dev/db",)
    assert plan(keep(two(), "dev"), two(), "dev").waits["dev/db"] == ("dev/web",)


def test_waiting_reaches_through_the_unknown():
    down = {k: msgspec.structs.replace(e, running=False) for k, e in two().entries.items()}
    del down["dev/database/app"]
    seen = World(down, {"dev/database/app": "the server is down"})
    assert plan(two(), seen, "dev").waits["dev/web"] == ("dev/db", "dev/network/in")


def test_something_goes_only_when_its_users_have_changed():
    seen = World.of([instance("dev/cache"), instance("dev/web", "dev/cache")])
    planned = plan(World.of([instance("dev/web")]), seen)
    assert [str(step) for step in planned.steps] == [
        "change dev/web: need of dev/cache removed",
        "remove dev/cache: no longer wanted",
    ]
    assert planned.waits == {"dev/cache": ("dev/web",)}


def test_removing_waits_through_a_change():
    seen = World.of(
        [
            server("dev/db", "v"),
            database("dev/database/app", "dev/db"),
            instance("dev/web", "dev/database/app"),
        ]
    )
    wanted = World.of([database("dev/database/app", "dev/new"), server("dev/new", "w")])
    assert plan(wanted, seen).waits["dev/db"] == ("dev/database/app", "dev/web")


def test_a_new_server_on_the_old_ones_data_waits_until_that_is_gone():
    def world(name: str) -> World:
        return World.of(
            [
                volume("dev/volume/data"),
                server(f"dev/{name}", "dev/volume/data"),
                database("dev/database/app", f"dev/{name}"),
                instance("dev/web", "dev/database/app", f"dev/{name}"),
                instance(f"dev/job-of-{name}", f"dev/{name}"),
            ]
        )

    planned = plan(world("postgres"), world("db"))
    assert [step.key for step in planned.steps] == [
        "dev/job-of-db",
        "dev/db",
        "dev/postgres",
        "dev/database/app",
        "dev/job-of-postgres",
        "dev/web",
    ]
    assert planned.waits["dev/postgres"] == ("dev/db",)


def test_two_servers_that_hand_over_wait_for_their_common_user_that_goes():
    seen = World.of(
        [server("dev/a", "v"), server("dev/b", "w"), instance("dev/web", "dev/a", "dev/b")]
    )
    wanted = World.of([server("dev/c", "v"), server("dev/d", "w")])
    assert plan(wanted, seen).waits == {
        "dev/a": ("dev/web",),
        "dev/b": ("dev/web",),
        "dev/c": ("dev/a",),
        "dev/d": ("dev/b",),
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"role": Role.APP},
        {"mounts": (Mount(kind="volume", source="v", target="/d", read_only=True),)},
        {"mounts": (Mount(kind="tmpfs", source="", target="/d"),)},
    ],
)
def test_other_folders_may_have_two_users(fields):
    seen, wanted = World.of([server("dev/a", "v")]), World.of([server("dev/b", "v", **fields)])
    assert plan(wanted, seen).waits == {}


def test_a_circle_is_written_out():
    wanted = World.of(
        [
            instance("dev/a", "dev/b"),
            instance("dev/b", "dev/c"),
            instance("dev/c", "dev/a"),
            instance("dev/d", "dev/a"),
        ]
    )
    with pytest.raises(
        BadInput, match=r"in a circle: dev/. needs dev/. needs dev/. needs dev/"
    ) as e:
        plan(wanted, World())
    text = e.value.what
    assert any(f"dev/{x} needs dev/{y}" in text for x, y in ["ab", "bc", "ca"])
    assert "dev/b needs dev/a" not in text


def test_a_circle_elsewhere_stops_nobody():
    wanted = World.of(
        [*environment("prod"), instance("dev/a", "dev/b"), instance("dev/b", "dev/a")]
    )
    assert plan(wanted, World(), "prod")
    with pytest.raises(BadInput):
        plan(wanted, World(), "dev")


def test_a_need_that_is_not_there_stops_nobody():
    assert plan(World.of([instance("dev/web", needs=needs("dev/ghost"))]), World()).waits == {}


def test_what_most_hangs_on_has_the_longest_chain():
    waits = {"web": ("api", "vault"), "api": ("db",), "vault": (), "route": ("web",)}
    assert chains(waits) == {"route": 1, "web": 2, "vault": 3, "api": 3, "db": 4}
