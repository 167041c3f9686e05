"""Follows, notifications, and the events from which the worker makes them."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Create the tables of who follows whom and who is told what."""
    op.execute("""
        CREATE TABLE follows (
            follower_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            followed_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (follower_id, followed_id),
            CHECK (follower_id <> followed_id)
        )""")
    op.execute("CREATE INDEX follows_followed ON follows (followed_id)")
    op.execute("""
        CREATE TABLE notifications (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            actor_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            kind text NOT NULL CHECK (kind IN ('post', 'comment', 'reaction', 'follow')),
            post_id bigint REFERENCES posts ON DELETE CASCADE,
            created_at timestamptz NOT NULL DEFAULT now(),
            read_at timestamptz
        )""")
    op.execute("CREATE INDEX notifications_user ON notifications (user_id, id DESC)")
    op.execute("""
        CREATE TABLE events (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text NOT NULL,
            actor_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            post_id bigint REFERENCES posts ON DELETE CASCADE,
            user_id bigint REFERENCES users ON DELETE CASCADE,
            attempts integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")


def downgrade() -> None:
    """Drop them again."""
    op.execute("DROP TABLE events")
    op.execute("DROP TABLE notifications")
    op.execute("DROP TABLE follows")
