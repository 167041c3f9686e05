"""What every stand-in starts from, and what it makes of it."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from partywall.axes.starting import SPACES, SPACES_FOLDER
from partywall.engines.embedded.allocations import Address
from partywall.engines.embedded.supervise.program import Health
from partywall.model.world import Instance


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """One instance with everything that is known about its place on this machine."""

    instance: Instance
    address: Address
    folder: Path
    """A folder of its own (0700), gone when the instance is removed."""
    data: Path
    """Where its data goes: its volume, or a place in its own folder."""
    environment: dict[str, str]
    """Its variables, localised; secrets are still placeholders."""
    paths: dict[str, str]
    """Container path → host path, for every mount."""
    hosts: dict[str, Address] = {}
    """Name → address of every service that it calls."""
    project: Path

    def port(self, customary: int) -> int:
        """The port really used for the one its Compose file names, or for the customary one."""
        return self.address.ports.get(customary) or next(iter(self.address.ports.values()))


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor is asked to run."""

    command: tuple[str, ...]
    environment: dict[str, str] = {}
    files: dict[str, str] = {}
    """Files written just before the start, with secrets resolved, readable by the program alone."""
    folder: Path
    health: Health | None = None
    stop_signal: str = "SIGTERM"


class Preparation(msgspec.Struct, frozen=True, kw_only=True):
    """A command that must run once before the first start, and make a folder."""

    command: tuple[str, ...]
    text: str = ""
    """Its standard input; placeholders in it are resolved."""
    folder: Path
    draft: Path
    """Beside the folder: the command works here, and what it has completed is put in place."""
    unless: Path
    """It has been done when this file is there."""


def kept_in(setup: Setup) -> Path | None:
    """Where a server that several environments use keeps whom it lets in; None: it is one's own."""
    return setup.data / SPACES_FOLDER if SPACES in setup.environment else None


def base_path() -> str:
    """PATH for programs: the interpreter's own folder first, then the machine's."""
    own = Path(sys.executable).parent
    return f"{own}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def wheel_folder(package: str) -> Path:
    """Where a server's wheel is installed.

    Raises:
        ModuleNotFoundError: when it is not.
    """
    from importlib.util import find_spec  # noqa: PLC0415  (slow, and rarely needed)

    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent
