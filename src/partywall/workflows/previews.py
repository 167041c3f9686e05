"""Environments of a branch for a while: made, prolonged, and removed with all that is theirs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from partywall.compose import quantity
from partywall.compose.settings import EnvFile, EnvironmentSettings, Settings
from partywall.data.checkouts import CHECKOUTS, LEFT
from partywall.edge.logging import access_log
from partywall.execution import previews
from partywall.execution.previews import Preview
from partywall.interfaces import ATTACHED, RENDERED, Progress
from partywall.model.choices import Presence
from partywall.model.errors import BadInput, PartywallError, Refused
from partywall.model.world import SHARED, Space, environment_of
from partywall.system.files import failed
from partywall.system.git import remove_tree
from partywall.workflows.change import Goal, change, planned
from partywall.workflows.flags.kept import FOLDER as FLAGS
from partywall.workflows.project import Project
from partywall.workflows.pull import fetch, forward, refuse_one_checkout

_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/@#+=-]*")
_FOLDERS = (CHECKOUTS, "state", "logs", "data", "own", "run", "inside", ATTACHED, RENDERED, FLAGS)
"""Folders of the home folder in which each environment has one of its own."""
_FILES = ("secrets/{}.json", "cache/{}.json", "locks/{}.lock", FLAGS + "/.{}.lock")


def with_previews(settings: Settings, home: Path) -> Settings:
    """The settings with the recorded previews as further environments.

    Raises:
        MachineFailed: when the record is damaged.
    """
    return _with(settings, previews.read(home))


def _with(settings: Settings, every: Mapping[str, Preview]) -> Settings:
    named = settings.environments
    mine = {name: _settings_of(settings, one) for name, one in every.items() if name not in named}
    return msgspec.structs.replace(settings, environments={**named, **mine})


def _settings_of(settings: Settings, preview: Preview) -> EnvironmentSettings:
    """As the first environment outside production is, with names, secrets and data of its own."""
    others = [one for one in settings.environments.values() if not one.production]
    name = preview.name
    base = EnvironmentSettings(name=name, production=False, domain="", env_files=())
    return msgspec.structs.replace(
        others[0] if others else base,
        name=name,
        domain=f"{name}.{settings.production.domain}",
        env_files=tuple(
            EnvFile(settings.folder / file, required=False) for file in (".env", f".env.{name}")
        ),
        protected=True,
        user=name,
        port=None,
        branch=preview.branch,
        passing=True,
        attach=None,
        volumes_of=None,
    )


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A preview that is to be made or prolonged."""

    project: Project
    """The project with the preview among its environments."""
    preview: Preview
    goal: Goal
    most: int
    """How many previews there may be."""


def wanted(project: Project, branch: str, ttl: str, most: int) -> Wanted:
    """What makes a preview of a branch, or brings the one that there is to where the branch is.

    Nothing is written yet.

    Args:
        project: the project.
        branch: the branch.
        ttl: how long it stays from now on, such as `3d`.
        most: how many previews there may be.

    Raises:
        BadInput: when there is no such branch, all environments have the one checkout, or not all
            stand at the same time.
        Refused: when there are enough.
    """
    refuse_one_checkout(project, "preview")
    _refuse_turns(project)
    if not _BRANCH.fullmatch(branch):
        raise BadInput(
            f"{branch!r} is no branch name", remedy="letters, digits, and . _ / @ # + = - inside"
        )
    known = previews.read(project.home)
    found = next((one for one in known.values() if one.branch == branch), None)
    if found is None:
        _refuse_more(known, most)
    now = project.clock.now()
    name = found.name if found else previews.name_of(branch, project.settings.environments)
    preview = Preview(
        name=name,
        branch=branch,
        made=found.made if found else now,
        until=now + _seconds(ttl),
    )
    settings = _with(project.settings, {name: preview}) if found is None else project.settings
    made = Project(settings, project.chosen_engine)
    fetch(made)
    _refuse_missing(made, branch)
    return Wanted(project=made, preview=preview, goal=forward(made, name), most=most)


def _refuse_turns(project: Project) -> None:
    """A preview stands beside others, or not at all."""
    presence = project.choices.presence
    if presence is not Presence.TOGETHER:
        raise BadInput(
            f"a preview stands beside the others, and with `presence: {presence.value}` one "
            "environment stands alone",
            where=project.settings.where("presence") or project.settings.where("architecture"),
            remedy="say `presence: together`",
        )


def _refuse_more(known: Mapping[str, Preview], most: int) -> None:
    if len(known) >= most:
        raise Refused(
            f"there are {len(known)} previews already ({', '.join(known)}), and at most {most} "
            "may be",
            remedy="`partywall preview remove NAME` first, or say `--max` with a larger number",
        )


def _refuse_missing(project: Project, branch: str) -> None:
    repository = project.sources.repository
    if repository.local(branch) is None and repository.fetched(branch) is None:
        there = ", ".join(repository.branches()[:10]) or "none"
        raise BadInput(f"there is no branch {branch}", remedy=f"make it, or choose from: {there}")


def _seconds(ttl: str) -> float:
    try:
        found = quantity.seconds(ttl)
    except ValueError as error:
        raise BadInput(f"`--ttl`: {error}", remedy="write for example 12h or 3d") from error
    if not found:
        raise BadInput("`--ttl` is nothing", remedy="write for example 12h or 3d")
    return found


def record(wanted: Wanted) -> None:
    """Write a preview down, so that it goes when its time is over, whatever becomes of it.

    Raises:
        PartywallError: when it cannot be planned; then nothing is written.
    """
    planned(wanted.project, wanted.goal)
    mine = wanted.preview
    with previews.changed(wanted.project.home) as every:
        there = every.get(mine.name)
        if there is None:
            _refuse_more(every, wanted.most)
        elif there.branch != mine.branch:
            raise Refused(
                f"another command has just made a preview {mine.name}, of {there.branch}",
                remedy="run the same command again: it chooses another name",
            )
        every[mine.name] = mine


def expired(project: Project) -> list[Preview]:
    """Those whose time is over."""
    now = project.clock.now()
    return [one for one in previews.read(project.home).values() if one.until <= now]


def reap(project: Project, progress: Progress) -> Iterator[str]:
    """Remove those whose time is over; says of each what was done, or why it was not.

    One that cannot be removed is no reason for another command to fail: the next one tries again.
    """
    for one in expired(project):
        try:
            remove(project, one.name, progress)
        except PartywallError as error:
            yield f"the preview {one.name} is over and could not be removed: {error.what}"
        else:
            yield f"removed the preview {one.name} of {one.branch}: its time was over"


def remove(project: Project, name: str, progress: Progress) -> None:
    """Remove a preview with its data: its lifetime was that of a trash already.

    Raises:
        BadInput: when there is none of that name.
        PartywallError: as any change; what is left is removed by the next try.
    """
    if name not in previews.read(project.home):
        raise BadInput(
            f"there is no preview `{name}`", remedy="`partywall preview list` shows what there is"
        )
    _refuse_out_of_reach(project, name)
    change(project, Goal(verb="destroy", scope=name), lambda _plan: None, progress)
    forget(project, [name])


def _refuse_out_of_reach(project: Project, name: str) -> None:
    """What it has in a server that others use is removed by that server, and it has to run."""
    for thing in project.observer.observe().things():
        if isinstance(thing, Space) and environment_of(thing.key) == name:
            shared = environment_of(thing.server) == SHARED
            if shared and not project.runs(thing.server):
                raise Refused(
                    f"{thing.server}, which has data of {name}, does not run",
                    remedy="`partywall up` first",
                )


def forget(project: Project, names: Iterable[str]) -> list[str]:
    """Take away what an environment leaves when it is destroyed, of those that are previews.

    Raises:
        MachineFailed: when something cannot be removed.
    """
    mine = [name for name in names if name in previews.read(project.home)]
    trash = project.engine.trash()
    for name in mine:
        for one in trash.all():
            if environment_of(one.key) == name:
                trash.remove(one)
        _remove_files(project, name)
        with previews.changed(project.home) as every:
            every.pop(name, None)
    return mine


def gone(project: Project, scope: str | None) -> list[str]:
    """The previews of a scope of which nothing is there any more."""
    known = [name for name in previews.read(project.home) if scope in (None, name)]
    there = project.observer.observe().environments() if known else set()
    return [name for name in known if name not in there]


def _remove_files(project: Project, name: str) -> None:
    home = project.home
    for folder in (*(home / one / name for one in _FOLDERS), *(home / LEFT).glob(f"{name}-*")):
        remove_tree(folder)
    for file in (project.folder / f".env.{name}", *(home / one.format(name) for one in _FILES)):
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise failed(error, "remove", file) from error
    _remove_logs(project, name)
    if project.sources.apart:
        project.sources.repository.forget()


def _remove_logs(project: Project, name: str) -> None:
    """What the edge wrote of its visitors, where the edge's files are ours to remove."""
    log = access_log(f"{project.settings.project}.{name}")
    for file in Path(project.edge.settings.logs).glob(f"{log}.*"):
        with contextlib.suppress(OSError):
            file.unlink()
