"""Which cookies a browser would carry from one host to another (RFC 6265); pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import msgspec


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """One `Set-Cookie` header, as far as it decides where the cookie goes."""

    name: str
    pair: str
    """`name=value`, as it is sent back; a session may be in it, so it is never shown."""
    domain: str = ""
    """Empty: only the host that set it (host-only)."""

    def __repr__(self) -> str:
        return f"Cookie({self.name!r}, domain={self.domain!r})"


def parse(header: str) -> Cookie | None:
    """The cookie of one header, None when it has no name (section 5.2)."""
    pair, *attributes = header.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    domain = ""
    for attribute in attributes:
        key, _, text = attribute.partition("=")
        # The last Domain attribute counts, and a leading dot means nothing (5.2.3, 5.3).
        if key.strip().lower() == "domain" and text.strip():
            domain = text.strip().removeprefix(".").lower()
    return Cookie(name=name.strip(), pair=f"{name.strip()}={value.strip()}", domain=domain)


def reaches(cookie: Cookie, set_by: str, host: str) -> bool:
    """Whether a browser that got the cookie from one host sends it to another.

    Ports do not matter (section 8.5); a Domain that does not cover the host that set it is ignored
    together with its cookie (5.3, step 6).
    """
    if not cookie.domain:
        return set_by.lower() == host.lower()
    return covers(cookie.domain, set_by) and covers(cookie.domain, host)


def outside(mark: str | None, name: str) -> str:
    """What browsers call a cookie that the app calls `name`, where the edge marks its cookies."""
    lower = name.lower()
    prefix = next((one for one in ("__Host-", "__Secure-") if lower.startswith(one.lower())), "")
    return f"{name[: len(prefix)]}{mark or ''}{name[len(prefix) :]}"


def covers(domain: str, host: str) -> bool:
    """Whether a host domain-matches a domain (section 5.1.3)."""
    host = host.lower()
    return host == domain or (host.endswith(f".{domain}") and not _is_address(host))


def set_in(headers: Iterable[tuple[str, str]]) -> list[Cookie]:
    """Every cookie that an answer sets."""
    found = (parse(text) for name, text in headers if name.lower() == "set-cookie")
    return [cookie for cookie in found if cookie is not None]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
