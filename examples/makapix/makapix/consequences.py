"""What follows from each kind of event: thumbnails, counters, notifications."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from makapix.pictures import thumbnail
from makapix.vault import Vault, name_of

if TYPE_CHECKING:
    from makapix.database import Connection, Row

Consequence = Callable[["Connection", Vault, "Row"], None]


def apply(connection: "Connection", vault: Vault, event: "Row") -> None:
    """Do whatever follows from one event, inside the caller's transaction."""
    CONSEQUENCES[event["kind"]](connection, vault, event)


def _posted(connection: "Connection", vault: Vault, event: "Row") -> None:
    post = connection.execute(
        "SELECT key, format FROM posts WHERE id = %(post_id)s", event
    ).fetchone()
    if post is None:
        return
    key = vault.store(thumbnail(vault.read(name_of(post["key"], post["format"]))), "png")
    connection.execute("UPDATE posts SET thumb_key = %s WHERE id = %s", (key, event["post_id"]))
    _lock_user(connection, event["actor_id"])
    connection.execute(
        """UPDATE users SET post_count = (SELECT count(*) FROM posts WHERE author_id = users.id)
           WHERE id = %(actor_id)s""",
        event,
    )
    connection.execute(
        """INSERT INTO notifications (user_id, actor_id, kind, post_id)
           SELECT follower_id, followed_id, 'post', %(post_id)s
           FROM follows WHERE followed_id = %(actor_id)s""",
        event,
    )


def _commented(connection: "Connection", _: Vault, event: "Row") -> None:
    _lock_post(connection, event)
    connection.execute(
        """UPDATE posts SET comment_count =
               (SELECT count(*) FROM comments WHERE post_id = posts.id)
           WHERE id = %(post_id)s""",
        event,
    )
    _tell_author(connection, event, "comment")


def _reacted(connection: "Connection", vault: Vault, event: "Row") -> None:
    _unreacted(connection, vault, event)
    _tell_author(connection, event, "reaction")


def _unreacted(connection: "Connection", _: Vault, event: "Row") -> None:
    _lock_post(connection, event)
    connection.execute(
        """UPDATE posts SET reaction_count =
               (SELECT count(*) FROM reactions WHERE post_id = posts.id)
           WHERE id = %(post_id)s""",
        event,
    )


def _followed(connection: "Connection", vault: Vault, event: "Row") -> None:
    _unfollowed(connection, vault, event)
    connection.execute(
        """INSERT INTO notifications (user_id, actor_id, kind)
           VALUES (%(user_id)s, %(actor_id)s, 'follow')""",
        event,
    )


def _unfollowed(connection: "Connection", _: Vault, event: "Row") -> None:
    _lock_user(connection, event["user_id"])
    connection.execute(
        """UPDATE users SET follower_count =
               (SELECT count(*) FROM follows WHERE followed_id = users.id)
           WHERE id = %(user_id)s""",
        event,
    )


def _lock_post(connection: "Connection", event: "Row") -> None:
    """Wait for other workers that count the same post.

    An UPDATE that waits counts what was there before it waited; a statement after it does not.
    """
    connection.execute("SELECT 1 FROM posts WHERE id = %(post_id)s FOR NO KEY UPDATE", event)


def _lock_user(connection: "Connection", user: int) -> None:
    """Wait for other workers that count the same user's rows."""
    connection.execute("SELECT 1 FROM users WHERE id = %s FOR NO KEY UPDATE", (user,))


def _tell_author(connection: "Connection", event: "Row", kind: str) -> None:
    """Notify a post's author, except of their own doings."""
    connection.execute(
        """INSERT INTO notifications (user_id, actor_id, kind, post_id)
           SELECT author_id, %(actor_id)s, %(kind)s, id
           FROM posts WHERE id = %(post_id)s AND author_id <> %(actor_id)s""",
        {**event, "kind": kind},
    )


CONSEQUENCES: dict[str, Consequence] = {
    "post": _posted,
    "comment": _commented,
    "reaction": _reacted,
    "unreaction": _unreacted,
    "follow": _followed,
    "unfollow": _unfollowed,
}
