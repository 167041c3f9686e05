"""How a server on a copy is set: like production in what it does, and silent towards the world.

All pure: texts of settings in, texts of files out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from partywall.data.postgres.snapshots.versions import major

QUESTION = """SELECT name, setting FROM pg_settings
    WHERE source IN ('configuration file', 'command line', 'environment variable')
    AND context <> 'internal' ORDER BY name"""
"""What somebody has set for the whole server; numbers are in the setting's own unit."""

_NOT_TAKEN = re.compile(
    r"""
    archive_.* | restore_command | recovery_.* | primary_.* | promote_trigger_file | hot_standby.*
    | synchronous_standby_names | wal_receiver_.* | wal_retrieve_.* | wal_keep_.* | wal_sender_.*
    | max_slot_.* | max_wal_senders | max_replication_slots | track_commit_timestamp_buffers
    | (config|hba|ident)_file | data_directory.* | external_pid_file | .*_directories
    | listen_addresses | port | unix_socket_.* | ssl.* | bonjour.* | krb_.* | gss_.*
    | log_.* | logging_collector | syslog_.* | event_source | cluster_name | update_process_title
    | shared_buffers | effective_cache_size | huge_page.* | shared_memory_type | min_dynamic_.*
    | dynamic_shared_memory_type | shared_preload_libraries | session_preload_libraries
    | max_logical_replication_workers | max_sync_workers_.* | max_active_replication_origins
    | cron\..* | pg_net\..* | timescaledb\.telemetry_level | oauth_.*
    """,
    re.VERBOSE,
)
"""Where files are, who may come in, what goes out, what is written, and what takes memory."""
_SPEAKING = frozenset({"pg_net", "pgsql_http", "pg_amqp", "wal2json"})
"""Libraries whose workers call others by themselves."""
_OURS = {
    "archive_mode": "off",
    "synchronous_standby_names": "",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "wal_level": "replica",
    "cron.launch_active_jobs": "off",
    "cron.max_running_jobs": "0",
    "timescaledb.telemetry_level": "off",
    "ssl": "off",
    "huge_pages": "off",
    "unix_socket_directories": "",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "server.log",
    "log_file_mode": "0600",
    "log_rotation_age": "0",
    "log_rotation_size": "0",
}
"""No archive, no subscription, no scheduled job, no way in but the one that is opened for it.

`pg_cron` is loaded, since `cron.schedule` in a migration needs it; it starts a job only while fewer
run than it may (all versions since 1.1, whatever its database is), and the other one is since 1.6.
"""
_HBA = "host all all all md5\n"
"""Passwords alone; `md5` takes those that were kept as SCRAM, too."""
_KIB = 1 << 10
_MIB = 1 << 20
_WORK = {
    # Name: what PostgreSQL takes by itself, the bytes of one, and the part of its memory at most.
    "work_mem": (4096, _KIB, 64),
    "maintenance_work_mem": (65536, _KIB, 8),
    "temp_buffers": (1024, 8 * _KIB, 32),
}
_AUTOVACUUM = 32
"""Three of them are at work at once, each with as much as this part."""
_SPARSE = 12
"""The first version whose log can be of files with holes."""


def files(settings: Iterable[tuple[str, str]], libraries: str, memory_bytes: int) -> dict[str, str]:
    """The files of a data directory that say how its server is set.

    Args:
        settings: names and values that production's server was given.
        libraries: its `shared_preload_libraries`.
        memory_bytes: what the server on the copy may take.
    """
    taken = {name: value for name, value in settings if not _NOT_TAKEN.fullmatch(name)}
    if libs := quiet(libraries):
        taken["shared_preload_libraries"] = libs
    whole = {**taken, **_OURS, **memory(memory_bytes), **work(taken, memory_bytes)}
    return {
        "postgresql.conf": text(whole),
        "postgresql.auto.conf": "",
        "pg_hba.conf": _HBA,
        "pg_ident.conf": "",
    }


def hasty(version: str) -> dict[str, str]:
    """Until a server on a copy of raw data has recovered: it is lost with the copy, or not at all.

    Its log begins with a new file, which need not be filled.
    """
    sparse = {"wal_init_zero": "off"} if major(version) >= _SPARSE else {}
    return {"fsync": "off", **sparse}


def quiet(libraries: str) -> str:
    """The same list without what calls others by itself."""
    names = [name.strip().strip('"') for name in libraries.split(",")]
    return ",".join(name for name in names if name and name not in _SPEAKING)


def memory(allowed: int) -> dict[str, str]:
    """What a server takes at most a quarter of its memory for: PostgreSQL's own rule."""
    return {
        "shared_buffers": f"{max(16, min(256, allowed // 4 // _MIB))}MB",
        "effective_cache_size": f"{max(32, allowed // 2 // _MIB)}MB",
    }


def work(settings: Mapping[str, str], allowed: int) -> dict[str, str]:
    """What one statement may take, as in production, but never so much that the server is killed.

    Args:
        settings: production's, each in its own unit.
        allowed: bytes that the server may take.
    """
    capped = {
        name: min(int(settings.get(name, usual)), allowed // part // unit)
        for name, (usual, unit, part) in _WORK.items()
    }
    vacuum = int(settings.get("autovacuum_work_mem", -1))
    vacuum = capped["maintenance_work_mem"] if vacuum < 0 else vacuum
    capped["autovacuum_work_mem"] = min(vacuum, allowed // _AUTOVACUUM // _KIB)
    return {name: str(value) for name, value in capped.items()}


def text(settings: Mapping[str, str]) -> str:
    """A configuration file."""
    lines = (f"{name} = '{_quoted(value)}'\n" for name, value in sorted(settings.items()))
    return "# Written by Partywall for a server on a copy.\n" + "".join(lines)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
