"""The variables of an environment as a list for people: names always, values only when asked."""

from __future__ import annotations

import msgspec

from partywall.model.secret import PLACEHOLDER, resolve
from partywall.workflows.project import Project


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One variable; `value` is None while it is hidden."""

    name: str
    secret: bool
    value: str | None = None


def listed(project: Project, environment: str, *, reveal: bool) -> list[Listed]:
    """Every variable that the Compose file of an environment is read with.

    Raises:
        BadInput: when there is no such environment.
    """
    given = project.given(environment)
    names = {**given.variables, **{name: str(ref) for name, ref in given.refs.items()}}

    def value(text: str) -> str:
        return resolve(text, lambda ref: project.store.value(environment, ref))

    return [
        Listed(
            name=name,
            secret=PLACEHOLDER.search(text) is not None,
            value=value(text) if reveal else None,
        )
        for name, text in sorted(names.items())
    ]
