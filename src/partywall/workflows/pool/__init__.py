"""A pool: a file system that shares blocks, where the machine's own has no such thing."""

from partywall.workflows.pool.mounted import ensure_mounted, folder
from partywall.workflows.pool.room import Tell, ensure_room, room

__all__ = ["Tell", "ensure_mounted", "ensure_room", "folder", "room"]
