"""Finds what is meant by `prod`, `snapshot:latest` or `rev:main`."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from partywall.model.errors import BadInput
from partywall.workflows import exported
from partywall.workflows.project import Project
from partywall.workflows.schema import place
from partywall.workflows.schema.sides.copied import SnapshotSide
from partywall.workflows.schema.sides.environment import EnvironmentSide
from partywall.workflows.schema.sides.revision import Revision, RevisionSide
from partywall.workflows.schema.sides.side import Side
from partywall.workflows.snapshots import stores

_FORMS = "name an environment, `snapshot:ID` (or its label, or `latest`), or `rev:` and a commit"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is said beside the sides."""

    database: str = ""
    """The service of the database, where there are several."""
    migrates: str = ""
    """The service whose command migrates, where it is not clear."""


def find(project: Project, text: str, wanted: Wanted) -> Side:
    """A side by what was typed; nothing is opened yet.

    Raises:
        BadInput: when there is no such thing.
    """
    kind, colon, name = text.partition(":")
    if not colon:
        return EnvironmentSide(project, place.find(project, text, wanted.database))
    if kind not in _KINDS or not name:
        raise BadInput(f"`{text}` names nothing that has tables", remedy=_FORMS)
    return _KINDS[kind](project, name, wanted)


def _snapshot(project: Project, name: str, wanted: Wanted) -> Side:
    store, found = stores.find(project, name)
    if wanted.database not in ("", found.service):
        raise BadInput(
            f"{found.id} is of {found.service}, not of {wanted.database}",
            remedy="name another snapshot, or leave --service out",
        )
    return SnapshotSide(project, f"snapshot:{name}", (store, found))


def _revision(project: Project, name: str, wanted: Wanted) -> Side:
    commit = exported.commit(project, name)
    home = place.find(project, project.settings.production.name, wanted.database)
    said = Revision(label=f"rev:{name}", commit=commit, home=home, service=wanted.migrates)
    return RevisionSide(project, said)


_KINDS: dict[str, Callable[[Project, str, Wanted], Side]] = {
    "snapshot": _snapshot,
    "rev": _revision,
}
