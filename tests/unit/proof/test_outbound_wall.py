"""The wall `outbound` over a fake reach: what runs, what it was told, and what a line allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from fakes.reach import Unasked
from partywall.interfaces import Agent, Completed, Contact, Stand, Told
from partywall.model.app import Condition, Role
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import Entry, Instance, Need, World
from partywall.proof.premises import Premises
from partywall.proof.probe import OUTSIDE, Attempt, Verdict
from partywall.proof.probes import outbound
from partywall.proof.prove import Report, prove

OWN = "10.0.1.1"


class Post(Unasked):
    """Development as it runs, and what answers from inside it."""

    def __init__(self, *told: Told, answers: frozenset[str] = frozenset({OWN})) -> None:
        self.running: Sequence[Told] | None = told
        self.answers = answers
        self.asked: list[dict[str, Any]] = []
        self.gone = False

    def told(self, environment: str) -> Sequence[Told] | None:
        assert environment == "dev", "nothing of production is looked at"
        if self.gone:
            raise MachineFailed("the engine does not answer")
        return self.running

    def contacts(self, environment: str) -> Sequence[Contact] | None:
        return (Contact(key="dev/web", names=("web",), addresses=(OWN,), ports=(8000,)),)

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        asks = json.loads(text)["asks"]
        self.asked += asks
        said = [
            {"outcome": "done", "says": f"connected to {ask['address']}"}
            if ask["address"] in self.answers
            else {"outcome": "unreachable", "says": "Name or service not known"}
            for ask in asks
        ]
        return Completed(code=0, out=json.dumps(said), err="")


class Store:
    """A value for every name."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(f"{ref.name}-of-{environment}")


def web(**variables: str) -> Told:
    return Told(key="dev/web", image="club/web", words=("gunicorn",), variables=variables)


def run(reach: Post, *things: Instance, **more: Any) -> Report:
    given = {"world": World.of(things), "reach": reach, "secrets": Store(), "production": "prod"}
    return prove(Premises(**{**given, **more}), [outbound.PROBE], ("prod", "dev"))


def lines(report: Report) -> tuple[Attempt, list[Attempt]]:
    """The one about what runs, and those about mail."""
    assert {(row.start, row.to) for row in report.probes} == {("dev", OUTSIDE)}
    first, *mail = report.probes
    return first, mail


def test_where_nothing_acts_and_no_mail_is_sent_it_is_held_and_nothing_is_tried() -> None:
    reach = Post(web(SMTP_USER="someone"))
    first, mail = lines(run(reach))
    assert (first.verdict, mail) == (Verdict.HELD, [])
    assert not reach.asked


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Told(key="dev/cron", image="redis"), "cron runs things by the clock"),
        (Told(key="dev/x", image="mcuadros/ofelia"), "x runs things by the clock"),
        (Told(key="dev/x", words=("crond", "-f")), "x runs things by the clock"),
        (Told(key="dev/x", image="acme/postfix"), "x sends mail"),
    ],
)
def test_what_acts_on_the_world_and_runs_is_a_hole(told: Told, words: str) -> None:
    first, _ = lines(run(Post(web(), told)))
    assert (first.verdict, first.answer) == (Verdict.CROSSED, f"{words}, and should be off")


def test_what_is_described_counts_as_it_is_described() -> None:
    """The command line of an image may tell of a clock that the Compose file does not know."""
    ran = Told(key="dev/web", words=("crond", "-f"))
    thing = Instance(key="dev/web", service="web", role=Role.WEB, image="club/web", ports=(8000,))
    assert lines(run(Post(ran), thing))[0].verdict is Verdict.HELD
    damaged = World({"dev/web": Entry(thing=thing, fingerprint="")})
    assert lines(run(Post(ran), world=damaged))[0].verdict is Verdict.CROSSED


def test_a_step_that_others_wait_for_is_no_clock() -> None:
    need = Need("dev/backup", Condition.DONE)
    thing = Instance(key="dev/web", service="web", role=Role.WEB, needs=(need,))
    first, _ = lines(run(Post(web(), Told(key="dev/backup", image="redis")), thing))
    assert first.verdict is Verdict.HELD


def test_what_others_cannot_do_without_stays_by_design() -> None:
    env = {"API": "http://relay:25/"}
    thing = Instance(key="dev/web", service="web", role=Role.WEB, environment=env)
    relay = Told(key="dev/relay", image="acme/postfix")
    first, _ = lines(run(Post(web(), relay), thing))
    assert first.verdict is Verdict.SHARED
    assert "it stays, since web cannot do without it" in first.answer


@pytest.mark.parametrize("allowed", [True, ("cron", "web")])
def test_what_a_line_allows_is_by_design_and_not_tried(allowed: bool | tuple[str, ...]) -> None:
    reach = Post(web(SMTP_HOST="smtp.acme.org"), Told(key="dev/cron", image="redis"))
    first, mail = lines(run(reach, outward={"dev": allowed}))
    assert {row.verdict for row in (first, *mail)} == {Verdict.SHARED}
    assert "by the line `outward`" in first.answer
    assert "by the line `outward`" in mail[0].answer
    assert not reach.asked


def test_a_line_for_one_allows_no_other() -> None:
    reach = Post(web(SMTP_HOST="smtp.acme.org"), Told(key="dev/cron", image="redis"))
    first, mail = lines(run(reach, outward={"dev": ("cron",)}))
    assert first.verdict is Verdict.SHARED
    assert [row.verdict for row in mail] == [Verdict.CROSSED]


def test_an_engine_that_turns_nothing_off_says_so() -> None:
    reach = Post()
    reach.running = None
    env = {"SMTP_HOST": "smtp.acme.org", "MAIL_URL": "smtp://mail.invalid:25"}
    things = [
        Instance(key="dev/web", service="web", role=Role.WEB, environment=env),
        Instance(key="dev/cron", service="cron", role=Role.WORKER),
        Instance(key="prod/cron", service="cron", role=Role.WORKER),
    ]
    first, mail = lines(run(reach, *things, outward={"dev": None}))
    assert first.verdict is Verdict.SHARED
    assert "turns nothing off" in first.answer
    assert [row.verdict for row in mail] == [Verdict.SHARED, Verdict.HELD]


@pytest.mark.parametrize("answers", [frozenset({OWN}), frozenset({OWN, "smtp.acme.org"})])
def test_a_server_of_the_world_is_a_hole_whether_it_answers_or_not(answers: frozenset[str]) -> None:
    _, [row] = lines(run(Post(web(SMTP_HOST="smtp.acme.org", SMTP_PORT="587"), answers=answers)))
    assert row.verdict is Verdict.CROSSED
    assert row.tried == "hand in mail at smtp.acme.org:587, as SMTP_HOST tells dev/web"


def test_the_name_that_never_exists_leads_nowhere_or_is_a_hole() -> None:
    told = web(SMTP_HOST="mail.invalid")
    _, [row] = lines(run(Post(told)))
    assert row.verdict is Verdict.HELD
    assert f"at home: connected to {OWN}" in row.answer
    _, [row] = lines(run(Post(told, answers=frozenset({OWN, "mail.invalid"}))))
    assert row.verdict is Verdict.CROSSED


@pytest.mark.parametrize("answers", [frozenset({OWN}), frozenset({OWN, "box"})])
def test_a_catcher_may_be_reached(answers: frozenset[str]) -> None:
    box = Told(key="dev/box", image="axllent/mailpit")
    _, [row] = lines(run(Post(web(SMTP_HOST="box"), box, answers=answers)))
    assert row.verdict is Verdict.HELD
    assert "box shows mail and delivers none" in row.answer


def test_where_nothing_of_its_own_answers_nothing_is_shown() -> None:
    _, [row] = lines(run(Post(web(SMTP_HOST="mail.invalid"), answers=frozenset())))
    assert row.verdict is Verdict.COULD_NOT_TRY
    assert "cannot connect to anything of its own" in row.answer


def test_a_password_before_the_host_is_not_said() -> None:
    report = run(Post(web(EMAIL_URL="smtp://club:a-secret@smtp.acme.org:587")))
    assert "smtp.acme.org:587" in lines(report)[1][0].tried
    assert "a-secret" not in report.to_json().decode()


def test_an_engine_that_does_not_answer_shows_nothing() -> None:
    reach = Post()
    reach.gone = True
    (row,) = run(reach).probes
    assert (row.verdict, row.answer) == (Verdict.COULD_NOT_TRY, "the engine does not answer")


def test_nothing_starts_in_what_is_attached() -> None:
    assert run(Post(web()), attached=frozenset({"dev"})).probes == ()
