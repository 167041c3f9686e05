"""A proof beside an installation that is in use: nothing of it is another afterwards."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from partywall.proof.inside.resp import Connection
from partywall.proof.inside.session import Session
from scenarios.installation import Installation, until

pytestmark = pytest.mark.scenario
NAMES = ("prod", "dev")
OWN = (".partywall/proof/", ".partywall/locks/", ".partywall/inside/", ".partywall/run/")
"""What the last proof said, empty files of locks, and how agents get in; and what is noted of
every program's health, which changes without a proof, too."""

_COLUMNS = """
    SELECT n.nspname, c.relname, c.relkind::text, a.attname, a.atttypid::regtype::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY 1, 2, 4
"""
_ROLES = "SELECT rolname, rolsuper, rolcanlogin FROM pg_roles ORDER BY 1"
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)' ORDER BY 1"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def rows(one: Installation, name: str) -> dict[str, Any]:
    """What a database has: its schemas, tables, columns, roles, and a digest of every table."""
    tables = [row[0] for row in one.query(name, _TABLES)]
    digest = "SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {} t"
    return {
        "columns": one.query(name, _COLUMNS),
        "roles": one.query(name, _ROLES),
        "schemas": one.query(name, _SCHEMAS),
        "rows": {table: one.query(name, digest.format(table)) for table in tables},
    }


def keys(one: Installation, name: str) -> list[str]:
    """The names of a cache's keys."""
    with Connection(*one.address(f"{name}/cache")) as cache:
        cache.call("AUTH", one.env(name)["REDIS_PASSWORD"])
        found = cache.call("KEYS", "*")
    assert isinstance(found, list)
    return sorted(map(str, found))


def kept(one: Installation, name: str) -> list[str]:
    """Topics of what a broker keeps for whoever comes."""
    host, port = one.address(f"{name}/mqtt")
    login = {"user": "makapix", "password": one.env(name)["MQTT_PASSWORD"]}
    with Session({"host": host, "port": port, **login}) as session:
        assert session.subscribe("#")
        session.publish("marker", "after whatever was kept")
        assert session.hears("marker", 5)
        return sorted({topic for topic, retained, _ in session.heard if retained})


def files(folder: Path) -> dict[str, str]:
    """Path, kind and mode → digest, of everything in a folder; empty folders count."""
    return {
        f"{path.relative_to(folder)} {path.lstat().st_mode:o}": hashlib.sha256(
            path.read_bytes() if path.is_file() else b""
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
    }


def everything(one: Installation) -> dict[str, Any]:
    """All that a proof must leave as it is."""
    config = {name: text for name, text in one.tree().items() if not name.startswith(OWN)}
    return {
        "processes": {name: one.processes(name) for name in (*NAMES, "shared", "machine")},
        "files": config,
        "vaults": {name: files(one.home / "data" / name / "vault") for name in NAMES},
        "routes": one.world().entries.keys(),
        "pages": {name: one.page(name) for name in NAMES},
        "databases": {name: rows(one, name) for name in NAMES},
        "keys": {name: keys(one, name) for name in NAMES},
        "kept": {name: kept(one, name) for name in NAMES},
    }


def test_a_proof_changes_nothing_and_fails_no_request(real_app: Installation) -> None:
    """Three of them, while somebody reads production's pages."""
    real_app.vault("prod", "kept.txt").write_text("somebody's picture")
    before = everything(real_app)
    plan = real_app.document("plan")["changes"]
    failed: list[int] = []
    asked = 0
    over = threading.Event()

    def reading() -> None:
        nonlocal asked
        while not over.is_set():
            status, _ = real_app.get(f"{real_app.project}.localhost")
            asked += 1
            failed.extend([status] if status != 200 else [])

    reader = threading.Thread(target=reading)
    reader.start()
    try:
        reports = [json.loads(real_app.call("prove", "--json").out) for _ in range(3)]
    finally:
        over.set()
        reader.join()
    assert [report["left"] for report in reports] == [[], [], []]
    assert {row["verdict"] for report in reports for row in report["probes"]} <= {
        *("held", "shared by design", "could not try")
    }
    assert asked > 0
    assert failed == []
    until(lambda: not _agents(real_app), what="agents have ended")
    after = everything(real_app)
    assert {name for name in before if before[name] != after[name]} == set()
    assert real_app.document("plan")["changes"] == plan == 0
    real_app.vault("prod", "kept.txt").unlink()


def _agents(one: Installation) -> list[int]:
    return [
        process.pid
        for _, process in one.marked()
        if b"partywall.proof.inside" in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_proof_puts_a_bounded_load_on_each(real_app: Installation, name: str) -> None:
    assert 0 < real_app.document("prove")["attempts"][name] < 120
