"""Handlers for what people say about posts: comments and reactions."""

from starlette.responses import JSONResponse, Response

from makapix import events
from makapix.api.call import Call
from makapix.api.refusal import Refusal

KINDS = ("heart", "star", "fire", "laugh")


def comment(call: Call) -> Response:
    """Add a comment to a post."""
    user, number = call.user(), call.number("post")
    call.limit("comment", 30, user["id"])
    body = call.text("body", 1000)
    with call.services.database.transaction() as connection:
        added = connection.execute(
            """INSERT INTO comments (post_id, author_id, body)
               SELECT id, %s, %s FROM posts WHERE id = %s RETURNING id""",
            (user["id"], body, number),
        ).fetchone()
        if added is None:
            raise Refusal(404, "there is no such post")
        events.record(connection, "comment", user["id"], post=number)
    return JSONResponse({"comment": {"author": user["handle"], "body": body}}, 201)


def react(call: Call) -> Response:
    """Add a reaction; a second one of the same kind changes nothing."""
    user, number = call.user(), call.number("post")
    call.limit("reaction", 120, user["id"])
    with call.services.database.transaction() as connection:
        if not connection.execute("SELECT 1 FROM posts WHERE id = %s", (number,)).fetchone():
            raise Refusal(404, "there is no such post")
        added = connection.execute(
            """INSERT INTO reactions (post_id, user_id, kind) VALUES (%s, %s, %s)
               ON CONFLICT DO NOTHING""",
            (number, user["id"], _kind(call)),
        )
        if added.rowcount:
            events.record(connection, "reaction", user["id"], post=number)
    return Response(status_code=204)


def unreact(call: Call) -> Response:
    """Take a reaction back; when there is none, that is fine."""
    user, number = call.user(), call.number("post")
    with call.services.database.transaction() as connection:
        gone = connection.execute(
            "DELETE FROM reactions WHERE post_id = %s AND user_id = %s AND kind = %s",
            (number, user["id"], _kind(call)),
        )
        if gone.rowcount:
            events.record(connection, "unreaction", user["id"], post=number)
    return Response(status_code=204)


def _kind(call: Call) -> str:
    kind = str(call.path["kind"])
    if kind not in KINDS:
        raise Refusal(404, f"a reaction is one of {', '.join(KINDS)}")
    return kind
