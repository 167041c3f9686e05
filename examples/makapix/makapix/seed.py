"""Fills an empty environment with invented artists: ``python -m makapix.seed --users N``.

The same N gives the same rows and files; a second run finds everything there and adds nothing.
"""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makapix import invention
from makapix.database import Database
from makapix.environment import is_production, optional, required
from makapix.logs import log_to_stdout
from makapix.pictures import thumbnail
from makapix.sessions import hash_password
from makapix.sprites import SIDE, sprite
from makapix.vault import Vault, key_of

if TYPE_CHECKING:
    from makapix.database import Connection

# Everybody invented shares it, so that a tester can be any of them.
PASSWORD = "pixels-for-all"
SALT = b"makapix invented"
LOCK = 6252750

FOLLOW = "INSERT INTO follows (follower_id, followed_id, created_at) VALUES (%s, %s, %s)"
NOTIFY = """
    INSERT INTO notifications (user_id, actor_id, kind, created_at)
    VALUES (%s, %s, 'follow', %s)"""
COMMENT = "INSERT INTO comments (post_id, author_id, body, created_at) VALUES (%s, %s, %s, %s)"
REACT = "INSERT INTO reactions (post_id, user_id, kind, created_at) VALUES (%s, %s, %s, %s)"

log = logging.getLogger("makapix.seed")


def seed(connection: "Connection", vault: Vault, users: int) -> int:
    """Add the users of 0 … ``users`` - 1 that are missing, with all they made; return how many."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    there = _user_ids(connection)
    missing = [user for user in range(users) if invention.handle(user) not in there]
    if missing:
        _add_users(connection, missing)
        _add_posts(connection, vault, missing)
        _add_talk(connection, missing, users)
        _count(connection)
    return len(missing)


def _user_ids(connection: "Connection") -> dict[str, int]:
    return {row["handle"]: row["id"] for row in connection.execute("SELECT id, handle FROM users")}


def _post_ids(connection: "Connection") -> dict[tuple[int, str], int]:
    rows = connection.execute("SELECT id, author_id, key FROM posts")
    return {(row["author_id"], row["key"]): row["id"] for row in rows}


def _add_users(connection: "Connection", users: list[int]) -> None:
    stored = hash_password(PASSWORD, SALT)
    named = [(invention.handle(user), invention.joined(user)) for user in users]
    _insert(
        connection,
        "INSERT INTO users (handle, email, password_hash, created_at) VALUES (%s, %s, %s, %s)",
        [(name, f"{name}@makapix.example", stored, joined) for name, joined in named],
    )


def _add_posts(connection: "Connection", vault: Vault, users: list[int]) -> None:
    """Add the artworks in the order in which they were posted, as a real club's would be."""
    ids = _user_ids(connection)
    made = sorted((post for user in users for post in invention.posts(user)), key=lambda p: p.at)
    _insert(
        connection,
        """INSERT INTO posts (author_id, title, key, thumb_key, bytes, created_at,
                              format, width, height)
           VALUES (%s, %s, %s, %s, %s, %s, 'png', %s, %s)""",
        [(ids[invention.handle(post.author)], *_artwork(vault, post)) for post in made],
    )


def _artwork(vault: Vault, post: invention.Post) -> tuple[Any, ...]:
    """Store an artwork's two files and return the rest of its row."""
    content = sprite(post.number)
    keys = vault.store(content, "png"), vault.store(thumbnail(content), "png")
    return post.title, *keys, len(content), post.at, SIDE, SIDE


def _add_talk(connection: "Connection", missing: list[int], users: int) -> None:
    """Let each new user follow some of the others, comment on and react to what they made."""
    ids, post_ids = _user_ids(connection), _post_ids(connection)
    rows: dict[str, list[tuple[Any, ...]]] = {FOLLOW: [], NOTIFY: [], COMMENT: [], REACT: []}
    for user, other in ((u, o) for u in missing for o in invention.others(u, users)):
        actor, author = ids[invention.handle(user)], ids[invention.handle(other)]
        post = post_ids[author, key_of(sprite(invention.favourite(user, other).number))]
        at = invention.later(user, other)
        rows[FOLLOW].append((actor, author, at))
        rows[NOTIFY].append((author, actor, at))
        rows[COMMENT].append((post, actor, invention.remark(user, other), at))
        rows[REACT].append((post, actor, invention.reaction(user, other), at))
    for statement, values in rows.items():
        _insert(connection, statement, values)


def _count(connection: "Connection") -> None:
    connection.execute("""
        UPDATE users SET
            post_count = (SELECT count(*) FROM posts WHERE author_id = users.id),
            follower_count = (SELECT count(*) FROM follows WHERE followed_id = users.id)""")
    connection.execute("""
        UPDATE posts SET
            comment_count = (SELECT count(*) FROM comments WHERE post_id = posts.id),
            reaction_count = (SELECT count(*) FROM reactions WHERE post_id = posts.id)""")


def _insert(connection: "Connection", statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Run the statement once per row, without waiting for each answer."""
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def main() -> None:
    """Seed the environment that the variables name."""
    parser = argparse.ArgumentParser(prog="makapix.seed", description=__doc__)
    parser.add_argument("--users", type=int, default=20, help="how many artists (default 20)")
    parser.add_argument("--in-production", action="store_true", help="allow it there as well")
    chosen = parser.parse_args()
    log_to_stdout()
    if is_production(optional("ENVIRONMENT", "production")) and not chosen.in_production:
        raise SystemExit("this is production: invented artists are for other environments")
    database = Database(required("DATABASE_URL"), size=1)
    with database.transaction() as connection:
        added = seed(connection, Vault(Path(required("VAULT_DIR"))), chosen.users)
    database.close()
    log.info("added %d of %d artists", added, chosen.users)


if __name__ == "__main__":
    main()
