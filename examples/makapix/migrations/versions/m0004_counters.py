"""Counters, filled from the rows that are already there."""

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Add the counters and count what exists."""
    op.execute("""
        ALTER TABLE users
            ADD COLUMN post_count integer NOT NULL DEFAULT 0,
            ADD COLUMN follower_count integer NOT NULL DEFAULT 0""")
    op.execute("""
        ALTER TABLE posts
            ADD COLUMN comment_count integer NOT NULL DEFAULT 0,
            ADD COLUMN reaction_count integer NOT NULL DEFAULT 0""")
    op.execute("""
        UPDATE users SET
            post_count = (SELECT count(*) FROM posts WHERE author_id = users.id),
            follower_count = (SELECT count(*) FROM follows WHERE followed_id = users.id)""")
    op.execute("""
        UPDATE posts SET
            comment_count = (SELECT count(*) FROM comments WHERE post_id = posts.id),
            reaction_count = (SELECT count(*) FROM reactions WHERE post_id = posts.id)""")


def downgrade() -> None:
    """Drop the counters."""
    op.execute("ALTER TABLE posts DROP COLUMN reaction_count, DROP COLUMN comment_count")
    op.execute("ALTER TABLE users DROP COLUMN follower_count, DROP COLUMN post_count")
