"""Moves one environment to another commit of its branch."""

from __future__ import annotations

from partywall.model.errors import BadInput, Refused
from partywall.workflows.change import Goal
from partywall.workflows.project import Project
from partywall.workflows.sources import branch_of


def pulled(project: Project, name: str, revision: str | None) -> Goal:
    """What brings an environment to where its branch is, or to a commit that is named.

    Remotes are asked first, which changes nothing but what git knows of them.

    Raises:
        BadInput: when there is no such commit, or all environments have the one checkout.
        Refused: when the environment is somebody else's, or the branch was rewritten.
        MachineFailed: when a remote does not answer.
    """
    environment = project.environment(name)
    refuse_one_checkout(project, "pull")
    if environment.attach:
        raise Refused(
            f"{name} is attached, and has no checkout that Partywall made",
            where=project.settings.where("environments", name, "attach"),
            remedy="pull it as before; `partywall take-over` makes it Partywall's own",
        )
    fetch(project)
    if revision is not None:
        return Goal(verb="up", scope=name, commit=_named(project, revision))
    return forward(project, name)


def fetch(project: Project) -> None:
    """Ask all remotes for their branches.

    Raises:
        MachineFailed: when one does not answer.
    """
    repository = project.sources.repository
    for remote in repository.remotes():
        repository.fetch(remote)


def forward(project: Project, name: str) -> Goal:
    """What brings an environment to where its branch is known to be; raises as `pulled`."""
    return Goal(verb="up", scope=name, commit=_forward(project, name))


def refuse_one_checkout(project: Project, verb: str) -> None:
    """See that every environment has a checkout of its own.

    Raises:
        BadInput: when all have the project's folder.
    """
    if not project.sources.apart:
        raise BadInput(
            f"`{verb}` is for environments with a checkout each, and here all have the one folder",
            where=project.settings.where("source") or project.settings.where("architecture"),
            remedy="say `architecture: branches`, or `source: branch` beside another one",
        )


def _named(project: Project, revision: str) -> str:
    repository = project.sources.repository
    found = repository.commit(revision) or repository.fetched(revision)
    if found is None:
        raise BadInput(
            f"there is no commit `{revision}`",
            remedy="`git log --oneline --all` shows those that there are",
        )
    return found


def _forward(project: Project, name: str) -> str:
    """Where its branch is, if that is where it is or further."""
    environment = project.environment(name)
    target = project.sources.tip(environment)
    known = project.sources.deployed(name)
    if known is None or project.sources.repository.commit(known.commit) is None:
        return target
    beyond, _ = project.sources.repository.counts(known.commit, target)
    if beyond and known.branch == branch_of(environment):
        raise Refused(
            f"{name} is at {known.commit[:10]}, which {known.branch} does not have any more",
            remedy=f"look at `git log {known.branch}`, then name the commit: "
            f"`partywall pull {name} --commit {known.branch}`",
        )
    return target
