"""Secrets: in the program's environment and secret files, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench import Bench, until

from partywall.engines.embedded.supervise import control
from partywall.engines.embedded.supervise.failure import SupervisionError
from partywall.engines.embedded.supervise.program import Health

pytestmark = pytest.mark.scenario
CANARY = "canary-5f1c77"


def secrets(bench: Bench) -> str:
    path = bench.folder / "secrets.json"
    path.write_text(json.dumps({"DB": {"3": CANARY}}))
    path.chmod(0o600)
    return str(path)


def test_a_secret_reaches_the_program_and_no_other_place(bench: Bench) -> None:
    target = bench.folder / "server.conf"
    text = "url=postgres://app:__PW_SECRET_DB_V3__@db"
    fields = {
        "secrets": secrets(bench),
        "environment": {"URL": text},
        "secret_files": {str(target): f"{text}\n"},
        "health": Health(("/bin/sh", "-c", "echo $URL"), interval=0.1),
    }
    state = bench.up(
        "dev/web", "/bin/sh", "-c", "echo $URL | wc -c; exec /bin/sleep 1000", **fields
    )
    assert CANARY.encode() in Path(f"/proc/{state.pid}/environ").read_bytes()
    assert target.read_text() == f"url=postgres://app:{CANARY}@db\n"
    assert target.stat().st_mode & 0o777 == 0o600
    assert state.health_says == "url=postgres://app:****@db"
    control.restart(bench.run, "dev/web")
    control.ready(bench.run, "dev/web", 10)
    places = [path for path in bench.folder.rglob("*") if path.is_file()]
    found = {path.name for path in places if CANARY.encode() in path.read_bytes()}
    assert found == {"secrets.json", "server.conf"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in bench.run.rglob("*"))
    assert CANARY not in repr(control.states(bench.run))
    assert not _in_arguments()


def _in_arguments() -> list[Path]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if CANARY.encode() in path.read_bytes():
                lines.append(path)
        except OSError:
            continue
    return lines


def test_a_missing_version_is_named_without_values(bench: Bench) -> None:
    environment = {"A": "__PW_SECRET_DB_V4__"}
    control.want(
        bench.run, bench.program("dev/web", secrets=secrets(bench), environment=environment)
    )
    until(lambda: bench.state("dev/web").failed == "the secret DB has no version 4")
    assert CANARY not in bench.log("dev/web")


def test_a_secret_in_an_argument_is_refused(bench: Bench) -> None:
    with pytest.raises(SupervisionError, match="may not stand in an argument"):
        control.want(bench.run, bench.program("dev/web", "/bin/echo", "__PW_SECRET_DB_V3__"))


def test_a_secret_file_is_not_written_through_a_planted_link(bench: Bench) -> None:
    victim, target = bench.folder / "victim", bench.folder / "server.conf"
    victim.write_text("mine")
    target.symlink_to(victim)
    bench.up("dev/web", secret_files={str(target): "text"})
    assert victim.read_text() == "mine"
    assert not target.is_symlink()
