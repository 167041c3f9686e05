"""For how long flags have been on for everybody, or for nobody, by files, changes and counts."""

from __future__ import annotations

import pytest

from partywall.flags.counts import Counts, Variant
from partywall.flags.counts import Flag as Seen
from partywall.flags.definitions import read
from partywall.flags.known import Known
from partywall.flags.settings import OFF, ON, PART, Rule, Setting, Settings
from partywall.model.errors import Place
from partywall.workflows.flags.ages import DAY, Reach, began, known, reach
from partywall.workflows.flags.kept import Change
from partywall.workflows.flags.reading import Flags

NOW = 1_800_000_000.0
ALL = read(
    b"""\
flags:
  cart: {variants: {"on": true, "off": false}, defaultVariant: "off"}
  whole: {variants: {"on": true, "off": false}, defaultVariant: "on"}
  gone: {state: DISABLED, variants: {"on": true, "off": false}, defaultVariant: "on"}
  size: {variants: {small: 10, large: 50}, defaultVariant: small}
  bare: {variants: {a: x, b: y}}
  some:
    variants: {"on": true, "off": false}
    defaultVariant: "off"
    targeting: {if: [{in: [{var: plan}, [pro]]}, "on"]}
""",
    "flags/common.yaml",
)
RULE = Rule(when={"==": [{"var": "plan"}, "pro"]}, variant="on", said="plan is pro")


def ago(days: float) -> float:
    return NOW - days * DAY


def said(mode: str, days: float = 0.0, **more: object) -> Setting:
    return Setting(mode=mode, since=ago(days) if days else 0.0, **more)  # type: ignore[arg-type]


def changed(days: float, before: Setting, after: Setting) -> Change:
    return Change(
        id="1",
        former="",
        at=ago(days),
        by="u",
        environment="prod",
        flag="cart",
        verb="",
        before=before,
        after=after,
    )


@pytest.mark.parametrize(
    ("key", "setting", "expected"),
    [
        ("cart", Setting(), Reach.NOBODY),
        ("whole", Setting(), Reach.EVERYBODY),
        ("whole", said(OFF, 1), Reach.NOBODY),
        ("gone", Setting(), Reach.NOBODY),
        ("gone", said(ON, 1, variant="on"), Reach.EVERYBODY),
        ("some", Setting(), Reach.SOME),
        ("some", said(OFF, 1, rules=(RULE,)), Reach.NOBODY),
        ("cart", said(ON, 1, variant="on"), Reach.EVERYBODY),
        ("cart", said(ON, 1, variant="off"), Reach.NOBODY),
        ("cart", said(ON, 1, variant="on", rules=(RULE,)), Reach.SOME),
        ("cart", said(PART, 1, variant="on", percent=99.0), Reach.SOME),
        ("cart", said(PART, 1, variant="on", percent=100.0), Reach.EVERYBODY),
        ("size", Setting(), Reach.NOBODY),
        ("size", said(ON, 1, variant="large"), Reach.EVERYBODY),
        ("bare", Setting(), Reach.SOME),
        ("bare", said(OFF, 1), Reach.NOBODY),
    ],
)
def test_who_has_it_on(key: str, setting: Setting, expected: Reach) -> None:
    assert reach(ALL.flags[key], setting) is expected


def test_what_a_file_says_is_so_since_the_file_says_it_or_since_it_is_heard_again() -> None:
    cart = ALL.flags["cart"]
    on = said(ON, 50, variant="on")
    assert began(cart, Setting(), (), ago(40)) == ago(40)
    assert began(cart, Setting(), [changed(9, on, Setting())], ago(40)) == ago(9)
    assert began(cart, Setting(), [changed(60, on, Setting())], ago(40)) == ago(40)


def test_what_people_said_is_so_since_they_said_it() -> None:
    cart, on = ALL.flags["cart"], said(ON, 20, variant="on")
    assert began(cart, on, (), ago(40)) == ago(20)
    assert began(cart, on, [changed(20, Setting(), on)], ago(1)) == ago(20)
    assert began(cart, said(ON, variant="on"), (), ago(40)) == ago(40)


def test_a_part_that_was_everybody_counts_and_a_rule_that_was_taken_away_ends_it() -> None:
    cart, on = ALL.flags["cart"], said(ON, 5, variant="on")
    part, ruled = said(PART, 35, variant="on", percent=100.0), said(ON, 35, rules=(RULE,))
    assert began(cart, on, [changed(35, Setting(), part), changed(5, part, on)], 0) == ago(35)
    cleared = said(ON, 35, variant="on")
    assert began(cart, cleared, [changed(3, ruled, cleared)], 0) == ago(3)


def flags(environment: str, **settings: Setting) -> Flags:
    return Flags(environment=environment, defined=ALL, settings=Settings(flags=settings))


def counted(since: str, key: str = "", last: str = "") -> Counts:
    one = Variant(days={}, last=last, users=0, users_before=0, outcomes={})
    seen = Seen(users_full=False, outcomes_full=False, variants={"on": one})
    return Counts(since=since, flags={key: seen} if key else {})


def every(
    prod: Flags, dev: Flags, counts: dict[str, Counts] | None = None, file_days: float = 40
) -> dict[str, Known]:
    def written(_place: Place) -> float:
        return ago(file_days)

    return {one.key: one for one in known([prod, dev], counts or {}, [], written, NOW)}


def test_on_is_a_matter_of_production_and_off_of_everyone() -> None:
    on = said(ON, 33.5, variant="on")
    found = every(flags("prod", cart=on), flags("dev"))
    assert (found["cart"].on_days, found["cart"].off_days) == (33, None)
    found = every(flags("prod"), flags("dev", cart=on))
    assert (found["cart"].on_days, found["cart"].off_days) == (None, None)
    found = every(flags("prod", whole=said(OFF, 60)), flags("dev", whole=said(OFF, 50)))
    assert (found["whole"].on_days, found["whole"].off_days) == (None, 50)
    assert found["cart"].off_days == 40


def test_a_flag_that_production_does_not_define_is_not_on_there() -> None:
    prod = Flags(environment="prod", defined=read(b"", "f"), settings=Settings())
    found = every(prod, flags("dev", cart=said(ON, 90, variant="on")))
    assert (found["cart"].on_days, found["whole"].off_days) == (None, None)


def test_counts_of_all_environments_are_taken_together() -> None:
    counts = {
        "prod": counted("2026-11-16T08:00:00Z", "cart", "2026-11-20T08:00:00Z"),
        "dev": counted("2026-12-01T08:00:00Z", "cart", "2026-12-05T08:00:00Z"),
    }
    found = every(flags("prod"), flags("dev"), counts, file_days=10)
    assert found["cart"].evaluated == 1_796_457_600.0  # 5 December
    assert found["cart"].counted == 1_794_816_000.0  # 16 November
    assert found["whole"].evaluated is None
    assert found["whole"].counted == ago(10), "the flag may be as young as its file"


def test_nothing_is_known_of_what_was_asked_before_ninety_days() -> None:
    found = every(flags("prod"), flags("dev"), {"prod": counted("2026-01-01T08:00:00Z")}, 300)
    assert found["cart"].counted == ago(90)
    assert every(flags("prod"), flags("dev"), {"prod": Counts()})["cart"].counted is None
