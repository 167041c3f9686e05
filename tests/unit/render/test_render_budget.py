"""What people see of a budget."""

from __future__ import annotations

from typing import Any

from partywall.cli.render.budget_text import budget_lines, portion_lines
from partywall.cli.render.status_text import status_text
from partywall.cli.render.style import Style

PORTION = {
    "memory_bytes": 40 << 20,
    "reserved_bytes": 10 << 20,
    "cpus_guaranteed": 0.25,
    "cpus": 0.5,
    "pids": 40,
    "why": "customary for the role web",
}
LIMITS: dict[str, Any] = {
    "enforced": True,
    "memory_bytes": 61 << 20,
    "memory_limit_bytes": 96 << 20,
    "cpus": 0.5,
    "pids": 12,
    "pids_limit": 100,
    "throttled_seconds": 0.0,
    "oom_kills": 0,
    "missing": ["this kernel has no weight of block IO"],
    "drift": None,
    "portions": {"web": PORTION, "cache": {**PORTION, "reserved_bytes": 0}},
}


def test_a_budget_is_one_line() -> None:
    assert budget_lines(LIMITS, {"web": {}}, Style()) == [
        "  budget: 61 MiB of 96 MiB, 0.5 cores, 12 of 100 processes"
    ]


def test_what_was_held_back_is_said_of_the_environment_and_of_each_service() -> None:
    held = {**LIMITS, "throttled_seconds": 75.2, "oom_kills": 2, "drift": "repair: 1, not 2"}
    services = {"web": {"throttled_seconds": 0.2, "oom_kills": 1}, "db": {"oom_kills": 0}}
    first, *others = budget_lines(held, services, Style())
    assert first.endswith(", waited 1 min 15 s for processors, 2 processes were killed for memory")
    assert others == [
        "  ? web: waited under 1 s for processors, 1 process was killed for memory",
        "  ? budget not in force: repair: 1, not 2",
        "    → `partywall up` sets it again",
    ]


def test_what_is_not_known_is_left_out() -> None:
    said = {**LIMITS, "memory_bytes": None, "pids": None, "oom_kills": None}
    assert budget_lines(said, {}, Style()) == ["  budget: 96 MiB, 0.5 cores, 100 processes"]


def test_portions_are_a_table() -> None:
    assert portion_lines(LIMITS, Style()) == [
        "  PORTION  MEMORY  RESERVED        CORES  PROCESSES  BY",
        "  web      40 MiB    10 MiB  0.25 to 0.5         40  customary for the role web",
        "  cache    40 MiB         —  0.25 to 0.5         40  customary for the role web",
        "  this kernel has no weight of block IO",
    ]
    assert portion_lines({**LIMITS, "portions": {}, "missing": []}, Style()) == []


def test_a_budget_on_paper_is_not_shown() -> None:
    for limits in (None, {**LIMITS, "enforced": False}):
        assert budget_lines(limits, {}, Style()) == []
        assert portion_lines(limits, Style()) == []


def test_a_status_shows_portions_when_it_is_asked_for_limits() -> None:
    document = {"environments": {"dev": {"present": True, "limits": LIMITS, "services": {}}}}
    assert "PORTION" not in status_text(document, Style())
    assert "budget: " in status_text(document, Style())
    assert "PORTION" in status_text(document, Style(), limits=("nothing",))
