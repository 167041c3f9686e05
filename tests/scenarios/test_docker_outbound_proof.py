"""The wall `outbound` on a real engine: mail reaches nobody, and nothing runs by the clock."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from partywall.proof.probe import Attempt, Verdict
from partywall.proof.prove import Report
from scenarios.boxes import Boxes, docker
from scenarios.installation import free_ports
from scenarios.sabotage import Prover, intruding, lines, table

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

COMPOSE = """
services:
  web:
    image: python:3.12-slim
    init: true
    command: ["python", "-m", "http.server", "8000"]
    expose: ["8000"]
    environment: {SMTP_HOST: smtp.example.org, SMTP_PORT: "587"}
  backup:
    image: redis:7
    init: true
    command: ["sh", "-c", "while :; do sleep 1; done"]
"""
CATCHER = """
  box:
    image: axllent/mailpit
    init: true
    command: ["sleep", "1000"]
"""
LISTENS = ("python:3.12-slim", "python", "-m", "http.server")


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments of an app that sends mail and makes backups."""
    folder = tmp_path_factory.mktemp("outbound")
    http_port, https_port = free_ports()
    edge = {"http": http_port, "https": https_port}
    one = Boxes(folder, f"post{http_port}", folder / "commons", edge)
    (one.folder / "compose.yaml").write_text(COMPOSE)
    one.settings(environments={"prod": None, "dev": None}, services={"backup": {"role": "worker"}})
    try:
        one.call("up", "--yes")
        yield one
    finally:
        one.close()


@pytest.fixture
def prover(one: Boxes) -> Prover:
    return Prover(one.folder, one.commons)


def acting(report: Report) -> Attempt:
    """The line about what runs."""
    (row,) = [row for row in report.probes if row.tried.startswith("act on the world")]
    return row


def test_what_is_turned_off_holds_and_in_production_nothing_is_tried(prover: Prover) -> None:
    report = prover.report("outbound")
    assert {(row.start, row.to) for row in report.probes} == {("dev", "outside")}
    assert {row.verdict for row in report.probes} == {Verdict.HELD}, table(report)
    rows = [row.tried for row in report.probes]
    assert rows == [
        "act on the world by one of its 1 programs that run",
        "hand in mail at mail.invalid:587, as SMTP_HOST tells dev/web",
    ]
    assert "at home: connected to" in report.probes[1].answer


@contextlib.contextmanager
def listening(one: Boxes, *options: str, port: int = 25) -> Iterator[str]:
    """A server in development's network; its address there."""
    network = f"{one.name}-dev_default"
    (name,) = docker("run", "--detach", "--rm", "--init", "--network", network, *options,
                     *LISTENS, str(port))  # fmt: skip
    try:
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        yield docker("inspect", "--format", form, name)[0]
    finally:
        docker("rm", "--force", name)


@pytest.mark.sabotage("outbound", "mail reaches a server that listens")
def test_mail_that_reaches_a_listener_is_found(prover: Prover, one: Boxes) -> None:
    with listening(one, port=2525) as address:
        told = ("--env", f"SMTP_HOST={address}", "--env", "SMTP_PORT=2525")
        with intruding(one, *told, "--network", f"{one.name}-dev_default"):
            report = prover.report("outbound")
    (hole,) = lines(report, Verdict.CROSSED)
    assert hole.tried == f"hand in mail at {address}:2525, as SMTP_HOST tells dev/intruder"
    assert f"connected to {address}:2525" in hole.answer


@pytest.mark.sabotage("outbound", "a host for mail that is a server of the world")
@pytest.mark.sabotage("outbound", "a URL for mail that is a server of the world")
@pytest.mark.sabotage("outbound", "an address for mail of the world")
@pytest.mark.parametrize(
    ("variable", "place"),
    [
        ("SMTP_HOST=smtp.acme.example", "smtp.acme.example:25"),
        ("EMAIL_URL=smtps://club:a-secret@mail.acme.example:465", "mail.acme.example:465"),
        ("GF_SMTP_HOST=192.0.2.25:587", "192.0.2.25:587"),
    ],
)
def test_a_server_of_the_world_is_found_whether_it_answers_or_not(
    prover: Prover, one: Boxes, variable: str, place: str
) -> None:
    with intruding(one, "--env", variable):
        report = prover.report("outbound")
    (hole,) = lines(report, Verdict.CROSSED)
    assert f"at {place}" in hole.tried
    assert "should have been turned off" in hole.answer
    assert "a-secret" not in report.to_json().decode()


@pytest.mark.sabotage("outbound", "somebody answers to the name that never exists")
def test_somebody_who_answers_to_the_name_that_never_exists_is_found(
    prover: Prover, one: Boxes
) -> None:
    with listening(one, "--network-alias", "mail.invalid", port=587):
        report = prover.report("outbound")
    (hole,) = lines(report, Verdict.CROSSED)
    assert "somebody answers to that name" in hole.answer


@contextlib.contextmanager
def named(image: str) -> Iterator[str]:
    """An image of this name for a while."""
    docker("tag", "redis:7", image)
    try:
        yield image
    finally:
        docker("rmi", image)


@pytest.mark.sabotage("outbound", "a service by the name of a clock, started by hand")
@pytest.mark.sabotage("outbound", "a service that makes backups, started by hand")
@pytest.mark.sabotage("outbound", "a command that runs by the clock, started by hand")
@pytest.mark.sabotage("outbound", "an image that runs things by the clock, started by hand")
@pytest.mark.sabotage("outbound", "an image that sends mail, started by hand")
@pytest.mark.parametrize(
    ("name", "runs", "what"),
    [
        ("cron", ("redis:7", "sleep", "300"), "runs things by the clock"),
        ("db-backup", ("redis:7", "sleep", "300"), "makes backups"),
        ("x", ("redis:7", "sh", "-c", "sleep 300; exec crond -f"), "runs things by the clock"),
        ("x", ("mcuadros/ofelia", "sleep", "300"), "runs things by the clock"),
        ("x", ("acme/postfix", "sleep", "300"), "sends mail"),
    ],
    ids=["by name", "a backup", "by command", "by image", "a mail server"],
)
def test_what_was_started_by_hand_and_acts_on_the_world_is_found(
    prover: Prover, one: Boxes, name: str, runs: tuple[str, ...], what: str
) -> None:
    made = named(runs[0]) if "/" in runs[0] else contextlib.nullcontext(runs[0])
    entry = ("--entrypoint", "env")
    with made, intruding(one, *entry, name=name, runs=runs):
        report = prover.report("outbound")
    row = acting(report)
    assert row.verdict is Verdict.CROSSED, table(report)
    assert row.answer == f"{name} {what}, and should be off"


def test_what_a_line_allows_is_shared_by_design(prover: Prover, one: Boxes) -> None:
    path = one.folder / "partywall.yaml"
    kept = path.read_text()
    one.settings(environments={"prod": None, "dev": {"outward": ["backup", "web"]}})
    one.call("up", "--yes")
    try:
        report = prover.report("outbound")
    finally:
        path.write_text(kept)
        one.call("up", "--yes")
    assert {row.verdict for row in report.probes} == {Verdict.SHARED}, table(report)
    assert acting(report).answer == "backup makes backups: by the line `outward` in its settings"
    assert "hand in mail at smtp.example.org:587" in report.probes[1].tried
    assert report.attempts == {}, "what is meant is not tried"


def test_a_catcher_of_its_own_may_be_reached(prover: Prover, one: Boxes) -> None:
    path = one.folder / "compose.yaml"
    kept = path.read_text()
    path.write_text(kept + CATCHER)
    with named("axllent/mailpit"):
        one.call("up", "--yes")
        try:
            report = prover.report("outbound")
        finally:
            path.write_text(kept)
            one.call("up", "--yes")
    assert {row.verdict for row in report.probes} == {Verdict.HELD}, table(report)
    assert "box shows mail and delivers none" in report.probes[1].answer
