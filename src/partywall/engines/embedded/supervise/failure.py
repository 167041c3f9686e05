"""The one error of this package: what is wrong and what to do."""

from __future__ import annotations


class SupervisionError(Exception):
    """A program or the supervisor could not be brought where it was wanted."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
