"""A pool in words, and the steps that would change it."""

import msgspec

from partywall.cli.render.pool_text import changed_document, pool_text, steps_text
from partywall.cli.render.style import Style
from partywall.execution.pool import Stage
from partywall.model.plan import Action
from partywall.workflows.pool.shown import Shown, Step

PLAIN = Style()
POOL = Shown(
    folder="/srv/app/.partywall/pool",
    on="/srv/app/.partywall/pool.img",
    stage=Stage.READY,
    mounted=True,
    at_start=True,
    size_bytes=10 << 30,
    used_bytes=1 << 30,
    free_bytes=9 << 30,
    most_bytes=20 << 30,
    disk_bytes=1 << 30,
    snapshots=2,
    clones=1,
)


def without(**more):
    return msgspec.structs.replace(POOL, **more)


def test_there_is_none():
    assert pool_text(None, PLAIN) == "there is no pool"


def test_one_that_is_mounted():
    assert pool_text(POOL, PLAIN).splitlines() == [
        "/srv/app/.partywall/pool",
        "  10 GiB, 1.0 GiB used, 9.0 GiB free",
        "  snapshots: 2, clones: 1",
        "  on /srv/app/.partywall/pool.img, which takes 1.0 GiB of its disk",
    ]


def test_one_that_is_away_or_half_done_says_what_to_do():
    away = {"mounted": False, "used_bytes": None, "free_bytes": None}
    assert "  10 GiB, not mounted: `partywall pool create`" in pool_text(without(**away), PLAIN)
    half = pool_text(without(**away, stage=Stage.MAKING), PLAIN)
    assert "half done: `partywall pool create`" in half
    assert "nothing mounts it" in pool_text(without(at_start=False), PLAIN)
    device = pool_text(without(on="/dev/sdb", disk_bytes=None), PLAIN)
    assert device.splitlines()[-1] == "  on /dev/sdb"


def test_steps_have_a_reason_and_what_they_do():
    step = Step(key="machine/pool/file", action=Action.CREATE, why="a file", does="truncate -s 1 f")
    assert steps_text([step], PLAIN).splitlines() == [
        "+ create machine/pool/file  a file",
        "    truncate -s 1 f",
    ]
    assert steps_text([], PLAIN) == "no changes"
    assert changed_document([step], None) == {
        "steps": [
            {
                "key": "machine/pool/file",
                "action": "create",
                "why": "a file",
                "does": "truncate -s 1 f",
                "environment": "machine",
            }
        ],
        "changes": 1,
        "pool": None,
    }
