"""Whether a new host already has its certificate, which Caddy makes after a load has ended."""

from __future__ import annotations

import socket
import ssl
import time

from partywall.edge.certificates import from_acme
from partywall.edge.fragment import host_of
from partywall.edge.settings import EdgeSettings, Tls
from partywall.model.errors import MachineFailed
from partywall.model.world import Route

_SECONDS = 10.0
_PAUSE = 0.01


def wait_for_certificate(settings: EdgeSettings, route: Route) -> None:
    """Wait until the internal authority has signed; nobody can promise when an ACME one will.

    Where the edge does not listen there is nothing to wait for.

    Raises:
        MachineFailed: when there is none after ten seconds.
    """
    host = host_of(route)
    if settings.tls == Tls.OFF or from_acme(settings, host):
        return
    deadline = time.monotonic() + _SECONDS
    while not _shakes_hands(settings.address, route.port or settings.https_port, host):
        if time.monotonic() > deadline:
            raise MachineFailed(
                f"the edge has no certificate for {host}", remedy="look at the edge's log"
            )
        time.sleep(_PAUSE)


def _shakes_hands(address: str, port: int, host: str) -> bool:
    # Only whether there is one: who trusts the authority is not asked here, and reading the
    # machine's list of trusted ones would take longer than all the rest.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        raw = socket.create_connection((address, port), timeout=_SECONDS)
    except OSError:
        return True
    with raw:
        try:
            context.wrap_socket(raw, server_hostname=host).close()
        except OSError:
            return False
    return True
