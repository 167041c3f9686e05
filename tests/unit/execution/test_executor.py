"""A plan is carried out as shown, or stops where it is and says so."""

import os
import signal
import threading
import time

import msgspec
import pytest

from fakes.engine import FakeEngine
from fakes.verbs import Notes, back, carry_out, resume, run
from fakes.worlds import database, edge, environment, instance, sharing, two
from partywall.execution import history, undo
from partywall.execution.journal import FileJournal
from partywall.execution.tally import Interrupted, Tally, says
from partywall.model.errors import HalfDone, MachineFailed, Place, Refused
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import World
from partywall.planning.diff import plan
from partywall.planning.keep import destroy


@pytest.fixture
def engine(tmp_path):
    return FakeEngine(tmp_path / "ground")


@pytest.fixture
def journal(tmp_path):
    """A new, open journal each time it is asked for."""

    def new() -> FileJournal:
        journal = FileJournal(tmp_path)
        journal.open({"verb": "up", "scope": None, "world": World(), "goal": {"verb": "up"}})
        return journal

    return new


def observe(engine: FakeEngine) -> World:
    return engine.observer().observe()


def up(engine: FakeEngine, journal, world: World) -> None:
    carry_out(plan(world, observe(engine)), engine, journal())


def test_a_plan_is_carried_out_and_written_down(engine, journal, tmp_path):
    notes = Notes()
    planned = plan(two(), World())
    carry_out(planned, engine, journal(), progress=notes)
    assert observe(engine).entries == two().entries
    done = history.last(tmp_path)
    assert done.outcome == "done"
    assert set(done.keys("begin")) == set(done.keys("end")) == {s.key for s in planned.steps}
    assert len(notes.lines) == 2 * len(planned.steps)


def test_one_worker_follows_the_plan_line_by_line(engine, journal, tmp_path):
    planned = plan(two(), World())
    carry_out(planned, engine, journal(), workers=1)
    assert list(history.last(tmp_path).keys("begin")) == [
        *sorted(history.last(tmp_path).keys("begin"), key=history.last(tmp_path).keys("end").index)
    ]


def test_independent_steps_run_side_by_side(tmp_path, journal):
    """Two services wait for each other at a barrier: one after the other they would never pass."""
    barrier = threading.Barrier(2, timeout=20)
    side = {"before dev/a", "before dev/b"}

    def meet(what: str) -> None:
        if what in side:
            side.remove(what)
            barrier.wait()

    engine = FakeEngine(tmp_path / "ground", meet)
    up(engine, journal, World.of([instance("dev/a"), instance("dev/b")]))
    assert len(observe(engine).entries) == 2


def test_what_waits_begins_after_what_it_waits_for_has_ended(engine, journal, tmp_path):
    planned = plan(two(), World())
    carry_out(planned, engine, journal())
    events = [(e.event, e.key) for e in history.last(tmp_path).events]
    for key, before in planned.waits.items():
        for other in before:
            assert events.index(("end", other)) < events.index(("begin", key))


def test_a_failure_stops_new_steps_and_is_told(engine, journal, tmp_path):
    notes = Notes()
    with engine.failing("dev/db", "the disk is full"), pytest.raises(HalfDone) as error:
        carry_out(plan(two(), World()), engine, journal(), progress=notes, workers=1)
    text = str(error.value)
    assert "failed: create dev/db: the disk is full" in text
    assert "done: create dev/network/in" in text
    assert "not begun: create dev/web" in text
    assert "partywall resume" in text
    assert error.value.code == 4
    assert any("failed dev/db: the disk is full" in line for line in notes.lines)
    assert history.unfinished(tmp_path).keys("fail") == ("dev/db",)
    assert history.last(tmp_path).outcome == "failed"
    resume(engine, two(), tmp_path)
    assert observe(engine).entries == two().entries


def test_running_steps_end_after_a_failure(tmp_path, journal):
    failed = threading.Event()

    def wait_for_failure(what: str) -> None:
        if what == "before dev/a":
            assert failed.wait(20)

    class Telling(Notes):
        def failed(self, step: Step, says: str) -> None:
            failed.set()

    engine = FakeEngine(tmp_path / "ground", wait_for_failure)
    wanted = World.of([instance("dev/a"), instance("dev/b"), instance("dev/c", "dev/a")])
    with engine.failing("dev/b"), pytest.raises(HalfDone, match="1 of 3 steps are done"):
        carry_out(plan(wanted, World()), engine, journal(), progress=Telling())
    assert observe(engine).entries.keys() == {"dev/a"}


def test_what_waits_for_a_failed_step_of_another_environment_is_not_begun(engine, journal):
    """The edge stays as long as one route is left, although nothing of its own failed."""
    up(engine, journal, two())
    with engine.failing("dev/route/web"), pytest.raises(HalfDone) as error:
        up(engine, journal, World())
    assert "not begun: remove machine/edge" in str(error.value)
    left = observe(engine)
    assert "machine/edge" in left.entries
    assert "prod" not in left.environments()


def test_what_is_already_as_wanted_is_left_alone(engine, journal):
    up(engine, journal, two())
    before = {key: engine.ground.get(key).starts for key in two().entries}
    carry_out(plan(two(), World()), engine, journal())
    assert {key: engine.ground.get(key).starts for key in two().entries} == before


def test_what_is_already_gone_is_fine(engine, journal, tmp_path):
    carry_out(plan(World(), two()), engine, journal())
    assert history.last(tmp_path).outcome == "done"


def gone(engine):
    engine.ground.drop("dev/web")


def changed(engine):
    other = World.of([instance("dev/web", image="foreign:1")]).entries["dev/web"]
    engine.ground.put(msgspec.structs.replace(engine.ground.get("dev/web"), entry=other))


@pytest.mark.parametrize("disturb", [gone, changed])
def test_a_change_since_the_plan_is_refused(engine, journal, disturb):
    up(engine, journal, two())
    planned = plan(two("app:2"), observe(engine))
    disturb(engine)
    before = observe(engine)
    with pytest.raises(Refused, match="dev/web has changed since the plan was made"):
        carry_out(planned, engine, journal())
    assert observe(engine) == before


def test_something_in_the_place_of_a_new_thing_is_refused(engine, journal):
    up(engine, journal, World.of([instance("dev/web", image="foreign:1")]))
    wanted = World.of([instance("dev/web"), instance("dev/x", "dev/web")])
    with pytest.raises(Refused):
        carry_out(plan(wanted, World()), engine, journal())
    assert "dev/x" not in observe(engine).entries


def test_something_else_is_not_removed(engine, journal):
    up(engine, journal, World.of([instance("dev/web", image="foreign:1")]))
    with pytest.raises(Refused):
        carry_out(plan(World(), World.of([instance("dev/web")])), engine, journal())
    assert observe(engine).entries


def test_a_change_found_on_the_way_is_half_done(engine, journal):
    up(engine, journal, two())
    planned = plan(World(), observe(engine))
    changed(engine)
    with pytest.raises(HalfDone, match="has changed since"):
        carry_out(planned, engine, journal(), workers=1)
    assert {"dev/web", "dev/db"} <= observe(engine).entries.keys()


def test_half_of_what_a_step_makes_is_no_foreign_change(engine, journal):
    up(engine, journal, World.of([instance("dev/web")]))
    wanted = World.of([instance("dev/web", image="app:2")])
    planned = plan(wanted, observe(engine))
    half = msgspec.structs.replace(wanted.entries["dev/web"], running=False)
    engine.ground.put(msgspec.structs.replace(engine.ground.get("dev/web"), entry=half))
    carry_out(planned, engine, journal())
    assert observe(engine).entries == wanted.entries


class Lying(FakeEngine):
    """An engine whose hands do nothing, or something else."""

    leaves: World | None = None

    def performers(self):
        hands = super().performers()
        for hand in hands:
            hand.create = hand.remove = hand.start = self.pretend
        return hands

    def pretend(self, entry):
        if self.leaves:
            stored = self.ground.get(entry.thing.key) or engine_stored(entry)
            found = self.leaves.entries[entry.thing.key]
            self.ground.put(msgspec.structs.replace(stored, entry=found))


def engine_stored(entry):
    from fakes.engine import Stored  # noqa: PLC0415

    return Stored(entry=entry)


WEB = World.of([instance("dev/web")])


def state(**fields) -> World:
    return World({"dev/web": msgspec.structs.replace(WEB.entries["dev/web"], **fields)})


@pytest.mark.parametrize(
    ("leaves", "says"),
    [
        (None, "dev/web is not there after create"),
        (World.of([instance("dev/web", image="other")]), "is not as described"),
        (state(running=False), "does not run"),
        (state(starting=True), "is not healthy yet"),
        (state(faults=("unhealthy",)), r"has faults \(unhealthy\)"),
    ],
)
def test_done_is_said_only_after_looking(tmp_path, journal, leaves, says):
    engine = Lying(tmp_path / "ground")
    engine.leaves = leaves
    with pytest.raises(HalfDone, match=says):
        up(engine, journal, WEB)


def test_removed_is_said_only_after_looking(tmp_path, journal):
    up(FakeEngine(tmp_path / "ground"), journal, WEB)
    with pytest.raises(HalfDone, match="is still there after remove"):
        up(Lying(tmp_path / "ground"), journal, World())


def test_a_plan_out_of_scope_touches_nothing(engine, journal, tmp_path):
    planned = msgspec.structs.replace(plan(two(), World()), scope="dev")
    with pytest.raises(Refused, match="for dev alone"):
        carry_out(planned, engine, journal())
    assert observe(engine) == World()
    assert history.last(tmp_path).keys("begin") == ()
    assert history.last(tmp_path).outcome == "failed"
    assert history.unfinished(tmp_path) is None


def test_a_new_user_of_a_shared_thing_is_seen_at_the_last_moment(tmp_path, journal):
    """Production comes up while development, the last one seen, goes: the server stays."""
    new = database("prod/database/app", "shared/db")

    def arrive(what: str) -> None:
        if what == "before dev/database/app":
            quiet = FakeEngine(tmp_path / "ground")
            entry = World.of([new]).entries[new.key]
            quiet.ground.put(engine_stored(entry))

    engine = FakeEngine(tmp_path / "ground")
    only = World({k: e for k, e in sharing().entries.items() if not k.startswith("prod/")})
    up(engine, journal, only)
    planned = plan(destroy(only, "dev"), observe(engine), "dev")
    assert "remove shared/db" in str(planned)
    with pytest.raises(HalfDone, match="another environment uses it"):
        carry_out(planned, FakeEngine(tmp_path / "ground", arrive), journal(), workers=1)
    assert "shared/db" in observe(engine).entries


def test_an_engine_without_hands_for_it_refuses_first(engine, journal):
    engine.performers = list
    with pytest.raises(Refused, match="this engine cannot create dev/"):
        carry_out(plan(two(), World()), engine, journal())


def test_a_step_about_nothing_is_refused(engine, journal):
    empty = Step(key="dev/web", action=Action.CREATE, why="?")
    with pytest.raises(Refused):
        carry_out(Plan(scope="dev", steps=(empty,)), engine, journal())
    lopsided = Step(key="dev/web", action=Action.CREATE, why="?", before=WEB.entries["dev/web"])
    with pytest.raises(Refused, match="does not say"):
        carry_out(Plan(scope="dev", steps=(lopsided,)), engine, journal())


def test_an_unseen_thing_is_not_touched(engine, journal):
    up(engine, journal, two())
    planned = plan(two("app:2"), observe(engine))
    with engine.blind("dev/web"), pytest.raises(HalfDone, match="cannot be observed"):
        carry_out(planned, engine, journal())
    assert observe(engine).entries == two().entries


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_wish_to_stop_lets_the_running_step_end(tmp_path, journal, number):
    moment = "before dev/volume/data"

    def stop(what: str) -> None:
        nonlocal moment
        if what == moment:
            moment = ""  # a second signal would end the process
            os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    engine = FakeEngine(tmp_path / "ground", stop)
    with pytest.raises(Interrupted) as error:
        carry_out(plan(two(), World()), engine, journal(), workers=1)
    assert error.value.code == 130
    assert "2 of 13 steps are done, 0 failed, 11 not begun" in str(error.value)
    assert signal.getsignal(number) == before
    assert history.last(tmp_path).outcome == "interrupted"
    resume(FakeEngine(tmp_path / "ground"), two(), tmp_path)
    assert observe(engine).entries == two().entries


def test_a_wish_to_stop_is_answered_while_the_step_runs(tmp_path, journal):
    heard, asked = threading.Event(), threading.Event()

    def stop(what: str) -> None:
        if what == "before dev/web" and not asked.is_set():
            asked.set()  # a second signal would end the process
            os.kill(os.getpid(), signal.SIGINT)
            assert heard.wait(20)

    class Telling(Notes):
        def stopping(self) -> None:
            super().stopping()
            heard.set()

    notes = Telling()
    carry_out(plan(WEB, World()), FakeEngine(tmp_path / "ground", stop), journal(), progress=notes)
    assert notes.lines.count("stopping") == 1


def test_a_wish_to_stop_at_the_last_step_changes_nothing(tmp_path, journal):
    moment = "after dev/web"

    def stop(what: str) -> None:
        nonlocal moment
        if what == moment:
            moment = ""
            os.kill(os.getpid(), signal.SIGTERM)

    carry_out(plan(WEB, World()), FakeEngine(tmp_path / "ground", stop), journal())
    assert history.last(tmp_path).outcome == "done"


def test_it_works_outside_the_main_thread(engine, journal):
    thread = threading.Thread(target=up, args=(engine, journal, two()))
    thread.start()
    thread.join(60)
    assert observe(engine).entries == two().entries


def test_a_terminal_that_went_away_stops_nothing(engine, journal):
    class Gone(Notes):
        def began(self, step: Step) -> None:
            raise BrokenPipeError

        def ended(self, step: Step, seconds: float) -> None:
            raise OSError(5, "Input/output error")

    carry_out(plan(two(), World()), engine, journal(), progress=Gone())
    assert observe(engine).entries == two().entries


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), SystemExit(3)])
def test_an_error_that_nobody_foresaw_is_a_failure_like_any_other(tmp_path, journal, error):
    def burst(what: str) -> None:
        if what == "before dev/volume/data":
            raise error

    engine = FakeEngine(tmp_path / "ground", burst)
    with pytest.raises(HalfDone, match=f"unexpected {type(error).__name__}"):
        up(engine, journal, two())
    assert "dev/db" not in observe(engine).entries


class Full(FileJournal):
    """A journal on a disk that fills up at the n-th line."""

    lines = 0
    room = 0

    def put(self, line: bytes) -> None:
        self.lines += 1
        if self.lines > self.room:
            raise MachineFailed("no space left")
        super().put(line)


@pytest.mark.parametrize("room", range(1, 29))
def test_without_room_for_the_journal_nothing_goes_unnoticed(tmp_path, room):
    engine, journal = FakeEngine(tmp_path / "ground"), Full(tmp_path)
    journal.room = room
    try:
        run("up", engine, two(), journal, workers=1)
    except (HalfDone, MachineFailed) as error:
        assert room < 28
        assert "no space left" in str(error)  # noqa: PT017
    begun = set(history.last(tmp_path).keys("begin"))
    assert observe(engine).entries.keys() <= begun
    run("up", engine, two(), FileJournal(tmp_path))
    assert observe(engine).entries == two().entries


def test_going_back_restores_what_was(engine, tmp_path):
    run("up", engine, World.of([*environment("prod"), edge()]), FileJournal(tmp_path))
    before = observe(engine)
    with engine.failing("dev/web"), pytest.raises(HalfDone):
        run("up", engine, two(), FileJournal(tmp_path))
    assert observe(engine) != before
    back(engine, tmp_path)
    assert observe(engine) == before
    assert history.unfinished(tmp_path) is None
    assert resume(engine, two(), tmp_path) is None
    assert back(engine, tmp_path) is None


def test_going_back_never_removes_what_could_not_be_seen(tmp_path, engine, journal):
    start = World({"dev/a": WEB.entries["dev/web"]}, {"prod/": "silent"})
    found = history.Run(path="", head=head(world=start))
    wanted = undo.start(found.head.world, two())
    assert {key for key in wanted.entries if key.startswith("prod/")} == {
        key for key in two().entries if key.startswith("prod/")
    }
    assert {key for key in wanted.entries if key.startswith("dev/")} == {"dev/a"}


def test_going_back_starts_what_stood_still():
    found = history.Run(path="", head=head(world=state(running=False, faults=("x",))))
    assert undo.start(found.head.world, World()) == WEB
    assert undo.goal(found) == {"verb": "up"}


def head(**fields) -> history.Head:
    from partywall.execution.owner import myself  # noqa: PLC0415

    return history.Head(
        event="open", at=0, version=1, run="r", owner=myself(), goal={"verb": "up"}, **fields
    )


def test_a_long_list_is_cut():
    steps = [Step(key=f"dev/{n}", action=Action.CREATE, why="new") for n in range(50)]
    tally = Tally(steps)
    tally.done = {step.key for step in steps[:25]}
    bad = MachineFailed("bad", where=Place("web.log", 3), remedy="do it again")
    tally.failed = {"dev/30": bad}
    text = str(tally.error())
    assert "done: 5 more" in text
    assert "not begun: 4 more" in text
    assert "failed: create dev/30: bad\n    at: web.log:3\n    do: do it again" in text
    assert says(ValueError("x")) == "unexpected ValueError: x"


def test_nothing_to_do_is_done(engine, journal, tmp_path):
    began = time.monotonic()
    carry_out(Plan(scope=None), engine, journal())
    assert history.last(tmp_path).outcome == "done"
    assert time.monotonic() - began < 30
