"""Looks at how much room there is where something can be written; nothing is."""

from __future__ import annotations

import os
from pathlib import Path

from partywall.proof.inside.answer import DONE, Answer, Ask, answer


def look(ask: Ask) -> Answer:
    """The file system of each path that can be looked at: its number, its size and what is free."""
    rooms = []
    for path in ask["paths"]:
        try:
            known, device = os.statvfs(path), Path(path).stat().st_dev
        except OSError:
            continue
        size, free = (blocks * known.f_frsize for blocks in (known.f_blocks, known.f_bavail))
        rooms.append({"path": path, "device": device, "size": size, "free": free})
    return answer(DONE, f"looked at {len(rooms)} of {len(ask['paths'])}", rooms=rooms)


ACTIONS = {"look": look}
