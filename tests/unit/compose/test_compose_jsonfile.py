"""Files of JSON: what they say, and the line of everything that is wrong in them."""

from __future__ import annotations

import pytest

from partywall.compose import jsonfile
from partywall.model.errors import BadInput

WHOLE = b"""\xef\xbb\xbf{
  "a": [1e5, 1234567890123456789,
    "\\ud83d\\ude00"],
  "b": {"c, [": null,
        "d": {}}, "e": [],
  "<<": false
}
"""


def test_everything_is_what_json_says_and_has_its_line() -> None:
    found = jsonfile.parse(WHOLE, "x.json")
    assert found.data == {
        "a": [100_000.0, 1_234_567_890_123_456_789, "\U0001f600"],
        "b": {"c, [": None, "d": {}},
        "e": [],
        "<<": False,
    }
    assert found.lines == {
        (): 1,
        ("a",): 2,
        ("a", 0): 2,
        ("a", 1): 2,
        ("a", 2): 3,
        ("b",): 4,
        ("b", "c, ["): 4,
        ("b", "d"): 5,
        ("e",): 5,
        ("<<",): 6,
    }


@pytest.mark.parametrize("said", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_content(said: bytes) -> None:
    assert jsonfile.parse(said, "x.json").data is None


@pytest.mark.parametrize(
    ("said", "line", "what"),
    [
        (b'{"a": 1,\n "b": 2,\n}', 3, "is not valid JSON: trailing comma in object"),
        (b'{\n  // ours\n  "a": 1}', 2, "is not valid JSON"),
        (b'{"a":\r\n 1,\r\n b: 1}', 3, "is not valid JSON"),
        (b'{"a": 1,\n "b":\n', 2, "is not valid JSON: input data was truncated"),
        (b'{"a": 1,\n "b": [2,\n 1.0e999]}', 3, "is not valid JSON: number out of range"),
        (b'{"a":\n NaN}', 2, "is not valid JSON"),
        (b'{"a": 1,\n "\\u0061": 2}', 2, "`a` is said twice"),
        (b'{"x": {"a": 1},\n "y": [{"a": 1,\n "a": 2}]}', 3, "`a` is said twice"),
        (b'{"a":\n' + b"[" * 41 + b"]" * 41 + b"}", 2, "nested too deeply"),
        (b"[" * 100_000, None, "nested too deeply"),
        (b'{\n"a\\u001b": 1}', 2, "unprintable"),
        (b"\xff", 1, "not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(said: bytes, line: int | None, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        jsonfile.parse(said, "x.json")
    assert what in caught.value.what
    assert str(caught.value.where) == (f"x.json:{line}" if line else "x.json")
    assert caught.value.remedy
