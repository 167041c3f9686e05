"""Event triggers that write into the log what only the session itself can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMA = "partywall_rehearsal"
"""Ours for as long as something is watched; nothing of it counts as the app's."""
MARK = "partywall-rehearsal "
"""What a message begins with that is ours; JSON follows."""
_EVENTS = ("ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite")
_FUNCTION = """
CREATE FUNCTION partywall_rehearsal.say() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET client_min_messages = error AS $say$
DECLARE
    things jsonb;
BEGIN
    CASE tg_event
    WHEN 'ddl_command_end' THEN
        SELECT jsonb_agg(jsonb_build_object('kind', object_type, 'name', object_identity,
            'oid', objid::bigint)) INTO things FROM pg_event_trigger_ddl_commands();
    WHEN 'sql_drop' THEN
        SELECT jsonb_agg(jsonb_build_object('kind', object_type, 'name', object_identity,
            'oid', objid::bigint)) INTO things FROM pg_event_trigger_dropped_objects()
        WHERE original OR object_type IN ('table', 'table column');
    WHEN 'table_rewrite' THEN
        things := jsonb_build_array(jsonb_build_object('kind', 'table', 'name', '',
            'oid', pg_event_trigger_table_rewrite_oid()::bigint));
    ELSE
        NULL;
    END CASE;
    RAISE LOG 'partywall-rehearsal %', jsonb_build_object(
        'event', tg_event, 'tag', tg_tag,
        'at', extract(epoch FROM clock_timestamp())::double precision,
        'wal', pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
        'patience', current_setting('lock_timeout'),
        'things', coalesce(things, '[]'),
        'reads', coalesce((SELECT jsonb_object_agg(oid::bigint::text, rows)
            FROM (SELECT oid, pg_stat_get_xact_tuples_returned(oid) AS rows FROM pg_class
                WHERE relkind IN ('r', 'm') AND oid >= 16384) AS every WHERE rows > 0), '{}'),
        'locks', coalesce((SELECT jsonb_agg(jsonb_build_object('oid', relation::bigint,
            'mode', mode)) FROM pg_locks WHERE pid = pg_backend_pid()
            AND locktype = 'relation' AND granted AND relation >= 16384), '[]'));
END $say$
"""
"""It runs with our rights and our search path, whatever the session has set for itself."""


def install(connection: Connection[Any]) -> None:
    """Have every change of the schema say what it does; sessions that are open do so, too."""
    connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
    connection.execute(_FUNCTION.encode())
    for event in _EVENTS:
        connection.execute(
            f"CREATE EVENT TRIGGER {SCHEMA}_{event} ON {event}"
            f" EXECUTE FUNCTION {SCHEMA}.say()".encode()
        )
        connection.execute(f"ALTER EVENT TRIGGER {SCHEMA}_{event} ENABLE ALWAYS".encode())


def remove(connection: Connection[Any]) -> None:
    """Leave nothing of it."""
    for event in _EVENTS:
        connection.execute(f"DROP EVENT TRIGGER IF EXISTS {SCHEMA}_{event}".encode())
    connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
