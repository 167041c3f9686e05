"""How large a pool may be: arithmetic alone, so that it never takes the disk from production."""

from __future__ import annotations

import math

from partywall.compose import quantity
from partywall.model.errors import BadInput, Refused

GIB = 1 << 30
LEAST = GIB
"""Newer versions of `mkfs.xfs` refuse less than 300 MB, and a smaller one is of no use."""
_RESERVE = 0.10
"""Of the disk beneath, which is left to production."""
_SPARE = 1.05
"""What the file system keeps for itself of what it grows by."""


def most(taken: int, free: int, whole: int) -> int:
    """Bytes that a pool's file may have, so that the disk is not full when the pool is; pure.

    Args:
        taken: what the file takes of the disk already.
        free: of the disk.
        whole: the disk's size.
    """
    return max(0, taken + free - int(whole * _RESERVE))


def beneath(free: int, whole: int) -> int:
    """Bytes that copies may still take of the disk that a pool's file is on; pure.

    A file was bounded when it was made; production may have taken of the disk since.
    """
    return most(0, free, whole)


def refuse_size(size: int, at_most: int) -> None:
    """See that a pool can have a size.

    Raises:
        BadInput: when it is too small to be one.
        Refused: when it could fill the disk beneath.
    """
    if size < LEAST:
        raise BadInput(f"a pool of {said(size)} is too small", remedy=f"{said(LEAST)} is the least")
    if size > at_most:
        raise Refused(
            f"a pool of {said(size)} could fill the disk that production is on: it may have "
            f"{said(at_most)}, with a tenth of the disk left free",
            remedy=_smaller(at_most),
        )


def _smaller(at_most: int) -> str:
    if at_most < LEAST:
        return "make room on the disk, or give it another one: `--device`"
    return f"say `--size {at_most // GIB}G` or less, make room, or give it a disk: `--device`"


def grown(size: int, short: int, at_most: int) -> int | None:
    """The size that a pool needs to have so much more room; None when it may not have that; pure.

    Whole GiB where these are allowed: a pool is not grown for each file anew.
    """
    need = size + math.ceil(short * _SPARE)
    if need > at_most:
        return None
    return min(math.ceil(need / GIB) * GIB, at_most)


def parsed(option: str, text: str) -> int:
    """The bytes of an option.

    Raises:
        BadInput: when it is no size, or nothing.
    """
    try:
        found = quantity.memory(text)
    except ValueError as error:
        raise BadInput(f"`{option}`: {error}", remedy="write for example 20G") from error
    if found <= 0:
        raise BadInput(f"`{option}` is nothing", remedy="write for example 20G")
    return found - found % 4096


def said(size: int) -> str:
    """Bytes in words: `1.5 GiB`, `300 MiB`."""
    if size < GIB:
        return f"{size >> 20} MiB"
    return f"{size / GIB:.1f} GiB".replace(".0 ", " ")
