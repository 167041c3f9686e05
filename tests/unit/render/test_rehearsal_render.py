"""A rehearsal on a terminal, in a pull request and for a server that runs checks."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner

from fakes.rehearsed import DOCUMENT
from partywall.cli.commands import rehearse_
from partywall.cli.render.columns import columns
from partywall.cli.render.rehearsal_junit import rehearsal_junit
from partywall.cli.render.rehearsal_markdown import rehearsal_markdown
from partywall.cli.render.rehearsal_text import rehearsal_text
from partywall.cli.render.style import Style
from partywall.cli.session import Session
from partywall.model.errors import BadInput
from partywall.rehearsal.reasons import Kind


@pytest.fixture
def document():
    return copy.deepcopy(DOCUMENT)


@pytest.fixture
def safe(document):
    return document | {
        "verdict": "safe", "passed": True, "reasons": [], "statements": [], "tables": {},
        "schema_diff": [], "runs": {}, "traffic": None, "notes": [], "lint": {"hints": []},
    }  # fmt: skip


def test_it_is_reviewed_as_text(document, golden):
    golden("rehearsal.txt", rehearsal_text(document, Style(width=100)))
    golden("rehearsal-narrow.txt", rehearsal_text(document, Style(width=50)))
    golden("rehearsal.md", rehearsal_markdown(document))
    golden("rehearsal.xml", rehearsal_junit(document))


def test_colours_take_nothing_away(document):
    plain = rehearsal_text(document, Style(width=100))
    coloured = rehearsal_text(document, Style(width=100, colour=True))
    assert columns(coloured.replace("\n", "")) == columns(plain.replace("\n", ""))


def test_where_nothing_speaks_against_it_there_is_little_to_say(safe):
    assert rehearsal_text(safe, Style()).startswith("safe: nothing speaks against it\n")
    assert "## ✅ Migration safe" in rehearsal_markdown(safe)
    suite = fromstring(rehearsal_junit(safe))
    assert (suite.get("tests"), suite.get("failures")) == (str(len(Kind)), "0")


def test_what_is_accepted_is_no_failure(document):
    for reason in document["reasons"]:
        reason["accepted"] = True
    document["passed"] = True
    assert rehearsal_text(document, Style()).startswith("risky: all its risks are accepted")
    suite = fromstring(rehearsal_junit(document))
    kinds = {reason["kind"] for reason in document["reasons"]}
    assert (suite.get("failures"), suite.get("skipped")) == ("0", str(len(kinds)))


def test_nothing_in_sql_breaks_out_of_markdown_or_xml(safe):
    evil = {
        "kind": "failed", "fatal": True, "accepted": False, "what": "<b>*|`x", "remedy": "",
        "statement": 1, "sql": "SELECT '``' | '</code>\x07'", "table": "", "where": "a_b.sql:1",
    }  # fmt: skip
    safe["reasons"] = [evil]
    said = rehearsal_markdown(safe)
    assert "\\<b\\>\\*|\\`x" in said
    assert "```SELECT '``' | '</code><07>'```" in said
    assert fromstring(rehearsal_junit(safe)).find(".//failure").get("message") == "<b>*|`x"


def test_many_statements_are_cut_to_the_slowest(safe):
    one = copy.deepcopy(DOCUMENT["statements"][0]) | {"locks": [], "rewritten": []}
    safe["statements"] = [one | {"number": n, "seconds": float(n)} for n in range(1, 21)]
    assert "and 8 quicker ones" in rehearsal_text(safe, Style())
    assert "| 20 |" in rehearsal_markdown(safe)
    assert "| 8 |" not in rehearsal_markdown(safe)


@pytest.fixture
def rehearse(document, monkeypatch, tmp_path):
    """The command, whose work is done already; gives what it printed and its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rehearse_.run, "run", lambda *_: SimpleNamespace(passed=False))
    monkeypatch.setattr(rehearse_, "document", lambda _: document)
    session = Session(None)
    name = SimpleNamespace(production=SimpleNamespace(name="prod"))
    session.project = SimpleNamespace(settings=name)

    def call(*words):
        done = CliRunner().invoke(rehearse_.command, words, obj=session)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout

    return call


def test_either_report_can_be_printed_and_no_file_has_that_name(rehearse, document, tmp_path):
    assert rehearse("--junit", "-") == (1, f"{rehearsal_junit(document)}\n")
    assert rehearse("--markdown", "-") == (1, f"{rehearsal_markdown(document)}\n")
    assert rehearse("--junit", "a.xml", "--markdown", "-") == (
        1,
        f"{rehearsal_markdown(document)}\n",
    )
    assert [one.name for one in tmp_path.iterdir()] == ["a.xml"]
    assert (tmp_path / "a.xml").read_text() == rehearsal_junit(document)


@pytest.mark.parametrize("words", [("--json", "--junit", "-"), ("--markdown", "-", "--junit", "-")])
def test_two_cannot_be_printed(rehearse, words):
    with pytest.raises(BadInput, match="one report alone can be printed"):
        rehearse(*words)
