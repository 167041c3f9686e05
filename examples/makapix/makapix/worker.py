"""Works through the events: woken by MQTT for new posts, and looking by itself every second.

The queue in PostgreSQL is the truth, MQTT only the bell: nothing is lost while the broker is away.
"""

import logging
import os
import select
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from makapix import events
from makapix.broker import Broker
from makapix.cache import Cache
from makapix.consequences import apply
from makapix.database import Database
from makapix.environment import required
from makapix.logs import log_to_stdout
from makapix.vault import Vault

if TYPE_CHECKING:
    from makapix.database import Row

LOOK_EVERY = 1.0
log = logging.getLogger("makapix.worker")


class Bell:
    """Something to wait on that a signal handler and another thread may both ring.

    A pipe, because ringing a threading.Event inside a signal handler can lock up its waiter.
    """

    def __init__(self) -> None:
        """Make a silent bell."""
        self._ear, self._rope = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self._rope, False)

    def ring(self) -> None:
        """Wake the waiter; ringing again before it woke changes nothing."""
        try:
            os.write(self._rope, b"!")
        except BlockingIOError:
            return

    def wait(self, seconds: float) -> None:
        """Return when it rang or the time is over."""
        if select.select([self._ear], [], [], seconds)[0]:
            os.read(self._ear, 4096)


class Worker:
    """One process that turns events into thumbnails, counters and notifications."""

    def __init__(self, database: Database, cache: Cache, vault: Vault) -> None:
        """Take the places it reads from and writes to."""
        self.bell = Bell()
        self._database, self._cache, self._vault = database, cache, vault
        self._stopping = False
        self._trouble = False

    def stop(self, *_: object) -> None:
        """Finish the event at hand and return from ``run``; safe in a signal handler."""
        self._stopping = True
        self.bell.ring()

    def run(self) -> None:
        """Work until stopped; a server that is away is waited for."""
        import psycopg  # late: slow to import, and pure tests do without
        from redis import RedisError

        while not self._stopping:
            try:
                self._work()
                self._cache.beat()
                self._trouble = False
            except (psycopg.Error, RedisError) as error:
                self._complain(error)
            if not self._stopping:
                self.bell.wait(LOOK_EVERY)

    def _work(self) -> None:
        """Handle everything that is waiting now."""
        handled = 0
        while not self._stopping and self._handle_next():
            handled += 1
        if handled:
            self._cache.forget_gallery()
            log.info("handled %d events", handled)

    def _handle_next(self) -> bool:
        """Handle one event; return False when none is waiting."""
        event: Row | None = None
        try:
            with self._database.transaction() as connection:
                event = events.take(connection)
                if event:
                    apply(connection, self._vault, event)
        except (OSError, ValueError, KeyError) as error:
            if event is None:
                raise
            log.warning("event %d (%s) failed: %s", event["id"], event["kind"], error)
            with self._database.transaction() as connection:
                events.note_failure(connection, event["id"])
        return event is not None

    def _complain(self, error: Exception) -> None:
        """Say once, not every second, that a server is away."""
        if not self._trouble:
            log.warning("waiting for a server: %s", type(error).__name__)
        self._trouble = True


def main() -> None:
    """Run the worker until SIGTERM or SIGINT."""
    log_to_stdout()
    database, cache = Database(required("DATABASE_URL"), size=1), Cache(required("REDIS_URL"))
    worker = Worker(database, cache, Vault(Path(required("VAULT_DIR"))))
    broker = Broker("worker", worker.bell.ring)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    broker.start()
    log.info("working")
    worker.run()
    broker.close()
    database.close()
    log.info("stopped")


if __name__ == "__main__":
    main()
