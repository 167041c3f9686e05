"""What `prove` says of changes, and what of it somebody hears who wants to hear of news alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from partywall.cli.render.proof_news import is_news, news_text
from partywall.cli.render.proof_text import proof_text
from partywall.cli.render.style import Style

WIDE = Style(width=120)
AT = 1_764_300_000.0
WHEN = datetime.fromtimestamp(AT, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def row(verdict: str, tried: str = "read its keys") -> dict[str, Any]:
    ends = {"probe": "cache", "from": "dev", "to": "prod"}
    return {**ends, "verdict": verdict, "tried": tried, "answer": "said"}


def change(now: str | None, tried: str = "read its keys", answer: str = "said") -> dict[str, Any]:
    ends = {"probe": "cache", "from": "dev", "to": "prod", "before": "held"}
    return {**ends, "now": now, "tried": tried, "answer": answer}


def document(*verdicts: str, changed: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    since = None if changed is None else {"at": AT, "changed": changed}
    return {"probes": [row(one) for one in verdicts], "left": [], "since": since, **more}


def test_nothing_changed_is_one_line_and_no_comparison_is_none() -> None:
    assert f"\n\nnothing changed since {WHEN}\n\n1 probe: 1 held" in proof_text(
        document("held", changed=[]), WIDE
    )
    assert "since" not in proof_text(document("held"), WIDE)


def test_changes_come_with_holes_first() -> None:
    changed = [change(None, "b", ""), change("held", "c"), change("crossed", "a")]
    text = proof_text(document("held", changed=changed), WIDE)
    assert text.splitlines()[-6:-2] == [
        f"changed since {WHEN}",
        "  ✗ newly crossed         dev → prod  cache  a → said",
        "  ✓ newly held            dev → prod  cache  c → said",
        "  ? no longer tried       dev → prod  cache  b",
    ]


def test_many_of_one_kind_are_counted_but_holes_are_not() -> None:
    away = [change(None, str(number), "dev does not stand") for number in range(5)]
    holes = [change("crossed", f"hole {number}") for number in range(5)]
    text = proof_text(document("held", changed=[*away, *holes]), WIDE)
    assert "no longer tried       dev → prod  5 attempts (cache): dev does not stand" in text
    assert all(f"hole {number} → said" in text for number in range(5))


@pytest.mark.parametrize(
    ("given", "news"),
    [
        (document("held", "shared by design", changed=[]), False),
        (document("held", "could not try", changed=[]), False),
        (document("held"), False),
        (document("held", "could not try"), True),
        (document("held", changed=[change("held")]), True),
        (document("held", "crossed", changed=[]), True),
        (document("could not try", changed=[]), True),
        (document(changed=[]), True),
        (document("held", changed=[], left=["a file"]), True),
    ],
    ids=["same", "still not", "first", "first not", "change", "hole", "none", "empty", "left"],
)
def test_news_is_a_hole_a_change_or_what_stays(given: dict[str, Any], news: bool) -> None:
    assert is_news(given) is news


def test_news_are_holes_changes_and_the_sum() -> None:
    probes = [row("held", "held one"), row("crossed", "open"), row("could not try", "not tried")]
    given = {**document(changed=[change("crossed", "open")], left=["a file"]), "probes": probes}
    assert news_text(given, WIDE).splitlines() == [
        "  ✗ crossed           dev → prod: cache  open → said",
        "",
        f"changed since {WHEN}",
        "  ✗ newly crossed         dev → prod  cache  open → said",
        "",
        "? left behind  a file",
        "",
        "3 probes: 1 held, 1 crossed, 1 could not try",
    ]
    assert "not tried → said" in news_text({**given, "since": None}, WIDE)
