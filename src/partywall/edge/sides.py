"""Which of the two sides answers, and how the other one takes over."""

from __future__ import annotations

from pathlib import Path

from partywall.edge.home import EdgeHome
from partywall.edge.settings import CURRENT
from partywall.system.files import failed, make_folder

FRONT = "front"
SIDES = ("a", "b")
PARTS = (FRONT, *SIDES)


def active(home: EdgeHome) -> str:
    """The side that the front hands requests to; the first one where nothing was said yet."""
    try:
        said = current(home).readlink().name
    except OSError:
        return SIDES[0]
    return said if said in SIDES else SIDES[0]


def idle(home: EdgeHome) -> str:
    """The side that nobody asks."""
    return SIDES[1 - SIDES.index(active(home))]


def take_over(home: EdgeHome, side: str) -> None:
    """Let every request from now on go to this side.

    Raises:
        MachineFailed: when the link cannot be written.
    """
    link = current(home)
    fresh = link.with_name(f".{CURRENT}")
    try:
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(side)
        fresh.replace(link)
    except OSError as error:
        raise failed(error, "write", link) from error


def prepare(home: EdgeHome) -> None:
    """Make the folders of the sockets, and say which side answers.

    Raises:
        MachineFailed: when they cannot be made.
    """
    make_folder(Path(home.settings.sockets))
    for part in PARTS:
        make_folder(Path(home.settings.sockets) / part)
    if not current(home).is_symlink():
        take_over(home, SIDES[0])


def current(home: EdgeHome) -> Path:
    """The link that names the side that answers."""
    return Path(home.settings.sockets) / CURRENT
