"""Transactions that leave something behind by which a torn copy is known."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import psycopg

ACCOUNTS = 2_000
_MADE = """
CREATE TABLE IF NOT EXISTS accounts (id int PRIMARY KEY, amount bigint NOT NULL, pad text);
CREATE TABLE IF NOT EXISTS tellers (id int PRIMARY KEY, amount bigint NOT NULL);
CREATE TABLE IF NOT EXISTS history (at timestamptz DEFAULT clock_timestamp(), amount bigint);
CREATE TABLE IF NOT EXISTS mirror (LIKE history);
"""
_SUMS = """SELECT (SELECT sum(amount) FROM accounts), (SELECT sum(amount) FROM tellers),
    (SELECT coalesce(sum(amount), 0) FROM history), (SELECT coalesce(sum(amount), 0) FROM mirror),
    (SELECT count(*) FROM history), (SELECT count(*) FROM mirror)"""


def prepare(connection: psycopg.Connection[Any], rows: int = ACCOUNTS) -> None:
    """Make the four tables."""
    connection.execute(_MADE)
    connection.execute(
        "INSERT INTO accounts SELECT i, 0, repeat(md5(i::text), 4) FROM generate_series(1, %s) i",
        [rows],
    )
    connection.execute("INSERT INTO tellers SELECT i, 0 FROM generate_series(1, 10) i")


def consistent(connection: psycopg.Connection[Any]) -> int:
    """See that four tables, written together, agree; returns how many transactions there are."""
    row = connection.execute(_SUMS).fetchone()
    assert row is not None
    accounts, tellers, history, mirror, there, mirrored = row
    assert accounts == tellers == history == mirror, row
    assert there == mirrored, row
    return int(there)


class Traffic:
    """Writes to all four tables in each transaction, as fast as it is told, while it is entered."""

    def __init__(
        self, enter: Callable[[], psycopg.Connection[Any]], rate: float, rows: int = ACCOUNTS
    ) -> None:
        self._enter, self._rate, self._rows = enter, rate, rows
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.done = 0
        self.failed: list[str] = []

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        chance = random.Random(7)
        with self._enter() as connection:
            begun = time.monotonic()
            while not self._stop.is_set():
                try:
                    self._once(connection, chance)
                except psycopg.Error as error:
                    self.failed.append(str(error))
                    return
                self.done += 1
                early = begun + self.done / self._rate - time.monotonic()
                if early > 0:
                    self._stop.wait(early)

    def _once(self, connection: psycopg.Connection[Any], chance: random.Random) -> None:
        amount = chance.randint(-5000, 5000)
        with connection.transaction():
            account = chance.randint(1, self._rows)
            connection.execute(
                "UPDATE accounts SET amount = amount + %s WHERE id = %s", [amount, account]
            )
            teller = chance.randint(1, 10)
            connection.execute(
                "UPDATE tellers SET amount = amount + %s WHERE id = %s", [amount, teller]
            )
            connection.execute("INSERT INTO history (amount) VALUES (%s)", [amount])
            connection.execute("INSERT INTO mirror SELECT now(), %s", [amount])
