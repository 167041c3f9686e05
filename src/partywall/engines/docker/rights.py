"""The rights that a container's program really has, as the kernel tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from partywall.model.errors import MachineFailed

# capability.h, in the order of their bits.
_CAPABILITIES = re.findall(
    r"\w+",
    """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
    NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO
    SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
    SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
    WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
    """,
)


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a program is, and what it may beyond that."""

    user: int
    group: int
    groups: tuple[int, ...] = ()
    capabilities: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """As options of `docker run`: exactly these."""
        return [
            *("--user", f"{self.user}:{self.group}"),
            *(word for group in self.groups for word in ("--group-add", str(group))),
            *("--cap-drop", "ALL"),
            *(word for name in self.capabilities for word in ("--cap-add", name)),
        ]


def of(container: str, pid: int) -> Rights:
    """Those of a container's first process, which is one of this machine.

    Raises:
        MachineFailed: when it has ended, or the engine's processes are not to be seen here.
    """
    folder = Path("/proc") / str(pid)
    try:
        if container not in (folder / "cgroup").read_text():
            raise _unseen(pid, "it is another program here")
        return understood((folder / "status").read_text(), (folder / "uid_map").read_text())
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise _unseen(pid, str(error)) from error


def _unseen(pid: int, why: str) -> MachineFailed:
    return MachineFailed(
        f"whose the engine's process {pid} is cannot be seen from here: {why}",
        remedy="run the command where the engine runs",
    )


def understood(status: str, mapped: str) -> Rights:
    """What the files `status` and `uid_map` of a process say (proc(5)); pure."""
    lines = (line.partition(":") for line in status.splitlines())
    fields: Mapping[str, list[str]] = {name: text.split() for name, _, text in lines}
    inside, outside, _ = map(int, mapped.split()[:3])
    shift = inside - outside
    bits = int(fields["CapPrm"][0], 16)
    return Rights(
        # The second of each is the effective one.
        user=int(fields["Uid"][1]) + shift,
        group=int(fields["Gid"][1]) + shift,
        groups=tuple(int(group) + shift for group in fields["Groups"]),
        capabilities=tuple(
            name for number, name in enumerate(_CAPABILITIES) if bits & (1 << number)
        ),
    )
