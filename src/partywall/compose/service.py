"""One service's canonical definition as a Service, its role still open."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from partywall.compose import quantity
from partywall.compose.canonical import Definition
from partywall.model.app import Condition, Dependency, HealthCheck, Mount, Port, Role, Service

_LOCAL_PORT = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(\d{2,5})\b")


def service(name: str, said: Definition, whole: Definition) -> Service:
    """The service; `said` is free of `$$`, `whole` is what engines hand on."""
    return Service(
        name=name,
        role=Role.APP,
        why="",
        image=str(said.get("image") or ""),
        build=_build(said.get("build")),
        command=_optional_words(said.get("command")),
        entrypoint=_optional_words(said.get("entrypoint")),
        environment=pairs(said.get("environment")),
        mounts=tuple(_mounts(said)),
        ports=tuple(_ports(said.get("ports") or [])),
        exposed=_exposed(said),
        depends_on=_dependencies(said.get("depends_on")),
        health=health(said.get("healthcheck")),
        restart=_restart(said.get("restart")),
        labels=pairs(said.get("labels")),
        stop_signal=str(said.get("stop_signal") or "SIGTERM"),
        stop_grace=_seconds(said.get("stop_grace_period"), 10.0),
        definition=whole,
    )


def words(said: Any) -> tuple[str, ...]:  # noqa: ANN401
    """A command as words: a list as it is, text split as a shell would.

    Raises:
        ValueError: when a quote is not closed.
    """
    if isinstance(said, list):
        return tuple(map(str, said))
    return tuple(shlex.split(str(said)))


def pairs(said: Any) -> dict[str, str]:  # noqa: ANN401
    """A mapping, or a list of `name=value`; a name without value is left out."""
    if isinstance(said, list):
        split = [str(item).partition("=") for item in said]
        return {name: value for name, equals, value in split if equals}
    return {str(key): _scalar(value) for key, value in (said or {}).items() if value is not None}


def health(said: Any) -> HealthCheck | None:  # noqa: ANN401
    """The health check; None where there is none or it is switched off."""
    if not isinstance(said, dict) or said.get("disable") is True:
        return None
    test = said.get("test")
    if isinstance(test, str):
        test = ["CMD-SHELL", test]
    if not test or test[0] == "NONE" or len(test) < 2:
        return None
    kind, *rest = map(str, test)
    return HealthCheck(
        command=(kind, *rest) if kind not in ("CMD", "CMD-SHELL") else tuple(rest),
        shell=kind == "CMD-SHELL",
        interval=_seconds(said.get("interval"), 30.0),
        timeout=_seconds(said.get("timeout"), 30.0),
        retries=_whole(said.get("retries"), 3),
        start_period=_seconds(said.get("start_period"), 0.0),
    )


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _optional_words(said: Any) -> tuple[str, ...] | None:  # noqa: ANN401
    if said is None:
        return None
    try:
        return words(said)
    except ValueError:
        return (str(said),)


def _build(said: Any) -> dict[str, Any] | None:  # noqa: ANN401
    if said is None:
        return None
    return said if isinstance(said, dict) else {"context": str(said)}


def _restart(said: object) -> str:
    return "no" if said is False else str(said or "")


def _seconds(said: object, default: float) -> float:
    try:
        return default if said is None else quantity.seconds(str(said))
    except ValueError:
        return default


def _whole(said: object, default: int) -> int:
    # Not interpolated (`${RETRIES}`), it stays text.
    return int(str(said)) if str(said).isdigit() else default


def _mounts(said: Definition) -> list[Mount]:
    made = [_mount(one) for one in said.get("volumes") or []]
    tmpfs = said.get("tmpfs") or []
    made += [
        Mount(kind="tmpfs", source="", target=str(one).partition(":")[0])
        for one in ([tmpfs] if isinstance(tmpfs, str) else tmpfs)
    ]
    return made


def _mount(said: Any) -> Mount:  # noqa: ANN401
    if not isinstance(said, dict):
        source, _, rest = str(said).partition(":")
        target, _, mode = rest.partition(":")
        kind = "bind" if source.startswith(("/", ".", "~")) else "volume"
        if not target:
            source, target = "", source
        return Mount(kind=kind, source=source, target=target, read_only="ro" in mode.split(","))
    return Mount(
        kind=str(said.get("type") or "volume"),
        source=str(said.get("source") or ""),
        target=str(said.get("target") or ""),
        read_only=said.get("read_only") is True,
    )


def _ports(said: list[Any]) -> list[Port]:
    made = []
    for one in said:
        if isinstance(one, dict):
            if str(one.get("target", "")).isdigit():
                made.append(
                    Port(
                        target=int(one["target"]),
                        published=str(one.get("published") or ""),
                        host=str(one.get("host_ip") or ""),
                        protocol=str(one.get("protocol") or "tcp"),
                    )
                )
        elif found := re.fullmatch(r"(?:.*:)?(\d+)(?:/(\w+))?", str(one)):
            published = str(one).rpartition("/")[0] or str(one)
            before = published.rpartition(":")[0]
            made.append(Port(target=int(found[1]), published=before, protocol=found[2] or "tcp"))
    return made


def _exposed(said: Definition) -> tuple[int, ...]:
    """Ports for TCP, lowest first; PORT and the health check's address where nothing else says."""
    found = {port.target for port in _ports(said.get("ports") or []) if port.protocol == "tcp"}
    for one in said.get("expose") or []:
        number, _, protocol = str(one).partition("/")
        first, _, last = number.partition("-")
        if protocol in ("", "tcp") and first.isdigit() and (last or first).isdigit():
            found |= set(range(int(first), min(int(last or first), int(first) + 100) + 1))
    return tuple(sorted(found)) or _hinted(said)


def _hinted(said: Definition) -> tuple[int, ...]:
    variables = pairs(said.get("environment"))
    for port in (*map(variables.get, ("PORT", "VIRTUAL_PORT")), *_labelled(said)):
        if port and port.isdigit() and 0 < int(port) < 65536:
            return (int(port),)
    check = health(said.get("healthcheck"))
    found = _LOCAL_PORT.search(" ".join(check.command)) if check else None
    return (int(found[1]),) if found and 0 < int(found[1]) < 65536 else ()


def _labelled(said: Definition) -> Iterator[str]:
    """The port that a proxy is told by labels: Traefik's and caddy-docker-proxy's."""
    for name, value in pairs(said.get("labels")).items():
        if re.fullmatch(r"traefik\.http\.services\.[^.]+\.loadbalancer\.server\.port", name):
            yield value
        elif re.fullmatch(r"caddy(_\d+)?(\.\w+)*\.reverse_proxy", name):
            yield from re.findall(r"\{\{\s*upstreams\s+(?:https?\s+)?(\d+)\s*\}\}", value)


def _dependencies(said: Any) -> tuple[Dependency, ...]:  # noqa: ANN401
    if isinstance(said, list):
        return tuple(Dependency(str(name)) for name in said)
    return tuple(
        Dependency(
            str(name),
            Condition(one.get("condition") or Condition.STARTED),
            one.get("required") is not False,
        )
        for name, one in (said or {}).items()
    )
