"""Durations, sizes and shares."""

import pytest

from partywall.compose import quantity


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("1m30s", 90),
        ("1h0m0s", 3600),
        ("1.5s", 1.5),
        ("500ms", 0.5),
        ("7d", 604800),
        ("2w", 1209600),
        ("1h 30m", 5400),
        ("0", 0),
        ("100us", 0.0001),
    ],
)
def test_durations(text, seconds):
    assert quantity.seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "5", "-1s", "1s!", "s", "٣s"])
def test_no_durations(text):
    with pytest.raises(ValueError, match="no duration"):
        quantity.seconds(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1024", 1024),
        ("1k", 1024),
        ("512M", 2**29),
        ("1.5g", 3 * 2**29),
        ("2GiB", 2**31),
        ("1 MB", 2**20),
    ],
)
def test_sizes(text, size):
    assert quantity.memory(text) == size


@pytest.mark.parametrize("text", ["", "big", "-1M", "1X", "M"])
def test_no_sizes(text):
    with pytest.raises(ValueError, match="no size"):
        quantity.memory(text)


def test_shares():
    assert quantity.share("40%") == pytest.approx(0.4)
    assert quantity.share("100 %") == 1
    assert quantity.share("1.5") is None
    for text in ("0%", "101%"):
        with pytest.raises(ValueError, match="between"):
            quantity.share(text)
