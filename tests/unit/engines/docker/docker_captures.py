"""Captured answers of a real engine, with our labels put on."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import Any

from partywall.engines.docker.labels import THING, labels
from partywall.engines.docker.names import Naming
from partywall.model.app import Role
from partywall.model.world import AnyThing, Entry, Instance, Job, Network, Volume, fingerprint

CAPTURES = Path(__file__).parents[3] / "captures" / "docker"
NAMING = Naming(project="shop", project_id="p1", commons="common")
OTHER = Naming(project="else", project_id="p2", commons="common")
WEB = Instance(key="dev/web", service="web", role=Role.WEB, image="caddy:2", ports=(80,))
MIGRATE = Job(
    key="dev/job/migrate",
    instance=Instance(key="dev/job/migrate", service="migrate", role=Role.JOB, image="app"),
)
DATA = Volume(key="dev/volume/data", name="gallery_db-data")
BACK = Network(key="dev/network/back", name="gallery_back", internal=True)


@functools.cache
def _read(name: str) -> Any:
    return json.loads((CAPTURES / f"{name}.json").read_text())


def captured(name: str, which: int = 0) -> dict[str, Any]:
    """One inspected thing, as it was."""
    one: dict[str, Any] = copy.deepcopy(_read(name)[which])
    return one


def labelled(name: str, thing: AnyThing, naming: Naming = NAMING) -> dict[str, Any]:
    """The same with our labels."""
    one = captured(name)
    holder = one.get("Config", one)
    entry = Entry(thing=thing, fingerprint=fingerprint(thing))
    holder["Labels"] = {**(holder["Labels"] or {}), **labels(naming, entry)}
    return one


def damaged(inspected: dict[str, Any], text: str = '{"is":"later"}') -> dict[str, Any]:
    """The same with a description that nobody can read."""
    inspected.get("Config", inspected)["Labels"][THING] = text
    return inspected
