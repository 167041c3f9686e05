"""Every text that people read, against its golden file."""

from __future__ import annotations

import msgspec
import pytest
from gallery_worlds import dual

from partywall.cli.render.error_text import error_text
from partywall.cli.render.findings_markdown import init_markdown
from partywall.cli.render.findings_text import doctor_text, init_text
from partywall.cli.render.json import json_text, plan_document
from partywall.cli.render.plan_text import plan_text
from partywall.cli.render.proof_text import proof_text
from partywall.cli.render.service_table import health_word
from partywall.cli.render.status_text import status_text
from partywall.cli.render.style import Style
from partywall.model.errors import BadInput, HalfDone, Place
from partywall.model.plan import Action, Plan, Step
from partywall.model.secret import SecretRef

WIDE = Style(width=100)
NARROW = Style(width=60, unicode=False)
SECRET = str(SecretRef("POSTGRES_PASSWORD", 2))


def a_plan() -> Plan:
    entries = dual().entries
    created = ("dev/volume/pgdata", "dev/db", "dev/database/db", "dev/job/migrate")
    steps = [
        Step(
            key="machine/edge",
            action=Action.CHANGE,
            why="settings https 443 → 8443",
            before=entries["machine/edge"],
            after=entries["machine/edge"],
        ),
        *(Step(key=k, action=Action.CREATE, why="new", after=entries[k]) for k in created),
        Step(
            key="prod/web",
            action=Action.CHANGE,
            why="image club:1 → club:2, environment LOG LEVEL info → debug, port added, "
            "secret SESSION renewed",
        ),
        Step(key="prod/worker", action=Action.START, why="not running"),
        Step(key="prod/api", action=Action.RESTART, why=f"asked for {SECRET}"),
        Step(key="prod/cache", action=Action.REPAIR, why="unhealthy: does not answer, three times"),
        Step(
            key="prod/route/vault",
            action=Action.REMOVE,
            why="no longer wanted, and this is a sentence so long that a terminal must break it",
        ),
    ]
    notes = ("dev/vault differs (image changed); `partywall up` changes it",)
    return Plan(scope=None, steps=tuple(steps), notes=notes)


STATUS = {
    "project": "club",
    "architecture": "dual",
    "choices": {},
    "engine": "embedded",
    "environments": {
        "prod": {
            "url": "https://club.example",
            "present": True,
            "healthy": True,
            "protected": False,
            "services": {
                "web": {"role": "web", "healthy": True, "memory_bytes": 31_000_000,
                        "uptime_seconds": 187_200, "restarts": 0, "state": "running"},
                "db": {"role": "database", "healthy": True, "memory_bytes": 1_288_490_189,
                       "limit_bytes": 2**31, "limit_enforced": False, "uptime_seconds": 187_260,
                       "restarts": 0, "drift": []},
                "bildergröße-日本": {"role": "worker", "healthy": None, "memory_bytes": None},
            },
        },
        "dev": {
            "url": "https://dev.club.example",
            "present": True,
            "healthy": False,
            "protected": True,
            "user": "guest",
            "expires": "in 3 days",
            "services": {
                "web": {"role": "web", "healthy": False, "memory_bytes": 31_000_000,
                        "uptime_seconds": 42, "restarts": 7, "drift": ["image", "ports"],
                        "says": "curl: (7) nobody\nanswers at port 8080"},
                "api": {"role": "app", "healthy": None, "state": "starting", "uptime_seconds": 1,
                        "restarts": 0,
                        "drift": f"change: image club:1 → club:2, environment {SECRET}"},
                "db": {"role": "database", "healthy": None, "state": "stopped", "drift": True,
                       "says": ""},
            },
        },
        "preview": {"url": None, "present": False, "healthy": None, "services": {}},
        "lost": {"url": None, "present": True, "healthy": None, "protected": "guest",
                 "unreadable": "required variable SESSION_SECRET is missing a value"},
    },
    "shared": {"cache": {"role": "cache", "healthy": True, "memory_bytes": 4_000_000,
                         "limit_bytes": 2**26, "limit_enforced": True, "uptime_seconds": 60}},
    "edge": {"healthy": True, "memory_bytes": 46_000_000, "uptime_seconds": 90_061, "restarts": 1},
}  # fmt: skip
LIMITS = (
    "It enforces no limits: an environment can take all the memory that the machine has.",
    "It runs no images.",
)

PROOF = {
    "probes": [
        {"probe": "database", "from": "dev", "to": "prod", "verdict": "held",
         "tried": "connected to the other's server as its own user",
         "answer": "password authentication failed"},
        {"probe": "files", "from": "dev", "to": "prod", "verdict": "crossed",
         "tried": "read a planted file", "answer": f"its content, {SECRET}"},
        {"probe": "cache", "from": "dev", "to": "prod", "verdict": "shared by design",
         "tried": "an endless script", "answer": "the other one waited 4.8 s"},
        {"probe": "broker", "from": "prod", "to": "dev", "verdict": "could not try",
         "tried": "subscribing to everything", "answer": "no broker at home"},
        {"probe": "http", "from": "outside", "to": "dev", "verdict": "held",
         "tried": "asked without a password", "answer": "401"},
        {"probe": "http", "from": "outside", "to": "dev", "verdict": "new word", "tried": "",
         "answer": ""},
    ]
}  # fmt: skip

INIT = {
    "services": {
        "db": {"role": "database", "why": "the image postgres:18 is a PostgreSQL",
               "confidence": "sure"},
        "web": {"role": "web", "why": "it publishes port 80"},
    },
    "findings": [
        {"service": "web", "kind": "port", "what": "publishes port 80 on the host",
         "action": "left out: the edge answers there"},
    ],
    "refusals": [
        {"service": "", "kind": "socket", "what": "mounts the socket of Docker",
         "remedy": "take the mount out, or name the service under `trusted`"},
    ],
    "running": ["club_web_1 for 3 days", {"project": "club", "containers": 4}],
}  # fmt: skip

DOCTOR = [
    {"check": "ports", "what": "port 443 is taken by nginx (process 812)",
     "remedy": "stop it, or set another port for the edge"},
    {"check": "secrets", "environment": "dev", "level": "warning",
     "what": "SESSION_SECRET is the same as in prod", "remedy": "renew it in .env.dev"},
    {"check": "engine", "level": "note", "what": "the engine `embedded` enforces no limits"},
]  # fmt: skip


def test_the_report_as_markdown_is_as_reviewed(golden):
    golden("init.md", init_markdown(INIT))


def test_what_is_said_of_several_services_is_said_once():
    mail = [
        {"service": name, "kind": "outward", "what": "sends mail", "action": f"say [{name}]"}
        for name in ("web", "api", "web")
    ]
    other = {"service": "db", "kind": "outward", "what": "sends mail", "action": "say [web]"}
    text = init_text({"findings": [*mail, other]}, WIDE)
    assert text.count("web, api: sends mail") == 1
    assert "say [web, api]" in text
    assert "db: sends mail" in text
    assert init_markdown({"findings": mail}).count("sends mail") == 1


def test_markdown_marks_nothing_that_the_app_only_says():
    odd = {"a|b": {"role": "app", "why": "a_b __c__ *d* <e> `|f` [g](h) `"}}
    line = init_markdown({"services": odd}).splitlines()[-1]
    said = r"a_b \_\_c\_\_ \*d\* \<e\> `\|f` \[g\](h) \`"
    assert line == rf"| a\|b | app | {said} |  |"
    found = init_markdown({"findings": [{"service": "x", "what": f"{SECRET}\n# no title"}]})
    assert found.splitlines()[-1] == r"- **x**: \*\*\*\* # no title"


@pytest.mark.parametrize(("style", "ending"), [(WIDE, ""), (NARROW, ".narrow")])
def test_texts_are_as_reviewed(style, ending, golden):
    golden(f"plan{ending}.txt", plan_text(a_plan(), style))
    golden(f"status{ending}.txt", status_text(STATUS, style, limits=LIMITS))
    golden(f"proof{ending}.txt", proof_text(PROOF, style))
    golden(f"init{ending}.txt", init_text(INIT, style))
    golden(f"doctor{ending}.txt", doctor_text(DOCTOR, style))


def test_coloured_texts_are_as_reviewed(golden):
    style = Style(width=100, colour=True)
    golden("plan.coloured.txt", plan_text(a_plan(), style))
    golden("status.coloured.txt", status_text(STATUS, style))
    golden("proof.coloured.txt", proof_text(PROOF, style))


def test_of_several_lines_a_table_shows_the_last_one():
    said = "Traceback (most recent call last):\n  File x\nConnectionRefusedError: [111] refused\n\n"
    web = {"state": "running", "healthy": False, "says": said, "drift": f"start: {said}"}
    document = {"environments": {"prod": {"present": True, "services": {"web": web}}}}
    text = status_text(document, Style())
    assert "Traceback" not in text
    assert "start: ConnectionRefusedError: [111] refused" in text
    assert "web: ConnectionRefusedError: [111] refused" in text


def test_an_empty_plan_says_no_changes_and_still_its_notes():
    assert plan_text(Plan(scope=None), WIDE) == "no changes"
    noted = plan_text(Plan(scope="dev", notes=("left alone",)), WIDE)
    assert noted == "note  left alone\n\nno changes"


def test_a_long_list_of_differences_is_counted():
    why = ", ".join(f"environment V{n} changed" for n in range(12))
    text = plan_text(
        Plan(scope=None, steps=(Step(key="dev/web", action=Action.CHANGE, why=why),)), WIDE
    )
    assert "12 differences" in text
    assert "environment V7 changed" in text
    assert "environment V8" not in text
    assert "and 4 more" in text


def test_nothing_wrong_and_nothing_tried_are_said():
    assert doctor_text([], WIDE) == "✓ nothing is wrong here"
    assert proof_text({"probes": []}, WIDE) == "nothing was tried"
    stands = {"dev": ["dev/web", "dev/db"], "prod": ["prod"]}
    inside = proof_text({"probes": [], "stands": stands}, WIDE)
    assert inside.splitlines()[0] == (
        "inside dev  as web, db; no other of its containers sees or may do more"
    )
    assert "inside prod" not in inside
    left = proof_text({"probes": [], "left": ["a visitor of dev/api: `close` failed"]}, WIDE)
    assert "left behind  a visitor of dev/api: `close` failed" in left
    assert init_text({}, WIDE) == ""
    assert init_markdown({}) == ""
    assert status_text({}, WIDE) == ""


@pytest.mark.parametrize(
    ("service", "word"),
    [
        ({"healthy": True}, "healthy"),
        ({"healthy": False}, "unhealthy"),
        ({"healthy": None}, "no check"),
        ({"healthy": None, "state": "starting"}, "starting"),
        ({"healthy": True, "state": "stopped"}, "stopped"),
        ({"present": False, "ports": {}}, "absent"),
    ],
)
def test_health_is_one_word(service, word):
    assert health_word(service) == word


def test_errors_say_what_where_and_what_to_do(golden):
    bad = BadInput(
        "`routes` is no key of an environment",
        where=Place("/srv/club/partywall.yaml", 12),
        remedy="write `route`",
    )
    half = HalfDone(f"2 of 7 steps are done\nthe third failed: {SECRET}")
    golden("errors.txt", "\n".join([error_text(bad, WIDE), error_text(half, WIDE)]))


def test_the_plan_document_keeps_its_shape():
    document = plan_document(a_plan())
    assert document["changes"] == 10
    assert set(document["steps"][0]) == {"key", "action", "why", "environment"}
    assert document["scope"] is None
    compact, indented = json_text(document), json_text(document, indented=True)
    assert "\n" not in compact
    assert msgspec.json.decode(compact) == msgspec.json.decode(indented)
    assert "__PW_SECRET" not in compact
    assert document["steps"][1] == {
        "key": "dev/volume/pgdata",
        "action": "create",
        "why": "new",
        "environment": "dev",
    }


def test_no_text_shows_a_placeholder():
    texts = [
        plan_text(a_plan(), WIDE),
        status_text(STATUS, WIDE),
        proof_text(PROOF, WIDE),
        error_text(BadInput(SECRET, where=Place(SECRET), remedy=SECRET), WIDE),
        doctor_text([{"check": SECRET, "what": SECRET, "remedy": SECRET}], WIDE),
    ]
    assert not [text for text in texts if "__PW_SECRET" in text]


def test_a_status_says_that_nobody_watches():
    said = status_text({**STATUS, "unwatched": "both are gone"}, WIDE)
    assert "nobody watches: both are gone" in said
    assert "`partywall up` brings both back" in said
    assert "nobody watches" not in status_text({**STATUS, "unwatched": None}, WIDE)


def test_a_lost_volume_is_told_above_the_services_of_its_environment():
    lost = {"present": True, "healthy": True, "drift": {"volume/data": "repair: its data are gone"}}
    lines = status_text({"environments": {"dev": lost}}, WIDE).splitlines()
    assert "✗ volume/data: repair: its data are gone" in lines[1]


def test_what_is_true_of_many_services_is_said_once():
    said = [
        {"service": name, "kind": "bound-file", "what": "it may write there", "action": "read-only"}
        for name in ("a", "b", "b", "c", "d", "e")
    ]
    other = {"service": "a", "kind": "host-port", "what": "port 80", "action": "read-only"}
    document = {"findings": [*said, other]}
    assert init_text(document, WIDE).count("it may write there") == 1
    assert "a, b, c and 2 more: it may write there" in init_text(document, WIDE)
    assert "a: port 80" in init_text(document, WIDE)
    assert "- **a, b, c and 2 more**: it may write there" in init_markdown(document)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        ({"asleep": True, "url": "https://dev.club.example"}, "asleep"),
        ({"asleep": True, "url": None}, "not made: production stands alone"),
        ({"asleep": False, "url": "https://dev.club.example"}, "absent"),
    ],
)
def test_who_is_not_there_sleeps_at_its_address_or_has_none(one, words):
    environments = {"dev": {"present": False, "services": {}, **one}}
    assert words in status_text({**STATUS, "environments": environments}, WIDE)
