"""The one error family: what is wrong, where, what to do, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A file and, when known, a line (counted from 1)."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class PartywallError(Exception):
    """Something a user can act on; `code` is the exit code (DESIGN: 0, 1, 2, 3, 4, 5, 130)."""

    code = 5

    def __init__(
        self,
        what: str,
        *,
        where: Place | None = None,
        remedy: str = "",
        detail: Sequence[str] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.detail = tuple(detail)
        """Lines that show more, such as the end of a log."""

    def __str__(self) -> str:
        detail = "".join(f"\n  | {line}" for line in self.detail)
        place = f"\n  at: {self.where}" if self.where else ""
        remedy = f"\n  do: {self.remedy}" if self.remedy else ""
        return f"{self.what}{detail}{place}{remedy}"


class CheckFailed(PartywallError):
    """A check said no: a crossed wall, a bad verdict."""

    code = 1


class BadInput(PartywallError):
    """The command line, the settings or a Compose file is wrong."""

    code = 2


class Refused(PartywallError):
    """It could be done, but not safely."""

    code = 3


class HalfDone(PartywallError):
    """Some steps are done and some are not; `partywall resume` goes on from there."""

    code = 4


class MachineFailed(PartywallError):
    """The machine, an engine or a server did not do its part."""

    code = 5
