"""Where each host's certificate comes from, as Caddy's JSON."""

from __future__ import annotations

import ipaddress
from typing import Any

from partywall.edge.settings import EdgeSettings, Tls

_PRIVATE = ("localhost", "local", "internal", "home.arpa", "test", "example", "invalid")
"""Names that no public authority signs (RFC 6761, RFC 8375, RFC 6762)."""


def certificates(settings: EdgeSettings, ask: str) -> dict[str, Any]:
    """The `tls` and `pki` apps; only hosts that have a route ever get a certificate.

    Which ones have is asked at the address `ask` at a name's first visit: a list here would have
    to be loaded anew with every route.
    """
    permission = {"module": "http", "endpoint": ask}
    policies = [{"on_demand": True, **policy} for policy in _policies(settings)]
    tls = {"automation": {"on_demand": {"permission": permission}, "policies": policies}}
    # Without this Caddy tries to change the machine's own list of trusted authorities.
    pki = {"certificate_authorities": {"local": {"install_trust": False}}}
    return {"tls": tls, "pki": pki}


def _policies(settings: EdgeSettings) -> list[dict[str, Any]]:
    inside = [{"module": "internal"}]
    if settings.tls != Tls.ACME:
        return [{"issuers": inside}]
    public = {"issuers": [_acme(settings)]}
    return [public] if settings.directory else [{"subjects": _inner(), "issuers": inside}, public]


def _inner() -> list[str]:
    """Subjects that stand for every name that no public authority signs, some labels deep."""
    deep = ("", "*.", "*.*.", "*.*.*.", "*.*.*.*.")
    return ["*", *(f"{stars}{end}" for end in _PRIVATE for stars in deep)]


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
