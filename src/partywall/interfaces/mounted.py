"""A folder or a file of the machine inside of a program that runs."""

from __future__ import annotations

import msgspec

from partywall.model.world import Key


class Mounted(msgspec.Struct, frozen=True, kw_only=True):
    """A folder or a file of the machine inside of a program that runs."""

    key: Key
    """The instance that has it."""
    device: str = ""
    """The file system that it is in, by the kernel's number."""
    root: str
    """Where it is in that file system."""
    point: str
    """Where the instance sees it."""
    writable: bool = True

    def meets(self, other: Mounted) -> bool:
        """Whether one of the two is, or is a part of, the other."""
        return self.device == other.device and (
            _within(self.root, other.root) or _within(other.root, self.root)
        )


def _within(inner: str, outer: str) -> bool:
    return f"{inner.rstrip('/')}/".startswith(f"{outer.rstrip('/')}/")
