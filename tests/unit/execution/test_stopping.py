"""Signals as wishes to stop."""

import signal

from partywall.execution.stopping import stopping


def test_the_first_signal_is_a_wish_and_the_second_would_end_the_process():
    with stopping() as wanted:
        assert not wanted.is_set()
        signal.raise_signal(signal.SIGHUP)
        assert wanted.is_set()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_is_ignored_stays_ignored(request):
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    request.addfinalizer(lambda: signal.signal(signal.SIGHUP, former))
    with stopping() as wanted:
        signal.raise_signal(signal.SIGHUP)
        assert not wanted.is_set()
        signal.raise_signal(signal.SIGTERM)
        assert wanted.is_set()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
