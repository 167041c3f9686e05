"""Handlers for profiles, follows and notifications."""

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from makapix import events
from makapix.api.call import Call
from makapix.api.refusal import Refusal

if TYPE_CHECKING:
    from makapix.database import Connection, Row


def profile(call: Call) -> Response:
    """Return a user's public side."""
    viewer = call.viewer()
    with call.services.database.transaction() as connection:
        user = _find(connection, call.path["handle"])
        followed = (
            viewer
            and connection.execute(
                "SELECT 1 FROM follows WHERE follower_id = %s AND followed_id = %s",
                (viewer["id"], user["id"]),
            ).fetchone()
        )
    shown = {name: user[name] for name in ("handle", "post_count", "follower_count")}
    return JSONResponse({"user": shown | {"followed": bool(followed)}})


def follow(call: Call) -> Response:
    """Follow a user; doing so twice changes nothing."""
    follower = call.user()
    call.limit("follow", 60, follower["id"])
    with call.services.database.transaction() as connection:
        followed = _find(connection, call.path["handle"])
        if followed["id"] == follower["id"]:
            raise Refusal(400, "you cannot follow yourself")
        added = connection.execute(
            "INSERT INTO follows (follower_id, followed_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (follower["id"], followed["id"]),
        )
        if added.rowcount:
            events.record(connection, "follow", follower["id"], user=followed["id"])
    return Response(status_code=204)


def unfollow(call: Call) -> Response:
    """Stop following; when one did not, that is fine."""
    follower = call.user()
    with call.services.database.transaction() as connection:
        followed = _find(connection, call.path["handle"])
        gone = connection.execute(
            "DELETE FROM follows WHERE follower_id = %s AND followed_id = %s",
            (follower["id"], followed["id"]),
        )
        if gone.rowcount:
            events.record(connection, "unfollow", follower["id"], user=followed["id"])
    return Response(status_code=204)


def notifications(call: Call) -> Response:
    """Return the newest notifications and how many are unread."""
    user = call.user()
    with call.services.database.transaction() as connection:
        rows = connection.execute(
            """SELECT kind, handle AS actor, post_id, notifications.created_at,
                      read_at IS NOT NULL AS read
               FROM notifications JOIN users ON users.id = actor_id
               WHERE user_id = %s ORDER BY notifications.id DESC LIMIT 50""",
            (user["id"],),
        ).fetchall()
        unread = connection.execute(
            "SELECT count(*) AS n FROM notifications WHERE user_id = %s AND read_at IS NULL",
            (user["id"],),
        ).fetchone()
    for row in rows:
        row["created_at"] = row["created_at"].isoformat()
    return JSONResponse({"notifications": rows, "unread": unread["n"] if unread else 0})


def read_notifications(call: Call) -> Response:
    """Mark all of them as read."""
    user = call.user()
    with call.services.database.transaction() as connection:
        connection.execute(
            "UPDATE notifications SET read_at = now() WHERE user_id = %s AND read_at IS NULL",
            (user["id"],),
        )
    return Response(status_code=204)


def _find(connection: "Connection", handle: str) -> "Row":
    user = connection.execute(
        "SELECT id, handle, post_count, follower_count FROM users WHERE handle = %s",
        (handle.replace("\0", ""),),
    ).fetchone()
    if user is None:
        raise Refusal(404, "there is no such user")
    return user
