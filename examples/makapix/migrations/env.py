"""Runs the migrations in one transaction, one runner at a time, on DATABASE_URL."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from makapix.environment import required

# Any number works as long as every runner takes the same; this one spells "makapix" on a keypad.
LOCK = 6252749


def _url() -> str:
    """Return DATABASE_URL with the driver named, as SQLAlchemy wants it."""
    return required("DATABASE_URL").replace("postgresql://", "postgresql+psycopg://", 1)


def print_sql() -> None:
    """Write the statements to stdout instead of running them (``--sql``)."""
    context.configure(url=_url(), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def migrate() -> None:
    """Run what is missing; a second runner waits for the first and then finds nothing to do."""
    engine = create_engine(_url(), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    print_sql()
else:
    migrate()
