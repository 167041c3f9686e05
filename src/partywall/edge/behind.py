"""What leads visitors from a proxy that has the ports 80 and 443 already to this edge; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from partywall.edge.fragment import address_of


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """Who is led where."""

    project: str
    hosts: tuple[str, ...]
    upstream: str
    """The edge, as the proxy sees it: an address or a name."""
    port: int
    tls: bool
    """Whether the edge speaks TLS there, with certificates that the proxy does not know."""

    @property
    def address(self) -> str:
        """As a URL has it."""
        return address_of(self.upstream, self.port)


def caddy(behind: Behind) -> str:
    """Blocks for a Caddyfile; Caddy gets the certificates itself."""
    if behind.tls:
        proxied = (
            f"reverse_proxy https://{behind.address} {{\n"
            "\t\theader_up Host {host}\n"
            "\t\ttransport http {\n"
            "\t\t\ttls_insecure_skip_verify\n"
            "\t\t\ttls_server_name {host}\n"
            "\t\t}\n"
            "\t}"
        )
    else:
        proxied = f"reverse_proxy {behind.address}"
    return "".join(f"{host} {{\n\t{proxied}\n}}\n" for host in behind.hosts)


def nginx(behind: Behind) -> str:
    """A server for `http { … }`; certificates are for its user to add."""
    scheme = "https" if behind.tls else "http"
    checks = (
        "        proxy_ssl_server_name on;\n        proxy_ssl_name $host;\n" if behind.tls else ""
    )
    return (
        "server {\n"
        "    listen 80;\n"
        "    # listen 443 ssl; ssl_certificate …; ssl_certificate_key …;\n"
        f"    server_name {' '.join(behind.hosts)};\n"
        "    location / {\n"
        f"        proxy_pass {scheme}://{behind.address};\n"
        f"{checks}"
        "        proxy_http_version 1.1;\n"
        "        proxy_buffering off;\n"
        "        proxy_read_timeout 1h;\n"
        "        client_max_body_size 0;\n"
        "        proxy_set_header Host $host;\n"
        "        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
        "        proxy_set_header X-Forwarded-Proto $scheme;\n"
        "        proxy_set_header Upgrade $http_upgrade;\n"
        '        proxy_set_header Connection "upgrade";\n'
        "    }\n"
        "}\n"
    )


def traefik(behind: Behind) -> str:
    """A file for Traefik's file provider, with its customary entry points."""
    rule = " || ".join(f"Host(`{host}`)" for host in behind.hosts)
    scheme = "https" if behind.tls else "http"
    name = f"partywall-{behind.project}"
    text = (
        "http:\n"
        "  routers:\n"
        f"    {name}:\n"
        f'      rule: "{rule}"\n'
        f"      service: {name}\n"
        "      entryPoints: [websecure]\n"
        "      tls: {}\n"
        "  services:\n"
        f"    {name}:\n"
        "      loadBalancer:\n"
        "        passHostHeader: true\n"
        f'        servers: [{{url: "{scheme}://{behind.address}"}}]\n'
    )
    if behind.tls:
        text += (
            f"        serversTransport: {name}\n"
            "  serversTransports:\n"
            f"    {name}: {{insecureSkipVerify: true}}\n"
        )
    return text


PROXIES: dict[str, Callable[[Behind], str]] = {"caddy": caddy, "nginx": nginx, "traefik": traefik}


def known(words: Sequence[str]) -> str:
    """Which of these proxies a program's name or an image is; empty when none."""
    return next((name for word in words for name in PROXIES if name in word.lower()), "")
