"""Visitors who have a session and no password."""

import pytest

from makapix import visit
from makapix.sessions import Signer, cookie_name, password_matches

SIGNER = Signer("prod")


def test_no_password_is_a_visitors() -> None:
    words = ("", "visitor", "00", visit.NO_PASSWORD, visit.NO_PASSWORD.partition("$")[2])
    assert not any(password_matches(word, visit.NO_PASSWORD) for word in words)


def test_the_cookies_name_says_how_people_come_in() -> None:
    assert (cookie_name(https=False), cookie_name(https=True)) == ("makapix", "__Host-makapix")


def test_a_visit_is_closed_with_the_line_that_opened_it() -> None:
    line = f"makapix={SIGNER.sign('token')}\n"
    assert visit.token_of(line, "makapix", SIGNER) == "token"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "makapix",
        "makapix=",
        f"other={SIGNER.sign('token')}",
        f"makapix={Signer('dev').sign('token')}",
        "makapix=token.00",
    ],
)
def test_nothing_else_closes_a_visit(line: str) -> None:
    assert visit.token_of(line, "makapix", SIGNER) is None


@pytest.mark.parametrize("words", [[], ["shut"], ["open", "close"]])
def test_a_slip_is_answered_with_the_usage(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["visit", *words])
    with pytest.raises(SystemExit, match="usage"):
        visit.main()
