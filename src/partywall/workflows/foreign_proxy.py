"""The ports 80 and 443 when somebody else has them: who, and what leads visitors on from there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from partywall.edge import behind
from partywall.edge.behind import Behind
from partywall.model.errors import BadInput
from partywall.model.world import Route
from partywall.system import sockets
from partywall.workflows.project import Project

WEB = (80, 443)
_BRIDGE = "172.17.0.1"
"""Where containers find their machine, unless somebody configured it otherwise."""
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  (compared, not used)
_LOOPBACK = "127."


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who has a port of the web."""

    port: int
    words: tuple[str, ...]
    """What it is called: its image or its program."""
    boxed: bool
    """Whether it is in a network of containers, and sees the machine from there."""

    @property
    def proxy(self) -> str:
        """`caddy`, `nginx` or `traefik`; empty when it is none of them."""
        return behind.known(self.words)

    def __str__(self) -> str:
        return " or ".join(self.words) or "a program that is not to be seen"


def holders(project: Project) -> Iterator[Holder]:
    """Who has the ports 80 and 443 without being our edge.

    Raises:
        MachineFailed: when the engine does not answer.
    """
    ours = {project.ports.http, project.ports.https}
    for port in WEB:
        if port in ours:
            continue
        if image := project.engine.publisher(port):
            yield Holder(port=port, words=(image,), boxed=True)
        elif there := [inode for _, inode in sockets.listening(port)]:
            pids = set().union(*sockets.holders(there).values())
            yield Holder(port=port, words=tuple(sorted(set(_names(pids)))), boxed=False)


def snippet(project: Project, proxy: str | None) -> str:
    """What a proxy is to be told, and what this project is to be told for it.

    Args:
        project: whose environments are led to.
        proxy: `caddy`, `nginx` or `traefik`; None: the one that has the ports.

    Raises:
        BadInput: when nobody of these has them, or there is nothing to lead to.
    """
    found = list(holders(project))
    known = next((one for one in found if one.proxy == (proxy or one.proxy) and one.proxy), None)
    name = proxy or (known.proxy if known else "")
    if not name:
        said = ", ".join(f"{one.port}: {one}" for one in found) or "nobody has them"
        raise BadInput(
            f"no Caddy, nginx or Traefik is seen on the ports 80 and 443 ({said})",
            remedy=f"name one: {', '.join(f'`partywall snippet {one}`' for one in behind.PROXIES)}",
        )
    boxed = bool(known and known.boxed)
    text = behind.PROXIES[name](_behind(project, boxed=boxed))
    return "".join(f"# {line}\n" for line in _advice(project, boxed=boxed)) + text


def _behind(project: Project, *, boxed: bool) -> Behind:
    things = project.desired().things()
    hosts = sorted({one.host for one in things if isinstance(one, Route)})
    if not hosts:
        raise BadInput(
            "no environment has an address", remedy="`partywall plan` shows what there would be"
        )
    bind = project.edge.settings.bind[0]
    seen = "127.0.0.1" if bind in _EVERYWHERE else bind
    if boxed:
        seen = _BRIDGE if bind in _EVERYWHERE or bind.startswith(_LOOPBACK) else bind
    tls = project.settings.tls != "off"
    return Behind(
        project=project.settings.project,
        hosts=tuple(hosts),
        upstream=seen,
        port=project.ports.https if tls else project.ports.http,
        tls=tls,
    )


def _advice(project: Project, *, boxed: bool) -> Iterator[str]:
    said = project.edge.settings
    if project.settings.tls != "off":
        yield 'the proxy has the certificates: `edge: {tls: "off"}` saves doing it twice'
    if boxed and said.bind[0].startswith(_LOOPBACK):
        yield f"containers do not reach the machine's loopback: say `edge: {{bind: {_BRIDGE}}}`"
    if not said.trusted:
        near = "172.16.0.0/12" if boxed else "127.0.0.1"
        yield f"for apps to see visitors' own addresses and https: `edge: {{trusted: [{near}]}}`"


def _names(pids: set[int]) -> Iterator[str]:
    for pid in pids:
        with contextlib.suppress(OSError):
            yield Path(f"/proc/{pid}/comm").read_text().strip()
