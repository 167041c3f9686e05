"""Any program can be the migration; and what is tried beside it and after it."""

import sys
import threading

import pytest

from partywall.model.errors import MachineFailed
from partywall.rehearsal.document import document
from partywall.rehearsal.reasons import Kind
from partywall.rehearsal.rehearse import rehearse
from partywall.rehearsal.wanted import Wanted
from rehearsal.copies import Copies, running

pytestmark = pytest.mark.scenario
CONNECTED = "import psycopg, sys, time\nc = psycopg.connect(autocommit=True)\n"


def python(source):
    return (sys.executable, "-c", CONNECTED + source)


def sql(*statements):
    return python("".join(f"c.execute({one!r})\n" for one in statements))


def judged(copies, migrate, **more):
    return rehearse(copies, Wanted(migrate=migrate, **more), lambda _: None)


def kinds(report):
    return [str(one.kind) for one in report.reasons]


def the(report, kind):
    return next(one for one in report.reasons if one.kind == kind)


def test_a_file_that_is_sent_as_one_statement_is_taken_apart(copies):
    report = judged(copies, sql(
        "SET search_path = ''; -- CREATE INDEX of old\n"
        "ALTER TABLE public.users ADD nick text;\n"
        "UPDATE public.countries SET name = 'a;b';\n"
        "CREATE INDEX orders_made ON public.orders (made); INSERT INTO public.audit (what)"
        " VALUES ('done')"
    ))  # fmt: skip
    assert kinds(report) == ["index", "lock-order"]
    assert report.reasons[0].text == "CREATE INDEX orders_made ON public.orders (made)"
    said = [one["sql"] for one in document(report)["statements"]]
    assert "UPDATE public.countries SET name = 'a;b'" in said


def test_of_a_file_that_fails_the_failing_command_is_named(copies):
    report = judged(copies, sql(
        "ALTER TABLE users ADD nick text; ALTER TABLE users ALTER phone SET NOT NULL;"
        " ALTER TABLE users ADD late text"
    ))  # fmt: skip
    assert kinds(report) == ["real-data"]
    assert report.reasons[0].text == "ALTER TABLE users ALTER phone SET NOT NULL"
    assert "contains null values [23502]" in report.reasons[0].what


BATCHES = """
for n in range(0, 250000, 10000):
    c.execute("UPDATE orders SET note = 'x' WHERE id > %s AND id <= %s", [n, n + 10000])
"""


def test_rows_that_are_changed_in_batches_are_safe_and_one_line(copies):
    report = judged(copies, python(BATCHES))
    assert report.verdict == "safe", report.reasons
    (line,) = [one for one in document(report)["statements"] if "UPDATE" in one["sql"]]
    assert line["times"] == 25


def test_batches_in_one_transaction_are_no_batches(copies):
    report = judged(copies, python("c.autocommit = False\n" + BATCHES + "c.commit()\n"))
    assert kinds(report) == ["many-rows"]
    assert report.reasons[0].text.startswith("UPDATE orders SET note")
    assert "250,000 rows" in report.reasons[0].what


def test_what_runs_when_time_is_over_is_named(copies):
    report = judged(
        copies, sql("ALTER TABLE users ADD nick text", "SELECT pg_sleep(60)"), timeout=2
    )
    assert kinds(report) == ["timeout"]
    assert report.reasons[0].text == "SELECT pg_sleep(60)"
    assert "this statement was running" in report.reasons[0].what


def test_what_it_waits_for_is_named(copies):
    other = "o = psycopg.connect()\no.execute('SELECT count(*) FROM users')\n"
    report = judged(
        copies, python(f"{other}c.execute('ALTER TABLE users ADD nick text')"), timeout=2
    )
    assert kinds(report) == ["timeout"]
    assert report.reasons[0].text == "ALTER TABLE users ADD nick text"
    assert "SELECT count(*) FROM users` (idle in transaction)" in report.reasons[0].what


def test_a_program_that_does_nothing_until_time_is_over(copies):
    report = judged(copies, (sys.executable, "-c", "import time; time.sleep(60)"), timeout=1)
    assert kinds(report) == ["timeout"]


def test_a_program_that_fails_by_itself_is_named_by_its_last_words(copies):
    report = judged(copies, (sys.executable, "-c", "raise SystemExit('no settings')"))
    assert kinds(report) == ["failed"]
    assert "no settings" in report.reasons[0].what


@pytest.mark.parametrize("code", ["53100", "53200", "58030"])
def test_a_copy_that_runs_out_of_disk_or_memory_gives_no_verdict(copies, code):
    failing = f"DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '{code}'; END $$"
    with pytest.raises(MachineFailed, match="no verdict; no space left") as caught:
        judged(copies, sql("ALTER TABLE users ADD nick text", failing))
    assert "disk" in caught.value.remedy


def test_a_bound_that_production_has_as_well_speaks_against_it(copies):
    failing = "DO $$ BEGIN RAISE EXCEPTION 'too much' USING ERRCODE = '53400'; END $$"
    assert kinds(judged(copies, sql(failing))) == ["failed"]


def test_a_row_at_a_time_in_one_transaction(copies):
    loop = (
        "c.autocommit = False\nfor n in range(1, 300):\n"
        "    c.execute('UPDATE users SET visits = %s WHERE id = %s', [n, n])\nc.commit()"
    )
    report = judged(copies, python(loop))
    assert report.verdict == "safe"
    assert max(one["times"] for one in document(report)["statements"]) == 299


def test_a_transaction_that_is_left_open_holds_its_locks_until_its_session_ends(copies):
    source = "c.autocommit = False\nc.execute('LOCK TABLE users')\ntime.sleep(1.3)"
    report = judged(copies, python(source))
    assert kinds(report) == ["long-lock"]
    assert report.reasons[0].text == "LOCK TABLE users"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CREATE TABLE IF NOT EXISTS tags (word text)", []),
        ("CREATE TABLE tags (word text)", ["not-again"]),
        ("INSERT INTO countries VALUES (gen_random_uuid(), 'A')", ["not-again"]),
    ],
)
def test_it_is_run_twice(copies, statement, expected):
    assert kinds(judged(copies, sql(statement), again=True)) == expected


@pytest.mark.parametrize(
    ("forth", "back", "expected"),
    [
        ("ALTER TABLE users ADD nick text", "ALTER TABLE users DROP nick", []),
        ("ALTER TABLE users ADD nick text", "SELECT 1", ["irreversible"]),
        ("ALTER TABLE users ADD nick text", "ALTER TABLE users DROP name", ["irreversible"]),
        ("DELETE FROM audit", "SELECT 1", ["data-loss", "irreversible"]),
        ("ALTER TABLE users ADD nick text", "ALTER TABLE users DROP nik", ["irreversible"]),
    ],
)
def test_the_way_back_is_gone(copies, forth, back, expected):
    assert kinds(judged(copies, sql(forth), downgrade=sql(back))) == expected


def test_old_and_new_tests_are_run_on_the_new_schema(copies):
    reads = sql("SELECT phone FROM users LIMIT 1")
    renames = sql("ALTER TABLE users RENAME phone TO mobile")
    report = judged(copies, renames, tests=reads, old_tests=reads)
    assert kinds(report) == ["tests", "old-code", "old-code"]
    assert "old code's tests fail" in " ".join(one.what for one in report.reasons)
    assert judged(copies, sql("ALTER TABLE users ADD nick text"), tests=reads).verdict == "safe"


def test_old_tests_that_fail_anyway_are_only_noted(copies):
    report = judged(copies, sql("ALTER TABLE users ADD a text"), old_tests=sql("SELECT oops"))
    assert report.verdict == "safe"
    assert any("fail on the former schema, too" in one for one in report.notes)


def test_what_is_accepted_stays_a_risk_and_passes(copies):
    report = judged(copies, sql("DROP TABLE audit"), accept=[Kind.DATA_LOSS, Kind.OLD_CODE])
    assert (report.verdict, report.passed) == ("risky", True)
    assert not judged(copies, sql("DROP TABLE audit"), accept=[Kind.OLD_CODE]).passed


LOOP = """
while True:
    with c.transaction():
        c.execute("UPDATE orders SET total = total WHERE id = 5")
        time.sleep(0.05)
        c.execute("UPDATE users SET visits = visits WHERE id = 5")
    c.execute("SELECT count(phone) FROM users WHERE id < 10")
"""


def test_a_migration_that_visitors_do_not_feel_is_safe(copies):
    report = judged(copies, sql("ALTER TABLE audit ADD note text"), traffic=python(LOOP))
    assert report.verdict == "safe", report.reasons
    traffic = document(report)["traffic"]
    assert traffic["statements"] > 10
    assert traffic["failures"] == {}


SEVERAL = """
import threading
def visit(n):
    with psycopg.connect(autocommit=True) as c:
        while True:
            with c.transaction():
                c.execute(f"UPDATE orders SET total = total WHERE id = {n}")
                time.sleep(0.05)
                c.execute(f"UPDATE users SET visits = visits WHERE id = {n}")
for n in range(1, 5):
    threading.Thread(target=visit, args=[n]).start()
"""


def test_a_deadlock_with_visitors(copies):
    """Of several, one has always locked the one table and not yet the other."""
    steps = (
        "BEGIN", "LOCK TABLE users IN ACCESS EXCLUSIVE MODE", "SELECT pg_sleep(0.2)",
        "ALTER TABLE orders ADD gift text", "COMMIT",
    )  # fmt: skip
    report = judged(copies, sql(*steps), traffic=python(SEVERAL))
    assert report.verdict == "fails"
    assert the(report, Kind.DEADLOCK).text == "ALTER TABLE orders ADD gift text"


def test_visitors_that_wait(copies):
    steps = ("BEGIN", "ALTER TABLE users ADD nick text", "SELECT pg_sleep(1.5)", "COMMIT")
    report = judged(copies, sql(*steps), traffic=python(LOOP))
    assert set(kinds(report)) == {"long-lock", "traffic"}
    assert the(report, Kind.TRAFFIC).text == "ALTER TABLE users ADD nick text"
    assert document(report)["traffic"]["longest_wait_seconds"] > 1


def test_visitors_whose_code_is_too_old(copies):
    renames = "ALTER TABLE users RENAME phone TO mobile"
    report = judged(copies, sql(renames, "ALTER TABLE drafts ADD note text"), traffic=python(LOOP))
    assert set(kinds(report)) == {"old-code", "traffic"}
    assert "[42703]" in the(report, Kind.TRAFFIC).what
    assert the(report, Kind.TRAFFIC).text == "ALTER TABLE users RENAME phone TO mobile"
    assert "not run" not in " ".join(report.notes)


def test_a_lock_timeout_beside_visitors(copies):
    holds = (
        "while True:\n    with c.transaction():\n        c.execute('SELECT 1 FROM users')\n"
        "        time.sleep(1.5)\n"
    )
    steps = ("SET lock_timeout = '200ms'", "ALTER TABLE users ADD nick text")
    report = judged(copies, sql(*steps), traffic=python(holds))
    assert kinds(report) == ["timeout"]
    assert report.reasons[0].text == "ALTER TABLE users ADD nick text"


def test_nothing_is_left_in_the_server(copies, server):
    judged(copies, sql("ALTER TABLE users ADD nick text"))
    with server.connect() as connection:
        left = connection.execute(
            "SELECT name FROM pg_settings WHERE sourcefile LIKE '%.auto.conf'"
        )
        assert left.fetchall() == []


def test_several_are_rehearsed_one_beside_the_other(copies):
    """Each copy has a server of its own, as engines give it."""
    seen = []

    def one(stage):
        seen.append(kinds(judged(stage, sql("CREATE INDEX i ON orders (made)"))))

    with running() as second:
        threads = [threading.Thread(target=one, args=[stage]) for stage in (copies, Copies(second))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [["index"], ["index"]]
