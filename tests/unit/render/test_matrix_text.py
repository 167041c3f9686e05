"""The matrix on a terminal: found beside customary, with reasons, in any width."""

from __future__ import annotations

from typing import Any

import pytest

from fakes import measured
from partywall.cli.render.columns import columns
from partywall.cli.render.matrix_text import explain_text, matrix_text
from partywall.cli.render.matrix_words import in_order, machine_words, summary
from partywall.cli.render.style import Style
from partywall.proof.matrix.derive import rated

PLAIN = Style()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    whole = measured.document()
    some = {name: whole["architectures"][name] for name in ("dual", "shared", "hybrid")}
    missing = {"ports": "port 8443 is taken"}
    return rated({**whole, "architectures": some, "not_measured": missing})


def test_the_table_and_the_reasons_are_reviewed_as_text(document, golden):
    golden("matrix.txt", matrix_text(document, PLAIN))
    golden("matrix-narrow.txt", matrix_text(document, Style(width=44)))
    golden("matrix-explained.txt", explain_text(document, Style(width=80)))


@pytest.mark.parametrize("width", [44, 61, 80, 120])
def test_no_line_is_wider_than_the_terminal(document, width):
    for style in (Style(width=width), Style(width=width, colour=True)):
        for text in (matrix_text(document, style), explain_text(document, style)):
            assert max(map(columns, text.splitlines())) <= width


def test_without_colour_nothing_is_lost_and_nothing_is_coloured(document):
    coloured = matrix_text(document, Style(colour=True))
    assert "\x1b[33m" in coloured
    plain = matrix_text(document, PLAIN)
    assert "\x1b" not in plain
    assert columns(coloured) == columns(plain)


def test_a_stream_of_ascii_gets_ascii(document):
    assert matrix_text(document, Style(unicode=False)).isascii()


def test_a_wall_that_was_crossed_is_red_and_so_is_the_sum(document):
    dual = {**document["architectures"]["dual"], "data_isolation": "crossed"}
    text = matrix_text({**document, "architectures": {"dual": dual}}, Style(colour=True))
    assert "\x1b[1;31mcrossed" in text
    assert "\x1b[1;31m1 architecture measured" in text


def test_what_is_noted_of_an_architecture_is_said():
    text = matrix_text(rated(measured.document()), PLAIN)
    assert "\u00b7 snapshots: the tools for snapshots are not in this version" in text


def test_a_quick_run_says_so(document):
    assert "A quick run" in matrix_text({**document, "quick": True}, PLAIN)
    assert "A quick run" not in matrix_text(document, PLAIN)


def test_where_nothing_was_measured_that_is_said_with_the_reasons():
    document = {"project": "club", "engine": "docker", "not_measured": {"dual": "no Docker"}}
    text = matrix_text(document, PLAIN)
    assert "nothing was measured" in text
    assert "dual was not measured: no Docker" in text
    assert explain_text(document, PLAIN) == ""


def test_what_others_wrote_cannot_command_the_terminal(document):
    named = {"\x1b[2Jdual": document["architectures"]["dual"]}
    assert "\x1b" not in matrix_text({**document, "architectures": named}, PLAIN)


def test_a_machine_is_what_is_known_of_it_and_whatever_else_was_noted():
    said = {"kernel": "6.1", "memory_bytes": 15 << 29, "cores": 1, "measured": "2026-11-28T04:00"}
    assert machine_words(said) == "1 core, 7.5 GiB, kernel 6.1, on 2026-11-28"
    assert machine_words({}) == ""


def test_production_comes_first_and_what_belongs_to_all_last():
    found = in_order({"machine": 1, "dev": 2, "shared": 3, "live": 4, "a": 5}, "live")
    assert [name for name, _ in found] == ["live", "a", "dev", "shared", "machine"]


def test_what_has_no_customary_ratings_is_not_compared(document):
    assert summary(document) == (
        "3 architectures measured; 3 of 10 customary ratings found otherwise"
    )
    hybrid = {"hybrid": document["architectures"]["hybrid"]}
    assert summary({"architectures": hybrid}) == "1 architecture measured"
