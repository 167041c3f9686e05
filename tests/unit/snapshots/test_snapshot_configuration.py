"""How a server on a copy is set: like production in what it does, silent towards the world."""

from __future__ import annotations

import pytest

from partywall.data.postgres.snapshots.configuration import files, hasty, quiet, text
from partywall.data.postgres.snapshots.versions import major

GIB = 1 << 30


def configured(*settings: tuple[str, str], libraries: str = "") -> dict[str, str]:
    """What its configuration file says."""
    lines = files(settings, libraries, GIB)["postgresql.conf"].splitlines()
    pairs = (line.split(" = ", 1) for line in lines if not line.startswith("#"))
    return {name: value[1:-1] for name, value in pairs}


def test_what_decides_how_statements_behave_is_as_in_production() -> None:
    made = configured(("TimeZone", "Europe/Berlin"), ("work_mem", "4096"), ("jit", "off"))
    assert made["TimeZone"] == "Europe/Berlin"
    assert made["work_mem"] == "4096"
    assert made["jit"] == "off"


@pytest.mark.parametrize(
    ("name", "value", "now"),
    [
        ("archive_mode", "on", "off"),
        ("archive_command", "cp %p /backup/%f", None),
        ("synchronous_standby_names", "ANY 1 (a, b)", ""),
        ("primary_conninfo", "host=prod", None),
        ("max_logical_replication_workers", "4", "0"),
        ("hba_file", "/etc/postgresql/pg_hba.conf", None),
        ("ssl", "on", "off"),
        ("shared_buffers", "1048576", "256MB"),
        ("cron.host", "localhost", None),
        ("cron.launch_active_jobs", "on", "off"),
        ("cron.max_running_jobs", "32", "0"),
        ("log_directory", "/var/log/postgresql", "log"),
        ("unix_socket_directories", "/var/run/postgresql", ""),
    ],
)
def test_what_would_reach_out_or_read_elsewhere_is_not(
    name: str, value: str, now: str | None
) -> None:
    assert configured((name, value)).get(name) == now


def test_libraries_that_call_others_by_themselves_are_not_loaded() -> None:
    assert quiet('pg_stat_statements, "pg_net",pg_cron') == "pg_stat_statements,pg_cron"
    assert "shared_preload_libraries" not in configured(libraries="pg_net")


def test_a_quarter_of_the_memory_is_for_buffers_and_never_next_to_nothing() -> None:
    assert configured()["shared_buffers"] == "256MB"
    small = files((), "", 1 << 20)["postgresql.conf"]
    assert "shared_buffers = '16MB'" in small


def test_no_job_of_pg_cron_starts_whatever_its_version_and_database() -> None:
    made = configured(("cron.database_name", "app"), libraries="pg_cron")
    assert made["shared_preload_libraries"] == "pg_cron"
    assert (made["cron.max_running_jobs"], made["cron.launch_active_jobs"]) == ("0", "off")


@pytest.mark.parametrize(
    ("settings", "name", "many"),
    [
        ((), "work_mem", 4096),
        ((("work_mem", "1048576"),), "work_mem", 16384),
        ((), "maintenance_work_mem", 65536),
        ((("maintenance_work_mem", "4194304"),), "maintenance_work_mem", 131072),
        ((), "autovacuum_work_mem", 32768),
        ((("autovacuum_work_mem", "-1"),), "autovacuum_work_mem", 32768),
        ((("autovacuum_work_mem", "2048"),), "autovacuum_work_mem", 2048),
        ((("maintenance_work_mem", "1024"),), "autovacuum_work_mem", 1024),
        ((("temp_buffers", "131072"),), "temp_buffers", 4096),
        ((("temp_buffers", "100"),), "temp_buffers", 100),
    ],
)
def test_no_statement_takes_so_much_that_the_copy_is_killed(
    settings: tuple[tuple[str, str], ...], name: str, many: int
) -> None:
    assert configured(*settings)[name] == str(many)


def test_a_quote_in_a_value_stays_one() -> None:
    assert text({"search_path": "\"$user\", 'odd\\'"}).endswith("= '\"$user\", ''odd\\\\'''\n")


def test_only_passwords_let_in_and_nothing_set_by_hand_is_left() -> None:
    made = files((), "", GIB)
    assert made["pg_hba.conf"] == "host all all all md5\n"
    assert made["postgresql.auto.conf"] == ""
    assert made["pg_ident.conf"] == ""


def test_what_recovers_on_a_copy_does_not_wait_for_the_disk() -> None:
    assert hasty("11.22") == {"fsync": "off"}
    assert hasty("19beta1") == hasty("18.1") == {"fsync": "off", "wal_init_zero": "off"}


def test_versions_that_are_not_out_yet_have_a_number() -> None:
    assert [major(one) for one in ("18.1", "19beta1", "20devel", "9.6.24", "")] == [
        18,
        19,
        20,
        9,
        0,
    ]
