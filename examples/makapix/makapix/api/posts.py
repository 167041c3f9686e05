"""Handlers for the gallery and for uploading an artwork."""

import json
import logging
from typing import Any

from starlette.responses import JSONResponse, Response

from makapix import events
from makapix.api.call import Call
from makapix.api.refusal import Refusal
from makapix.database import Row
from makapix.files import artwork
from makapix.pictures import NotAPicture, Picture, examine
from makapix.vault import name_of

PAGE_SIZE = 24
SELECT = """
    SELECT posts.id, title, handle AS author, key, format, width, height, thumb_key,
           posts.created_at, reaction_count, comment_count
    FROM posts JOIN users ON users.id = author_id"""

log = logging.getLogger("makapix.api")


def gallery(call: Call) -> Response:
    """Return a page of posts, newest first; ``before`` (a post's id) and ``author`` narrow it."""
    before, author = call.query.get("before", ""), call.query.get("author", "")
    if before and not before.isdecimal():
        raise Refusal(400, "before is the number of a post")
    plain = not before and not author
    edition, page = call.services.cache.gallery() if plain else (b"", None)
    if page is None:
        page = json.dumps({"posts": _page(call, before, author)}).encode()
        if plain:
            call.services.cache.remember_gallery(edition, page)
    return Response(page, media_type="application/json")


def upload(call: Call) -> Response:
    """Take a picture into the vault and onto the gallery."""
    user = call.user()
    call.limit("upload", 30, user["id"])
    title, content = _title(call, user), call.body.get("file")
    if not isinstance(content, bytes):
        raise Refusal(400, "choose a file first")
    try:
        picture = examine(content)
    except NotAPicture as error:
        raise Refusal(400, str(error)) from None
    try:
        key = call.services.vault.store(content, picture.format)
    except OSError as error:
        log.warning("the vault took no picture: %s", error.strerror)
        raise Refusal(503, "the vault takes no pictures at the moment") from None
    post = _insert(call, user, (title, key, len(content)), picture)
    call.services.cache.forget_gallery()
    call.services.broker.announce({name: post[name] for name in ("id", "title", "author", "file")})
    log.info("post %d by user %d", post["id"], user["id"])
    return JSONResponse({"post": post}, 201)


def _title(call: Call, user: Row) -> str:
    """Return the title; who has the new flow need not think of one."""
    if not call.body.get("title") and call.services.features.new_upload_flow(user["id"]):
        return "Untitled"
    return call.text("title", 80)


def post(call: Call) -> Response:
    """Return one post with its comments and reactions."""
    number = call.number("post")
    with call.services.database.transaction() as connection:
        row = connection.execute(f"{SELECT} WHERE posts.id = %s", (number,)).fetchone()
        if row is None:
            raise Refusal(404, "there is no such post")
        comments = connection.execute(
            """SELECT handle AS author, body, comments.created_at
               FROM comments JOIN users ON users.id = author_id
               WHERE post_id = %s ORDER BY comments.id LIMIT 200""",
            (number,),
        ).fetchall()
        reactions = connection.execute(
            "SELECT kind, count(*) AS n FROM reactions WHERE post_id = %s GROUP BY kind", (number,)
        ).fetchall()
    for comment in comments:
        comment["created_at"] = comment["created_at"].isoformat()
    counts = {reaction["kind"]: reaction["n"] for reaction in reactions}
    return JSONResponse({"post": as_json(row), "comments": comments, "reactions": counts})


def file(call: Call) -> Response:
    """Return a file of the vault on the page's own host.

    For browsers that may not load it from the vault's host, as when that one asks for a password.
    """
    return artwork(call.services.vault, call.path["name"])


def as_json(row: Row) -> dict[str, Any]:
    """Return a post as the page sees it; file names are relative to the vault."""
    shown = {name: row[name] for name in ("id", "title", "author", "format", "width", "height")}
    thumb = row["thumb_key"] and name_of(row["thumb_key"], "png")
    return shown | {
        "file": name_of(row["key"], row["format"]),
        "thumb": thumb,
        "created_at": row["created_at"].isoformat(),
        "reaction_count": row["reaction_count"],
        "comment_count": row["comment_count"],
    }


def _page(call: Call, before: str, author: str) -> list[dict[str, Any]]:
    wanted = {"before": min(int(before or 2**62), 2**62), "author": author, "n": PAGE_SIZE}
    with call.services.database.transaction() as connection:
        rows = connection.execute(
            f"""{SELECT}
                WHERE posts.id < %(before)s AND (%(author)s = '' OR handle = %(author)s)
                ORDER BY posts.id DESC LIMIT %(n)s""",
            wanted,
        ).fetchall()
    return [as_json(row) for row in rows]


def _insert(call: Call, user: Row, named: tuple[str, str, int], picture: Picture) -> dict[str, Any]:
    """Write the post and the event the worker waits for, both or neither."""
    with call.services.database.transaction() as connection:
        row = connection.execute(
            """INSERT INTO posts (author_id, title, key, bytes, format, width, height)
               VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id""",
            (user["id"], *named, picture.format, picture.width, picture.height),
        ).fetchone()
        if row is None:
            raise Refusal(409, "you posted this picture already")
        events.record(connection, "post", user["id"], post=row["id"])
        inserted = connection.execute(f"{SELECT} WHERE posts.id = %s", (row["id"],)).fetchone()
    return as_json(inserted or {})
