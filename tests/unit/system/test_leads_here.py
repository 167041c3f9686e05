"""Names that lead here, and file systems that share blocks: found without waiting for long."""

import fcntl
import threading

import pytest

from partywall.system import names, reflink


def test_names_below_localhost_lead_here_by_themselves():
    assert names.leads_here("dev.shop.localhost").here is True


def test_a_resolver_that_does_not_answer_keeps_nobody(monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(names, "_addresses", lambda _name: released.wait(30) and None)
    found = names.leads_here("dev.shop.example", seconds=0.05)
    released.set()
    assert found.here is None
    assert "no answer about dev.shop.example" in found.why


@pytest.mark.parametrize(
    ("addresses", "own", "here"),
    [
        (None, (), False),
        ([], (), False),
        (["203.0.113.7"], (), None),
        (["203.0.113.7", "192.0.2.1"], ("192.0.2.1",), True),
    ],
)
def test_an_address_is_here_when_it_can_be_bound(monkeypatch, addresses, own, here):
    monkeypatch.setattr(names, "_addresses", lambda _name: addresses)
    monkeypatch.setattr(names, "_is_own", lambda address: address in own)
    assert names.leads_here("dev.shop.example").here is here


def test_blocks_are_shared_where_the_kernel_clones(monkeypatch, tmp_path):
    monkeypatch.setattr(fcntl, "ioctl", lambda *_: 0)
    assert reflink.shares_blocks(tmp_path) is True
    assert not list(tmp_path.iterdir())


def test_blocks_are_not_shared_where_it_refuses(monkeypatch, tmp_path):
    def refuses(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "ioctl", refuses)
    assert reflink.shares_blocks(tmp_path) is False


def test_nobody_knows_where_nothing_can_be_written(tmp_path):
    assert reflink.shares_blocks(tmp_path / "away") is None
