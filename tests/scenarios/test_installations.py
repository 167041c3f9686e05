"""Installations that earlier versions made: this version opens each of them with "no changes"."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import yaml

from installations import kept
from partywall.axes.site import EDGE_SIDES
from partywall.edge import fragments
from partywall.engines.embedded.allocations import Allocated
from partywall.engines.embedded.supervise import program, record
from partywall.execution import history, state
from partywall.model.world import FINGERPRINT, Entry, Instance, Job, World, fingerprint
from partywall.planning.diff import plan
from partywall.system.files import read_bytes
from partywall.workflows.opening import Where, open_project
from partywall.workflows.project import Project
from scenarios.installation import Installation

pytestmark = pytest.mark.scenario


class Kept(Installation):
    """A kept installation laid out in a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        kept.unpack(name, folder)
        self.folder = folder
        self.home = folder / ".partywall"
        self.run = self.home / "run"
        settings = yaml.safe_load((folder / "partywall.yaml").read_text())
        self.project = settings["project"]
        self.http_port = settings["edge"]["http"]

    def said(self) -> str:
        """What its services wrote, for a failure's report."""
        logs = sorted((self.home / "logs").glob("*/*.log"))
        return "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in logs)


@pytest.fixture(params=kept.names())
def installation(request: pytest.FixtureRequest) -> Iterator[Kept]:
    """Each of them, in a folder with a short name: sockets in it have room for no more."""
    place = Path(tempfile.mkdtemp(prefix="pw-kept-"))
    found = Kept(request.param, place / "kept")
    try:
        yield found
    finally:
        found.close()
        shutil.rmtree(place)


@pytest.fixture
def opened(installation: Kept) -> Project:
    """The same, opened."""
    return open_project(Where(folder=installation.folder))


def as_it_was(observed: World) -> World:
    """What was observed then: a file cannot hold that something runs. Faults stay."""
    entries = {
        key: msgspec.structs.replace(entry, running=True) for key, entry in observed.entries.items()
    }
    return World(entries, observed.unknown)


def recorded(project: Project) -> dict[str, Entry]:
    """Everything that files of the installation tell, whoever wrote them."""
    return project.observer.observe().entries


def seeded(entry: Entry) -> bool:
    """A job that ran once in the life of its data, and whose description may have changed since."""
    return isinstance(entry.thing, Job) and entry.thing.once_per == "data"


def test_there_is_one():
    assert kept.names()


def test_what_is_wanted_is_what_is_there(opened):
    seen = as_it_was(opened.observer.observe())
    planned = plan(opened.desired(), seen)
    assert seen.unknown == {}
    assert [(step.key, step.action.value, step.why) for step in planned.steps] == []
    assert opened.desired().entries.keys() == seen.entries.keys()


def test_nothing_is_due_but_starting_what_does_not_run(installation):
    before = installation.tree()
    steps = installation.steps("plan")
    assert {(action, why) for action, why in steps.values()} == {("start", "not running")}
    assert not [key for key in steps if "/volume/" in key or "/job/" in key]
    assert installation.tree() == before


def test_fingerprints_are_computed_as_they_were(opened):
    """Equal things would hide another rule from the plan: here the digests themselves count."""
    wanted = opened.desired().entries
    for key, entry in recorded(opened).items():
        if entry.fingerprint.startswith(f"{FINGERPRINT}:"):
            assert fingerprint(entry.thing) == entry.fingerprint, key
            assert wanted[key].fingerprint == entry.fingerprint or seeded(entry), key


def test_state_and_journals_are_readable(installation, opened):
    found = state.read(installation.home)
    assert found is not None
    assert (found.project, found.version) == (installation.project, state.VERSION)
    assert opened.engine.name == found.engine.name
    assert history.unfinished(installation.home) is None
    last = history.last(installation.home)
    assert last is not None
    assert (last.head.verb, last.head.scope, last.outcome) == ("up", "dev", "done")
    assert last.keys("begin")
    assert last.head.world.environments() == {"prod", "dev", "machine"}


def test_secrets_are_readable_and_those_that_are_given(installation, opened):
    for name in ("prod", "dev"):
        given = installation.env(name)
        values = opened.store.values(name)
        assert {ref.name: value.reveal() for ref, value in values.items()}.items() <= given.items()
        assert "POSTGRES_PASSWORD" in {ref.name for ref in values}


def test_addresses_and_routes_are_readable(installation, opened):
    data = read_bytes(installation.home / "allocations.json")
    addresses = msgspec.json.decode(data, type=Allocated).addresses
    runs = {key for key, one in recorded(opened).items() if isinstance(one.thing, Instance | Job)}
    assert runs - {*EDGE_SIDES} <= addresses.keys()
    assert opened.ports.http == installation.http_port
    stored = fragments.stored(opened.edge)
    assert stored.keys() == {"tiny.prod", "tiny.dev"}
    assert stored == fragments.in_force(opened.edge)
    assert all(one.routes for one in stored.values())


def test_programs_are_readable_and_not_taken_for_running(installation):
    folders = [path.parent for path in installation.run.glob("*/*/program.json")]
    assert len(folders) > 10
    for folder in folders:
        wanted, ran = program.load(folder), record.read(folder)
        assert wanted is not None
        assert wanted.labels["thing"]
        assert ran is not None
        assert ran.labels == wanted.labels
    assert installation.left() == []


def test_it_really_comes_up_again(installation):
    """The data of PostgreSQL are its own affair and too large to keep: they are made anew."""
    make_data(installation)
    secrets = (installation.home / "secrets" / "dev.json").read_bytes()
    addresses = (installation.home / "allocations.json").read_bytes()
    assert {action for action, _ in installation.steps("up", "--yes").values()} == {"start"}
    assert "no changes" in installation.call("plan").out, installation.said()
    assert installation.page("prod") == "prod says hello\n"
    assert installation.page("dev") == "dev says welcome\n"
    assert installation.query("prod", "select current_user") == [("tiny",)]
    assert (installation.home / "secrets" / "dev.json").read_bytes() == secrets
    assert (installation.home / "allocations.json").read_bytes() == addresses
    installation.assert_clean()


def make_data(installation: Kept) -> None:
    """Databases with the kept passwords, in the kept installation's volumes."""
    other = Kept.__new__(Kept)
    other.folder = installation.folder.with_name("other")
    other.home, other.project = other.folder / ".partywall", installation.project
    other.run = other.home / "run"
    kept.fresh_copy(installation.folder, other.folder)
    try:
        other.call("up", "--yes")
        other.call("down", "--all", "--yes")
        uids = msgspec.json.decode(
            (installation.home / "allocations.json").read_bytes(), type=Allocated
        ).uids
        for name in ("prod", "dev"):
            folder = installation.home / "data" / name
            for made in (other.home / "data" / name).iterdir():
                target = folder / made.name
                target.rmdir()
                shutil.copytree(made, target)
            if os.geteuid() == 0:
                for path in folder.rglob("*"):
                    os.lchown(path, uids[name], uids[name])
    finally:
        other.close()
