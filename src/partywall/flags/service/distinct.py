"""Tells who was seen before, by numbers that mean nothing to anybody else."""

from __future__ import annotations

import secrets
from array import array
from hashlib import blake2b

MOST = 200_000
"""Users, or users with an outcome, that one flag tells apart."""
ALL = 1_000_000
"""And all flags together; about 24 bytes each."""
_SMALL = 64


class Room:
    """How many more can be told apart, by all flags together; and the key of this run."""

    def __init__(self, left: int = ALL) -> None:
        self.left = left
        self._key = secrets.token_bytes(32)

    def number(self, *words: str) -> int:
        """What stands for a user: a hash whose key never leaves memory and ends with the run."""
        text = "\0".join(words).encode("utf-8", "surrogatepass")
        # 0 is an empty place of the table.
        return int.from_bytes(blake2b(text, digest_size=8, key=self._key).digest(), "little") or 1


class Distinct:
    """A set of numbers, of which none can be taken out: a table that is looked through in line.

    A set of Python's would take five times the memory.
    """

    def __init__(self, room: Room, most: int = MOST) -> None:
        self._room = room
        self._most = most
        self._table = _empty(_SMALL)
        self._held = 0
        self.full = False
        """Whether somebody was not counted because there was no room."""

    def add(self, number: int) -> bool:
        """Whether it is new here, and there was room for it."""
        place = self._place(number)
        if self._table[place]:
            return False
        if self._held >= self._most or not self._room.left:
            self.full = True
            return False
        self._room.left -= 1
        self._held += 1
        self._table[place] = number
        if self._held * 3 > len(self._table) * 2:
            self._grow()
        return True

    def forget(self) -> None:
        """Give back the room that it took; it is not used any more."""
        self._room.left += self._held
        self._held = 0

    def _place(self, number: int) -> int:
        """Where it is, or would be."""
        last = len(self._table) - 1
        place = number & last
        while (held := self._table[place]) and held != number:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        former, self._table = self._table, _empty(2 * len(self._table))
        for number in former:
            if number:
                self._table[self._place(number)] = number


def _empty(places: int) -> array[int]:
    return array("Q", bytes(8 * places))
