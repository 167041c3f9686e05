"""Colours, symbols and widths follow the stream and its surroundings."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partywall.cli.render.amounts import duration, memory, stopwatch
from partywall.cli.render.columns import clean, columns, cut, hang, pad, sendable, table, wrap
from partywall.cli.render.style import Style, style_for
from partywall.model.secret import SecretRef


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "UTF-8"

    def isatty(self) -> bool:
        return True


class Latin(Terminal):
    """One that can take no more than Latin letters."""

    encoding = "iso-8859-1"


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"CLICOLOR": "0"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"CLICOLOR_FORCE": "1"}, True),
        (io.StringIO(), {"CLICOLOR_FORCE": "0"}, False),
        (io.StringIO(), {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_used_where_they_are_wanted(stream, environ, coloured):
    assert style_for(stream, environ).colour is coloured


def test_only_a_real_terminal_is_live_and_has_a_width():
    assert style_for(Terminal(), {}, 100).width == 100
    assert style_for(Terminal(), {}, 3).width == 20
    assert style_for(io.StringIO(), {}, 100).width == 0
    assert not style_for(Terminal(), {"TERM": "dumb"}).live


def test_a_closed_stream_is_no_terminal():
    stream = Terminal()
    stream.close()
    closed = io.StringIO()
    closed.close()
    assert not style_for(closed, {}).live


def test_symbols_are_ascii_where_the_encoding_has_nothing_else():
    style = style_for(Latin(), {})
    assert style.symbol("good") == "ok"
    assert style.symbol("restart").isascii()
    assert sendable("a → é", style) == "a -> ?"


def test_production_is_red_and_no_other_is():
    style = Style(colour=True)
    assert "31" in style.environment("prod", production=True)
    assert all("31" not in style.environment("dev", production=False, place=n) for n in range(9))


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\x1b[31mred\x1b[0m", 3), ("a\u200bb", 2)],
)
def test_columns_count_what_a_terminal_shows(text, width):
    assert columns(text) == width


def test_clean_leaves_nothing_that_could_act_or_tell():
    dirty = f"a\x1b[2Jb\u202ec {SecretRef('TOKEN', 3)}\nd"
    assert clean(dirty) == "a<1B>[2Jbc **** d"


@given(st.text(max_size=60), st.integers(1, 30))
def test_a_cut_text_fits(text, width):
    assert columns(cut(clean(text), width, Style())) <= width


@given(st.lists(st.text("abc日 ", min_size=1, max_size=12)), st.integers(12, 40))
def test_wrapping_keeps_every_word_and_the_width(words, width):
    text = " ".join(words)
    lines = wrap(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(columns(line) <= width or " " not in line for line in lines)


def test_padding_and_tables_line_up():
    assert pad("日", 4) == "日  "
    assert pad("1", 3, right=True) == "  1"
    assert table([("a", "10"), ("bcd", "2")], frozenset({1})) == ["a    10", "bcd   2"]
    assert table([]) == []
    assert hang("* ", "one two three", Style(width=22)) == ["* one two three"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, ""),
        (512, "512 B"),
        (45 * 2**20, "45 MiB"),
        (1288490189, "1.2 GiB"),
        (2**60, "1048576 TiB"),
    ],
)
def test_memory_reads_as_people_say_it(amount, text):
    assert memory(amount) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0, "0 s"), (42.9, "42 s"), (60, "1 min"), (185, "3 min 5 s"),
     (187_200, "2 d 4 h"), (86_400, "1 d"), (90_061, "1 d 1 h"), (-3, "0 s")],
)  # fmt: skip
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_a_stopwatch_shows_tenths_only_where_they_matter():
    assert [stopwatch(s) for s in (0.04, 9.94, 9.96, 75)] == [
        "0.0 s",
        "9.9 s",
        "10 s",
        "1 min 15 s",
    ]
