"""What is made of counts: users of all runs, the control, what was configured, and warnings."""

from __future__ import annotations

from typing import Any

import pytest

from partywall.cli.render.flags_outcome_text import outcome_document, outcome_text
from partywall.cli.render.style import Style
from partywall.flags.counts import Counts, Variant
from partywall.flags.counts import Flag as Seen
from partywall.flags.definitions import read
from partywall.flags.settings import OFF, ON, PART, Rule, Setting
from partywall.model.errors import BadInput
from partywall.workflows.flags.outcomes import NONE, Outcomes, configured, judged

FLAGS = read(
    b"""\
flags:
  cart: {variants: {"on": true, "off": false}, defaultVariant: "off"}
  size: {variants: {small: 10, large: 50, huge: 90}, defaultVariant: small}
  bare: {variants: {a: x, b: y}}
""",
    "flags/common.yaml",
).flags
SINCE, BEGAN = "2026-11-16T08:00:00Z", 1_794_816_000.0
HALF = Setting(mode=PART, variant="on", percent=50.0, since=BEGAN - 1)


def variant(now: int = 0, before: int = 0, **outcomes: int) -> Variant:
    return Variant(days={}, last="", users=now, users_before=before, outcomes=outcomes)


def counts(key: str = "cart", *, full: bool = False, **variants: Variant) -> Counts:
    named = {"" if name == "none" else name: one for name, one in variants.items()}
    seen = Seen(users_full=full, outcomes_full=False, variants=named)
    return Counts(since=SINCE, flags={key: seen})


def look(found: Counts, key: str = "cart", setting: Setting = HALF, **asked: str) -> Outcomes:
    words = {"name": "", "control": "", **asked}
    return judged(FLAGS[key], setting, found, **words)


BOTH = {
    "on": variant(400, 600, bought=150, left=20),
    "off": variant(1000, bought=100),
}


def test_users_of_all_runs_are_compared() -> None:
    found = look(counts(**BOTH), name="bought")
    (one,) = found.outcomes
    rates = [(each.variant, each.users, each.outcomes) for each in one.rates]
    assert rates == [("off", 1000, 100), ("on", 1000, 150)]
    assert one.compared[0].points == pytest.approx(5.0)
    assert (one.compared[0].verdict, one.split_chance) == ("higher", 1.0)
    assert (found.control, found.configured) == ("off", {"on": 50.0, "off": 50.0})
    assert (found.warnings, found.notes) == ((), ())


def test_without_a_name_all_of_them_are_shown() -> None:
    assert [one.name for one in look(counts(**BOTH)).outcomes] == ["bought", "left"]


def test_an_outcome_that_is_not_counted_is_no_zero() -> None:
    with pytest.raises(BadInput, match="no outcome `bougth`") as caught:
        look(counts(**BOTH), name="bougth")
    assert caught.value.remedy == "counted are bought, left"
    with pytest.raises(BadInput) as caught:
        look(Counts(), name="bought")
    assert "POST /partywall/v1/outcomes" in caught.value.remedy
    assert look(Counts()).outcomes == ()


def test_the_control_is_what_is_off_or_the_default_or_named() -> None:
    seen = counts("size", small=variant(9, a=1), large=variant(9, a=2))
    assert look(seen, "size").control == "small"
    found = look(seen, "size", control="huge")
    assert [one.variant for one in found.outcomes[0].rates] == ["huge", "small", "large"]
    with pytest.raises(BadInput, match="no variant `medium`"):
        look(seen, "size", control="medium")
    with pytest.raises(BadInput, match="no default") as caught:
        look(seen, "bare")
    assert caught.value.remedy.endswith("a, b")


def test_variants_that_nobody_had_widen_no_interval() -> None:
    seen = counts("size", small=variant(900, a=10), large=variant(900, a=20))
    (one,) = look(seen, "size").outcomes
    assert (len(one.compared), one.level) == (1, 0.95)


def test_who_got_the_apps_default_is_shown_and_breaks_the_split() -> None:
    (one,) = look(counts(**BOTH, none=variant(7))).outcomes[:1]
    assert one.rates[-1].variant == NONE
    assert not one.trusted
    assert f"7 users have seen {NONE}" in one.warnings[0]


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        (Setting(), "no part"),
        (Setting(mode=ON, variant="on"), "no part"),
        (Setting(mode=OFF), "no part"),
        (Setting(mode=PART, variant="on", percent=5.0, since=BEGAN + 1), "has been 5 % for less"),
        (
            Setting(
                mode=PART, variant="on", percent=5.0, rules=(Rule(when={}, variant="on", said=""),)
            ),
            "rules give",
        ),
    ],
)
def test_without_a_part_for_the_whole_count_the_split_is_not_tested(
    setting: Setting, why: str
) -> None:
    found = look(counts(**BOTH), setting=setting)
    assert found.configured is None
    assert found.outcomes[0].split_chance is None
    assert why in found.notes[0]


def test_what_is_configured_is_the_part_and_the_rest() -> None:
    part = Setting(mode=PART, variant="large", percent=12.5, since=BEGAN)
    assert configured(FLAGS["size"], part, SINCE) == ({"large": 12.5, "small": 87.5}, "")
    whole = Setting(mode=PART, variant="off", percent=5.0, since=1.0)
    assert configured(FLAGS["cart"], whole, SINCE) == ({"off": 100.0}, "")
    assert configured(FLAGS["cart"], HALF, "")[0] is None


def test_counts_that_cannot_be_so_are_said() -> None:
    found = look(counts(full=True, on=variant(5, bought=9), off=variant(100, bought=1)))
    assert "too low" in found.warnings[0]
    assert found.warnings[1].startswith("9 users of on have an outcome, and the service saw only 5")
    assert found.outcomes[0].rates[1].users == 9


def shown(found: Outcomes) -> list[str]:
    return outcome_text(found, Style()).splitlines()


def test_numbers_are_rounded_for_people() -> None:
    assert shown(look(counts(**BOTH), name="bought"))[:7] == [
        "cart in , counted since 2026-11-16 08:00 UTC",
        "",
        "bought",
        "  variant  users  with it    rate  95 % interval",
        "  off       1000      100  10.0 %  8.3 to 12.0 %   compared with",
        "  on        1000      150  15.0 %  12.9 to 17.3 %",
        "  on: +5.00 percentage points (+50.0 % of it), 95 % interval +2.10 to +7.90",
    ]


def test_the_verdict_and_every_warning_and_note_stand_once() -> None:
    text = "\n".join(shown(look(counts(**BOTH, none=variant(7)), setting=HALF)))
    assert "→ on is higher than off, by at least" in text
    assert text.count("which nobody ought to") == 1
    assert text.count("The intervals are right for one look") == 1


def test_where_nobody_was_there_is_nothing_to_compare() -> None:
    text = "\n".join(shown(look(counts(on=variant(9, bought=1)))))
    assert "  on: nothing to compare with off" in text
    assert "too few" in text
    assert "no outcome is counted" in "\n".join(shown(look(Counts())))
    assert "nothing is counted yet" in shown(look(Counts()))[0]


def test_scripts_get_whole_numbers() -> None:
    document: dict[str, Any] = outcome_document(look(counts(**BOTH), name="bought"))
    (one,) = document["outcomes"]
    assert one["rates"][0]["low"] == pytest.approx(8.29094, abs=1e-5)
    assert one["compared"][0]["verdict"] == "higher"
    assert (document["since"], document["configured"]) == (SINCE, {"on": 50.0, "off": 50.0})
    assert outcome_document(look(Counts()))["since"] is None
