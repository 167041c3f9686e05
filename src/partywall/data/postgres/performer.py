"""Makes a database with its owner, gives it a new password, sees that it lets its owner in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partywall.data.observe import is_part
from partywall.data.postgres.connect import WrongPassword, connect, get_ready
from partywall.data.postgres.parts import ALONE, DatabaseParts
from partywall.data.spaces import Ground
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import AnyThing, Database, Entry, environment_of

if TYPE_CHECKING:
    from psycopg import Connection

_MAINTENANCE = "postgres"


class DatabasePerformer:
    """Performs steps on databases, each on a server of its own or among others."""

    kind: type[AnyThing] = Database

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._records = ground.records
        self._parts = DatabaseParts(ground)
        get_ready()

    def create(self, entry: Entry) -> None:
        """Make it if the server's image has not, and log in as its owner."""
        database = _database(entry)
        if is_part(database):
            self._records.put(entry)
            self._parts.admit(database)
            return
        with self._maintenance(database) as connection:
            _ensure(connection, database)
        with self._connect(database, database.name, self._password(database)) as connection:
            connection.execute("SELECT 1")
        self._records.put(entry)

    def change(self, before: Entry, after: Entry) -> None:
        """A new password: a server of its own still has the old one."""
        database = _database(after)
        if is_part(database):
            self.create(after)
            return
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
        """It goes with its server's volume, which the trash keeps whole; a part is set aside."""
        database = _database(entry)
        if is_part(database):
            self._parts.dismiss(database)
        self._records.drop(database.key)

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
            self._ground.reach,
            database.server,
            database=name,
            user=database.owner,
            password=password,
        )

    def _password(self, database: Database) -> Secret:
        if database.password is None:
            return Secret("")
        return self._ground.secrets.value(environment_of(database.key), database.password)


def _ensure(connection: Connection[Any], database: Database) -> None:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    connection.execute("SELECT pg_advisory_lock(%s)", [ALONE])
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
