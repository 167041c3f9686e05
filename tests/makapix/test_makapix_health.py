"""The health check's own parts."""

import pytest

from makapix.environment import listen_address, required
from makapix.healthy import _encoded, main


def test_commands_are_written_in_the_redis_protocol() -> None:
    assert _encoded(["EXISTS", "å"]) == b"*2\r\n$6\r\nEXISTS\r\n$2\r\n\xc3\xa5\r\n"


def test_wrong_use_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "use:" in capsys.readouterr().err


def test_the_address_to_listen_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", "1234")
    assert listen_address() == ("127.0.0.1", 1234)


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit, match="DATABASE_URL is not set"):
        required("DATABASE_URL")
