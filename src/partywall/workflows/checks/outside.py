"""The world outside: whether it can call the ports that environments have of their own."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from partywall.system import firewall
from partywall.workflows import edge_ports
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.project import Project


def ports(project: Project) -> Iterator[Finding]:
    """Ports: those beside the customary ones can be called from outside, as far as can be seen."""
    own = project.ports.own
    if not own:
        return
    every = ", ".join(map(str, own.values()))
    bind = edge_ports.bind(project.settings)
    if _is_loopback(bind):
        what = f"the edge listens on {bind}: nobody but this machine can call port {every}"
        yield finding("ports", what, "say `edge: {bind: 0.0.0.0}` to open it", level="note")
        return
    for name, port in own.items():
        if shut := firewall.closed(port):
            what = f"port {port} of {name} is not open in {shut.firewall}"
            yield finding("ports", what, shut.remedy, environment=name, level="warning")
    yield finding(
        "ports",
        f"whether port {every} can be called from outside cannot be seen from inside",
        "try it from elsewhere; a firewall before the machine, as clouds have them, opens TCP "
        f"{every} in its console",
        level="note",
    )


def _is_loopback(bind: str) -> bool:
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return bind == "localhost"
