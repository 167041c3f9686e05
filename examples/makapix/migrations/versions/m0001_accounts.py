"""Users and their sessions."""

from alembic import op

revision: str = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create the accounts tables."""
    op.execute("""
        CREATE TABLE users (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            handle text NOT NULL UNIQUE CHECK (handle ~ '^[a-z0-9_]{3,24}$'),
            email text UNIQUE,
            password_hash text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("""
        CREATE TABLE sessions (
            id text PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX sessions_user ON sessions (user_id)")


def downgrade() -> None:
    """Drop the accounts tables."""
    op.execute("DROP TABLE sessions")
    op.execute("DROP TABLE users")
