"""A budget is shared out by need, never below what a service needs, and never more than it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partywall.axes.needs import KINDS, MIB, ROLES, kind, need
from partywall.axes.shares import Claim, divide, guaranteed, overdrawn, shared_out
from partywall.model.app import Role
from partywall.model.world import Instance, Job, Limit


def service(name: str, role: Role = Role.APP, **more: Any) -> Instance:
    return Instance(**{"key": f"dev/{name}", "service": name, "role": role, **more})


def budget(*things: Instance | Job, mib: int = 1000, said: dict[str, int] | None = None) -> Limit:
    limit = Limit(
        key="dev/limit/budget",
        cpus=1.6,
        memory_bytes=mib * MIB,
        pids=1000,
        reserved_bytes=mib * MIB // 4,
    )
    return shared_out(limit, things, said or {})


def sizes(limit: Limit) -> dict[str, int]:
    return {one.key.partition("/")[2]: one.memory_bytes // MIB for one in limit.portions}


CLAIMS = st.lists(
    st.builds(
        lambda least, weight, more, times: Claim(
            least=least, weight=weight, most=None if more is None else least + more, times=times
        ),
        st.integers(0, 300),
        st.integers(0, 2000),
        st.none() | st.integers(0, 500),
        st.integers(1, 4),
    ),
    max_size=8,
)


@given(total=st.integers(0, 20_000), claims=CLAIMS, unit=st.sampled_from([1, 7, 64]))
def test_shares_are_never_more_than_there_is_and_never_less_than_the_least(
    total: int, claims: list[Claim], unit: int
) -> None:
    got = divide(total, claims, unit)
    least = sum(one.least * one.times for one in claims)
    taken = sum(size * one.times for size, one in zip(got, claims, strict=True))
    assert taken <= max(total, least)
    for size, one in zip(got, claims, strict=True):
        assert one.least <= size
        assert one.most is None or size <= one.most


def test_what_one_may_not_have_goes_to_the_others() -> None:
    claims = [Claim(least=10, weight=100, most=20), Claim(least=10, weight=100)]
    assert divide(100, claims) == [20, 80]


def test_nothing_but_rounding_is_left_over() -> None:
    claims = [Claim(least=1, weight=weight) for weight in (3, 5, 7)]
    assert 1000 - sum(divide(1000, claims)) < len(claims)


def test_a_declared_need_counts_as_it_is_written() -> None:
    for definition in (
        {"mem_limit": "104857600"},
        {"deploy": {"resources": {"limits": {"memory": "104857600"}}}},
    ):
        found = need(service("web", definition=definition))
        assert (found.bytes, found.most_bytes) == (100 * MIB, 100 * MIB)
        assert found.why == "the limit in the Compose file"
    reserved = {"deploy": {"resources": {"reservations": {"memory": "209715200"}}}}
    assert need(service("web", definition=reserved)).bytes == 200 * MIB
    assert need(service("web", definition={"mem_reservation": "209715200"})).most_bytes is None
    found = need(service("web", definition={"mem_limit": "104857600"}), 50 * MIB)
    assert (found.bytes, found.why) == (50 * MIB, "said in partywall.yaml")


def test_the_word_of_the_compose_file_is_stronger_than_a_minimum() -> None:
    tight = {"mem_limit": "20971520", "pids_limit": 5, "cpus": 0.25, "scale": 3}
    found = need(service("db", Role.DATABASE, image="postgres:17", definition=tight))
    assert (found.least_bytes, found.least_pids, found.most_pids) == (20 * MIB, 5, 5)
    assert (found.most_cpus, found.weight, found.containers) == (0.25, 256, 3)


@pytest.mark.parametrize("said", ["${MEMORY}", "-1", "0", None, "lots"])
def test_what_is_no_amount_declares_nothing(said: object) -> None:
    found = need(service("web", definition={"mem_limit": said, "cpus": said, "pids_limit": said}))
    assert (found.most_bytes, found.most_cpus, found.most_pids) == (None, None, None)
    assert found.why == "customary for the role app"


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("postgres:17", "PostgreSQL"),
        ("docker.io/library/mariadb:11@sha256:0a", "MySQL"),
        ("redis", "Redis"),
        ("quay.io/keycloak/keycloak:26", "a program on the JVM"),
        ("elasticsearch:8", "a search engine on the JVM"),
        ("shop:1", "the role app"),
    ],
)
def test_a_kind_is_told_by_the_image(image: str, name: str) -> None:
    assert kind(service("x", image=image)).name == name


def test_a_job_is_a_job_and_a_variable_tells_a_jvm() -> None:
    assert kind(service("x", Role.JOB, image="postgres:17")) is ROLES[Role.JOB]
    java = service("x", image="shop:1", environment={"JAVA_TOOL_OPTIONS": "-Xmx64m"})
    assert kind(java).name == "a program on the JVM"


def test_every_minimum_has_a_reason_and_is_not_above_what_is_usual() -> None:
    assert set(ROLES) == set(Role)
    for one in (*KINDS, *ROLES.values()):
        assert one.why
        assert 6 < one.least <= one.usual


def test_the_page_holds_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs/architectures/limits.md").read_text()
    for one in (*KINDS, *ROLES.values()):
        row = f"| {one.name} | {one.least} MiB | {one.usual} MiB | {one.pids} | {one.why} |"
        assert row in page


def test_portions_follow_need_above_the_least() -> None:
    job = service("migrate", Role.JOB)
    made = budget(
        service("db", Role.DATABASE, image="postgres:17"),
        service("web", Role.WEB, definition={"mem_limit": str(64 * MIB)}),
        Job(key="dev/job/migrate", instance=job),
    )
    assert sum(sizes(made).values()) <= 1000
    assert sizes(made)["web"] == 64
    assert sizes(made)["db"] > 3 * sizes(made)["job/migrate"]
    assert sum(one.reserved_bytes for one in made.portions) <= made.reserved_bytes


def test_more_containers_of_one_service_share_what_it_gets() -> None:
    three = budget(service("web", definition={"scale": 3}), service("other"))
    assert sizes(three)["web"] * 3 + sizes(three)["other"] <= 1000
    assert sizes(three)["web"] == pytest.approx(sizes(three)["other"], abs=1)


def test_the_settings_say_what_a_service_needs() -> None:
    made = budget(service("a"), service("b"), said={"a": 900 * MIB})
    assert sizes(made)["a"] > 2 * sizes(made)["b"]
    assert made.portion("dev/a").why == "said in partywall.yaml"  # type: ignore[union-attr]
    assert made.portion("dev/c") is None


def test_cores_are_guaranteed_by_weight_and_never_more_than_there_are() -> None:
    made = budget(
        service("db", Role.DATABASE), service("a"), service("b", definition={"cpus": "0.1"})
    )
    cores = guaranteed(made)
    assert sum(cores.values()) <= made.cpus
    assert cores["dev/db"] == cores["dev/a"] > cores["dev/b"]
    assert {one.key: one.cpus for one in made.portions} == {
        "dev/db": 1.6,
        "dev/a": 1.6,
        "dev/b": 0.1,
    }


def test_too_small_a_reservation_is_none() -> None:
    made = budget(*(service(name, image="redis:7") for name in "abcdef"), mib=100)
    assert {one.reserved_bytes for one in made.portions} == {0}


def test_a_budget_that_cannot_hold_the_minimums_is_refused_with_the_sum() -> None:
    db, web = service("db", Role.DATABASE, image="postgres:17"), service("web", Role.WEB)
    assert overdrawn(budget(db, web, mib=72)) == ""
    assert overdrawn(budget(db, service("web", Role.WEB, definition={"scale": 2}), mib=72)) == (
        "dev/limit/budget is 72 MiB of memory, and its services cannot work with less than 96 "
        "MiB: db 48 MiB + 2 of web 48 MiB"
    )


def test_so_is_one_of_processes() -> None:
    limit = Limit(key="dev/limit/budget", cpus=1, memory_bytes=MIB << 10, pids=30)
    assert overdrawn(shared_out(limit, [service("a"), service("b")])) == (
        "dev/limit/budget is 30 processes, and its services cannot work with less than 32: "
        "a 16 + b 16"
    )
