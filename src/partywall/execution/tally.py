"""Keeps count of what became of each step, and says it when a run did not get through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from partywall.model.errors import HalfDone, PartywallError, Refused
from partywall.model.plan import Step
from partywall.model.world import Key

_LISTED = 20
"""Steps of one kind that are listed by name."""


class Interrupted(HalfDone):
    """Somebody asked to stop; what was running has ended, the rest was not begun."""

    code = 130


class Tally:
    """Done, failed and not begun; each step is counted once, by the thread that carries it out."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self.done: set[Key] = set()
        self.failed: dict[Key, BaseException] = {}

    @property
    def complete(self) -> bool:
        """Whether every step is done."""
        return len(self.done) == len(self._steps)

    def error(self) -> PartywallError:
        """What to raise for a run that is not complete.

        A run that was refused before it did anything is just refused; all else is half done.
        """
        errors = list(self.failed.values())
        if not self.done and errors and isinstance(errors[0], Refused):
            return errors[0]
        kind = HalfDone if errors else Interrupted
        return kind("\n".join(self._lines()), remedy="`partywall resume` goes on from here")

    def _lines(self) -> Iterator[str]:
        rest = [s for s in self._steps if s.key not in self.done and s.key not in self.failed]
        done = [s for s in self._steps if s.key in self.done]
        yield (
            f"{len(done)} of {len(self._steps)} steps are done, {len(self.failed)} failed, "
            f"{len(rest)} not begun"
        )
        for step in self._steps:
            if step.key in self.failed:
                yield f"  failed: {step.action.value} {step.key}: {says(self.failed[step.key])}"
                yield from _more(self.failed[step.key])
        yield from _named("done", done)
        yield from _named("not begun", rest)


def _named(word: str, steps: Sequence[Step]) -> Iterator[str]:
    yield from (f"  {word}: {step.action.value} {step.key}" for step in steps[:_LISTED])
    if len(steps) > _LISTED:
        yield f"  {word}: {len(steps) - _LISTED} more"


def _more(error: BaseException) -> Iterator[str]:
    """Where it is, what to do, and what else shows it."""
    if isinstance(error, PartywallError):
        yield from (f"    | {line}" for line in error.detail)
        if error.where is not None:
            yield f"    at: {error.where}"
        if error.remedy:
            yield f"    do: {error.remedy}"


def says(error: BaseException) -> str:
    """An error in one sentence."""
    if isinstance(error, PartywallError):
        return error.what
    return f"unexpected {type(error).__name__}: {error}"
