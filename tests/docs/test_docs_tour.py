"""The samples of the README can be read, and the comparison of outputs notices a difference."""

import pytest

from docs.pages import ROOT
from docs.tour import Sample, samples, unlike
from partywall.cli.main import COMMANDS

TOUR = list(samples((ROOT / "README.md").read_text()))


def test_the_tour_shows_commands_that_exist():
    assert len(TOUR) > 8
    for sample in TOUR:
        assert sample.words[0] in {"partywall", "sed"}
        assert sample.words[0] != "partywall" or sample.words[1] in COMMANDS


def sample(*shown):
    return Sample("partywall status", shown)


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        (("a", "b"), "a\nb\n"),
        (("a", "…"), "a\nb\nc\n"),
        (("…", "b", "…"), "a\nb\nc\n"),
        (("…", "b", "c"), "a\nb\nc\n"),
        (("up 3 s  34 MiB",), "up 1 min 20 s  7 MiB"),
        (("https://a.localhost:8443  ✓",), "https://a.localhost:28443  ✓"),
        ((), "anything"),
    ],
)
def test_what_is_alike(shown, real):
    assert unlike(sample(*shown), real) is None


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        (("b",), "a\nb\n"),
        (("a",), "a\nb\n"),
        (("…", "b", "…", "a"), "a\nb\n"),
        (("✓ healthy",), "✗ unhealthy"),
        (("2 steps",), "3 steps"),
    ],
)
def test_what_is_not(shown, real):
    assert unlike(sample(*shown), real) is not None
