"""The queue between API and worker: rows written in the same transaction as what they report."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from makapix.database import Connection, Row

# An event that fails this often is left alone, so that it does not hold up the others.
MAX_ATTEMPTS = 5


def record(
    connection: "Connection",
    kind: str,
    actor: int,
    *,
    post: int | None = None,
    user: int | None = None,
) -> None:
    """Note that ``actor`` did something to a post or a user."""
    connection.execute(
        "INSERT INTO events (kind, actor_id, post_id, user_id) VALUES (%s, %s, %s, %s)",
        (kind, actor, post, user),
    )


def take(connection: "Connection") -> "Row | None":
    """Take the oldest event off the queue; it comes back if the transaction fails.

    Several workers may take at once: each skips what another one holds.
    """
    return connection.execute(
        """DELETE FROM events WHERE id = (
               SELECT id FROM events WHERE attempts < %s
               ORDER BY attempts, id LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING id, kind, actor_id, post_id, user_id""",
        (MAX_ATTEMPTS,),
    ).fetchone()


def note_failure(connection: "Connection", event: int) -> None:
    """Count one more failed attempt at an event."""
    connection.execute("UPDATE events SET attempts = attempts + 1 WHERE id = %s", (event,))
