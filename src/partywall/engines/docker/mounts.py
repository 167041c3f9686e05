"""What of the machine's file systems is inside of containers, as the kernel has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from partywall.engines.docker.labels import COMPOSE_SERVICE, KEY
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import Mounted
from partywall.model.errors import MachineFailed
from partywall.model.world import Key

_MADE_UP = re.compile(
    "autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|mqueue|nsfs"
    "|overlay|proc|pstore|rpc_pipefs|securityfs|sysfs|tracefs"
)
"""Kinds of file systems that hold no folder of this machine (filesystems(5))."""
_ENGINES = re.compile(r"/etc/(hosts|hostname|resolv\.conf)|(/usr)?/sbin/docker-init")
"""Files that the engine itself puts into each container."""
_KERNELS = re.compile(r"/(dev|proc|sys)(/|$)")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def mounts(
    environment: str, containers: Iterable[Inspected], root: Path = Path("/")
) -> list[Mounted]:
    """Every folder and file of the machine in these containers.

    Raises:
        MachineFailed: when one has ended, or the engine's processes are not to be seen here.
    """
    return [found for one in containers for found in _of(environment, one, root)]


def _of(environment: str, one: Inspected, root: Path) -> Iterator[Mounted]:
    pid, labels = one["State"]["Pid"], one["Config"]["Labels"]
    key = str(labels.get(KEY) or f"{environment}/{labels.get(COMPOSE_SERVICE)}")
    try:
        text = (root / f"proc/{pid}/mountinfo").read_text()
    except OSError as error:
        raise MachineFailed(
            f"what is mounted in {key} cannot be seen from here: {error.strerror}",
            remedy="run the command where the engine runs",
        ) from error
    return understood(key, text)


def understood(key: Key, text: str) -> Iterator[Mounted]:
    """The lines of a `mountinfo` (proc(5)) that show folders or files of the machine; pure.

    Devices and what covers files of the kernel are in memory, made for this container alone.
    """
    found = []
    memory = set()
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        _, _, device, root, point, options, *_ = before.split()
        kind = after.split()[0]
        if kind == "tmpfs" and root == "/" and _KERNELS.match(point):
            memory.add(device)
        if not _MADE_UP.fullmatch(kind) and not _ENGINES.fullmatch(_plain(point)):
            found.append((device, root, point, options))
    for device, root, point, options in found:
        if device not in memory:
            yield Mounted(
                key=key,
                device=device,
                root=_plain(root),
                point=_plain(point),
                writable="ro" not in options.split(","),
            )


def _plain(path: str) -> str:
    """A path without the kernel's escapes for blanks and the like."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), path)
