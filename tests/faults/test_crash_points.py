"""A run killed at any moment is gone on with, or taken back, to the same world as without."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.engine import FakeEngine
from fakes.verbs import back, resume, run
from fakes.worlds import sharing, two
from partywall.execution import history
from partywall.execution.journal import FileJournal
from partywall.model.world import World
from partywall.planning.diff import plan

VERBS = ("up", "change", "down", "destroy")
WAYS = ("resume", "again", "back")


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch):
    """A killed process loses nothing that it has written; only a power cut would."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


class Fuse:
    """Ends the process, without a word, at the n-th moment that it is told of."""

    def __init__(self, moment: int, number: int = signal.SIGKILL) -> None:
        self.left = moment
        self.number = number

    def __call__(self, _what: str = "") -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), self.number)


class Burning(FileJournal):
    """A journal that tells the fuse before, in the middle of and after each line."""

    fuse: Fuse

    def put(self, line: bytes) -> None:
        self.fuse()
        if self.fuse.left == 1 and self.fuse.number == signal.SIGKILL:
            os.write(self._handle, line[: len(line) // 2])
        self.fuse()
        super().put(line)
        self.fuse()


def child(work: Callable[[], object]) -> int:
    """Do something in a process of its own; returns how it ended, as `waitpid` tells it."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)  # never outlive the test
        status = 70
        with contextlib.suppress(BaseException):
            try:
                work()
                status = 0
            except Exception as error:
                status = getattr(error, "code", 71)
        os._exit(status)
    return os.waitpid(pid, 0)[1]


class Place:
    """One installation: its ground, its journals and what it should be."""

    def __init__(self, folder: Path, verb: str, world: Callable[[str], World], scope: str | None):
        self.home, self.ground = folder / "home", folder / "ground"
        self.verb = "up" if verb == "change" else verb
        self.wanted = world("app:2" if verb == "change" else "app:1")
        self.scope = scope
        if verb != "up":
            run("up", self.engine, world("app:1"), FileJournal(self.home))
        elif scope:
            run("up", self.engine, world("app:1"), FileJournal(self.home), scope="prod")
        last = history.last(self.home)
        self.before = last.head.run if last else None

    @property
    def engine(self) -> FakeEngine:
        return FakeEngine(self.ground)

    @property
    def world(self) -> World:
        return self.engine.observer().observe()

    def run(self, fuse: Fuse | None = None, workers: int = 1) -> None:
        journal = Burning(self.home)
        journal.fuse = fuse or Fuse(0)
        engine = FakeEngine(self.ground, journal.fuse)
        run(self.verb, engine, self.wanted, journal, scope=self.scope, workers=workers)


def places(tmp_path: Path, *of):
    numbers = iter(range(10**6))
    return lambda: Place(tmp_path / str(next(numbers)), *of)


def moments(place: Place) -> int:
    """How many moments a whole run has."""
    fuse = Fuse(0)
    place.run(fuse)
    return -fuse.left


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("world", "scope"), [(two, None), (sharing, "dev")], ids=["everything", "dev"]
)
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_every_moment(tmp_path, verb, world, scope, way):
    new = places(tmp_path, verb, world, scope)
    whole = new()
    start = whole.world
    count = moments(whole)
    assert count > 10
    for moment in range(1, count + 1):
        place = new()
        assert os.WTERMSIG(child(lambda: place.run(Fuse(moment)))) == signal.SIGKILL  # noqa: B023
        killed_late = _through(place)
        _go_on(place, way)
        taken_back = way == "back" and not killed_late
        assert place.world == (start if taken_back else whole.world), moment
        assert history.unfinished(place.home) is None


def _through(place: Place) -> bool:
    """Whether the run was killed after its last line: there is nothing to take back then."""
    last = history.last(place.home)
    return last is not None and last.head.run != place.before and last.outcome == "done"


def _go_on(place: Place, way: str) -> None:
    """What a user does next; a run that wrote nothing did nothing and is just run again."""
    if way == "back":
        back(place.engine, place.home)
    elif way == "again" or resume(place.engine, place.wanted, place.home) is None:
        place.run()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_at_every_moment(tmp_path, number):
    new = places(tmp_path, "up", two, None)
    whole = new()
    for moment in range(1, moments(whole) + 1):
        place = new()
        status = child(lambda: place.run(Fuse(moment, number), workers=4))  # noqa: B023
        # Outside of the run proper the signal does what it does to any program.
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) in {0, 70, 130}, moment
        resume(place.engine, place.wanted, place.home)
        place.run()
        assert place.world == whole.world, moment
        assert history.unfinished(place.home) is None


@pytest.mark.parametrize("moment", range(3, 90, 7))
def test_killed_side_by_side(tmp_path, moment):
    place = Place(tmp_path, "up", two, None)
    assert os.WIFSIGNALED(child(lambda: place.run(Fuse(moment), workers=4)))
    resume(place.engine, two(), place.home) or place.run()
    assert place.world.entries == two().entries
    assert not plan(two(), place.world)


def test_killed_again_while_going_on(tmp_path):
    """Each attempt gets a little further; in the end it is there."""
    place = Place(tmp_path, "up", two, None)
    attempts = 0
    deadline = time.monotonic() + 120
    while os.WIFSIGNALED(child(lambda: place.run(Fuse(15)))):
        attempts += 1
        assert time.monotonic() < deadline
    assert attempts > 3
    assert place.world.entries == two().entries
