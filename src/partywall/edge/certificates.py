"""Where each host's certificate comes from, as Caddy's JSON."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from partywall.edge.settings import EdgeSettings, Tls

_PRIVATE = ("localhost", "local", "internal", "home.arpa", "test", "example", "invalid")
"""Names that no public authority signs (RFC 6761, RFC 8375, RFC 6762)."""


def certificates(settings: EdgeSettings, hosts: Iterable[str]) -> dict[str, Any]:
    """The `tls` and `pki` apps; only hosts that have a route ever get a certificate."""
    names = sorted(hosts)
    inside = [name for name in names if not from_acme(settings, name)]
    outside = [name for name in names if from_acme(settings, name)]
    policies = [
        {"subjects": subjects, "issuers": [issuer]}
        for subjects, issuer in ((inside, {"module": "internal"}), (outside, _acme(settings)))
        if subjects
    ]
    tls = {"automation": {"policies": policies}, "certificates": {"automate": names}}
    # Without this Caddy tries to change the machine's own list of trusted authorities.
    pki = {"certificate_authorities": {"local": {"install_trust": False}}}
    return {"tls": tls, "pki": pki}


def from_acme(settings: EdgeSettings, name: str) -> bool:
    """Whether a host's certificate is asked from the ACME authority."""
    return settings.tls == Tls.ACME and (bool(settings.directory) or is_public(name))


def is_public(name: str) -> bool:
    """Whether a public authority could sign a certificate for this name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." in name and not any(name.endswith(f".{end}") for end in _PRIVATE)
    return False


def _acme(settings: EdgeSettings) -> dict[str, Any]:
    issuer: dict[str, Any] = {
        "module": "acme",
        "challenges": {
            "http": {"alternate_port": settings.http_port},
            "tls-alpn": {"alternate_port": settings.https_port},
        },
    }
    if settings.directory:
        issuer["ca"] = settings.directory
    if settings.email:
        issuer["email"] = settings.email
    if settings.root:
        issuer["trusted_roots_pem_files"] = [settings.root]
    return issuer
