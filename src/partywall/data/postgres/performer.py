"""Makes a database with its owner, gives it a new password, sees that it lets its owner in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partywall.data.postgres.connect import WrongPassword, connect, get_ready
from partywall.interfaces import Reach, Records, SecretStore
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import AnyThing, Database, Entry, environment_of

if TYPE_CHECKING:
    from psycopg import Connection

_MAINTENANCE = "postgres"


class DatabasePerformer:
    """Performs steps on databases that have a server of their own."""

    kind: type[AnyThing] = Database

    def __init__(self, reach: Reach, secrets: SecretStore, records: Records) -> None:
        self._reach = reach
        self._secrets = secrets
        self._records = records
        get_ready()

    def create(self, entry: Entry) -> None:
        """Make it if the server's image has not, and log in as its owner."""
        database = _database(entry)
        with self._maintenance(database) as connection:
            _ensure(connection, database)
        with self._connect(database, database.name, self._password(database)) as connection:
            connection.execute("SELECT 1")
        self._records.put(entry)

    def change(self, before: Entry, after: Entry) -> None:
        """A new password: the server still has the old one."""
        database = _database(after)
        try:
            self._maintenance(database).close()
        except WrongPassword:
            self._renew(_database(before), database)
        self.create(after)

    def start(self, entry: Entry) -> None:
        """See that it is there."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Databases do not run by themselves."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """It goes with its server's volume, which the trash keeps whole."""
        self._records.drop(entry.thing.key)

    def _renew(self, before: Database, after: Database) -> None:
        from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

        old, new = self._password(before), self._password(after)
        with self._connect(before, _MAINTENANCE, old) as connection:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(after.owner), sql.Literal(new.reveal())
                )
            )

    def _maintenance(self, database: Database) -> Connection[Any]:
        return self._connect(database, _MAINTENANCE, self._password(database))

    def _connect(self, database: Database, name: str, password: Secret) -> Connection[Any]:
        return connect(
            self._reach, database.server, database=name, user=database.owner, password=password
        )

    def _password(self, database: Database) -> Secret:
        if database.password is None:
            return Secret("")
        return self._secrets.value(environment_of(database.key), database.password)


def _ensure(connection: Connection[Any], database: Database) -> None:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name])
    if known.fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(database.name), sql.Identifier(database.owner)
            )
        )


def _database(entry: Entry) -> Database:
    if not isinstance(entry.thing, Database):
        raise MachineFailed(f"{entry.thing.key} is no database")
    return entry.thing
