"""Posts, comments and reactions."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Create the gallery's tables."""
    op.execute("""
        CREATE TABLE posts (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            author_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            title text NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
            key text NOT NULL CHECK (key ~ '^[0-9a-f]{64}$'),
            format text NOT NULL CHECK (format IN ('png', 'gif', 'webp')),
            width integer NOT NULL,
            height integer NOT NULL,
            bytes integer NOT NULL,
            thumb_key text,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (author_id, key)
        )""")
    op.execute("""
        CREATE TABLE comments (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE,
            author_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            body text NOT NULL CHECK (length(body) BETWEEN 1 AND 1000),
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX comments_post ON comments (post_id, id)")
    op.execute("""
        CREATE TABLE reactions (
            post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            kind text NOT NULL CHECK (kind IN ('heart', 'star', 'fire', 'laugh')),
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (post_id, user_id, kind)
        )""")


def downgrade() -> None:
    """Drop the gallery's tables."""
    op.execute("DROP TABLE reactions")
    op.execute("DROP TABLE comments")
    op.execute("DROP TABLE posts")
