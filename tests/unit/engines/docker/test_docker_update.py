"""Of which services two may answer for a moment."""

from __future__ import annotations

import pytest
from docker_captures import WEB
from msgspec import structs

from partywall.engines.docker.update import gap
from partywall.model.app import Mount, Role
from partywall.model.world import Entry, Instance, Job, Volume

DATA = Mount(kind="volume", source="dev/volume/data", target="/data")
PLAIN = structs.replace(WEB, key="dev/web", role=Role.WEB, mounts=())


def neighbour(*mounts: Mount, key: str = "dev/other") -> Entry:
    return Entry(thing=structs.replace(PLAIN, key=key, mounts=mounts), fingerprint="")


@pytest.mark.parametrize("role", [Role.WEB, Role.APP, Role.FILES])
def test_what_answers_visitors_may_be_there_twice(role: Role):
    assert gap(structs.replace(PLAIN, role=role), []) == ""


@pytest.mark.parametrize("role", [Role.DATABASE, Role.CACHE, Role.BROKER, Role.WORKER, Role.EDGE])
def test_what_holds_or_fetches_may_not(role: Role):
    assert gap(structs.replace(PLAIN, role=role), []) == f"a {role.value} must not run twice"


def test_data_that_it_alone_writes_have_one_writer():
    alone = structs.replace(PLAIN, mounts=(DATA,))
    own = Entry(thing=alone, fingerprint="")
    reader = neighbour(structs.replace(DATA, read_only=True))
    assert gap(alone, [own, reader]) == "nobody else writes to dev/volume/data"
    assert gap(alone, [own, neighbour(DATA)]) == ""


def test_a_job_that_writes_is_a_writer_too():
    alone = structs.replace(PLAIN, mounts=(DATA,))
    job = structs.replace(alone, key="dev/job/seed")
    assert isinstance(job, Instance)
    others = [
        Entry(thing=Job(key=job.key, instance=job), fingerprint=""),
        Entry(thing=Volume(key="dev/volume/data", name="data"), fingerprint=""),
    ]
    assert gap(alone, others) == ""


def test_what_is_only_read_or_only_in_memory_is_no_data():
    mounts = (structs.replace(DATA, read_only=True), Mount(kind="tmpfs", source="", target="/run"))
    assert gap(structs.replace(PLAIN, mounts=mounts), []) == ""


def test_who_lives_with_another_one_and_the_other_one_are_replaced_with_a_gap():
    lodger = structs.replace(
        PLAIN, key="dev/side", service="side", definition={"network_mode": "service:web"}
    )
    host = structs.replace(PLAIN, service="web")
    assert gap(lodger, []) == "it lives with web"
    assert gap(host, [Entry(thing=lodger, fingerprint="")]) == "side lives with it"
