"""Steps under way are shown alive on a terminal and as plain lines elsewhere."""

from __future__ import annotations

import io
import re
import threading

from partywall.cli.render.progress import StepLines
from partywall.cli.render.style import Style
from partywall.interfaces import Progress
from partywall.model.plan import Action, Step
from partywall.model.secret import SecretRef

LIVE = Style(live=True, width=40)


def step(key: str, action: Action = Action.CREATE) -> Step:
    return Step(key=key, action=action, why="new")


def screen(written: str) -> list[str]:
    """What a terminal shows after this was written: moves up clear everything below."""
    shown: list[str] = []
    for up, text in re.findall(r"(?:\x1b\[(\d+)A\r\x1b\[J)?([^\x1b]*)", written):
        if up:
            del shown[len(shown) - int(up) :]
        shown += text.splitlines()
    return shown


def test_a_pipe_gets_one_plain_line_per_step():
    stream = io.StringIO()
    lines: Progress = StepLines(stream, Style())
    lines.began(step("dev/db"))
    lines.ended(step("dev/db"), 1.23)
    lines.began(step("dev/web"))
    lines.failed(step("dev/web"), f"it said\n{SecretRef('TOKEN', 1)}")
    assert stream.getvalue() == "✓ create dev/db  1.2 s\n✗ create dev/web  it said ****\n"


def test_a_wish_to_stop_is_answered():
    stream = io.StringIO()
    StepLines(stream, Style()).stopping()
    said = "stopping when the steps under way have ended; Ctrl-C again stops at once\n"
    assert stream.getvalue() == said


def test_a_terminal_shows_what_runs_below_what_is_done():
    stream, time = io.StringIO(), iter([0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0])
    lines = StepLines(stream, LIVE, lambda: next(time))
    lines.began(step("dev/db"))
    lines.began(step("dev/cache"))
    lines.ended(step("dev/db"), 2.0)
    lines.draw()
    assert screen(stream.getvalue())[-2:] == ["✓ create dev/db  2.0 s", "… create dev/cache  2.0 s"]


def test_leaving_clears_the_live_lines_and_stops_the_beat():
    stream = io.StringIO()
    before = set(threading.enumerate())
    with StepLines(stream, LIVE) as lines:
        lines.began(step("dev/db"))
    assert screen(stream.getvalue()) == []
    assert set(threading.enumerate()) <= before


def test_live_lines_never_wrap_and_are_never_too_many():
    stream = io.StringIO()
    lines = StepLines(stream, LIVE, lambda: 0.0)
    for number in range(12):
        lines.began(step(f"dev/{'a-very-long-name' * 4}{number}"))
    shown = screen(stream.getvalue())
    assert len(shown) == 9
    assert shown[-1] == "  and 4 more"
    assert max(map(len, shown)) <= 40


def test_many_threads_lose_no_line():
    stream = io.StringIO()
    lines = StepLines(stream, LIVE)

    def work(number: int) -> None:
        for turn in range(20):
            lines.began(step(f"dev/s{number}-{turn}"))
            lines.ended(step(f"dev/s{number}-{turn}"), 0.1)

    with lines:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    shown = screen(stream.getvalue())
    assert len(shown) == len(set(shown)) == 160
