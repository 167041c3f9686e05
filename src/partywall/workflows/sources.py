"""Where the files of each environment are read: the project's folder, or its branch's checkout."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from partywall.compose.settings import EnvFile, EnvironmentSettings, Settings
from partywall.data.checkouts import CHECKOUTS, Ground, refuse_edited
from partywall.model.app import App
from partywall.model.choices import Source as Axis
from partywall.model.errors import BadInput, PartywallError, Place, Refused
from partywall.model.world import Checkout, Key
from partywall.system.decoding import decode
from partywall.system.git import Repository

if TYPE_CHECKING:
    from partywall.workflows.project import Project

PRODUCTION = "main"
"""The branch of production, unless the settings say another."""
DEVELOPMENT = "develop"
"""The branch of an environment that is called dev; others have one of their own name."""


def key_of(name: str) -> Key:
    """The key of an environment's checkout."""
    return f"{name}/checkout/source"


def branch_of(environment: EnvironmentSettings) -> str:
    """The branch that an environment is made from."""
    if environment.branch:
        return environment.branch
    if environment.production:
        return PRODUCTION
    return DEVELOPMENT if environment.name in ("dev", "development") else environment.name


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where an environment's files are read now."""

    settings: Settings
    """The project's, with the folder and the Compose files as they are there."""
    env_files: tuple[EnvFile, ...]
    stand_for: tuple[Path, ...] = ()
    """Paths there that mean the environment's own env files, though they are elsewhere."""
    checkout: Checkout | None = None
    lasting: bool = True
    """Whether the files are where they will be, and not in a passing copy of a commit."""


class Sources:
    """The sources of one project's environments, each looked for once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, Source] = {}

    lenient = False
    """Whether checkouts that were changed by hand are read as their commits are, for a report."""

    @property
    def apart(self) -> bool:
        """Whether every environment has a checkout of its own."""
        return self._project.choices.source is Axis.BRANCH

    @cached_property
    def repository(self) -> Repository:
        """The repository that the project's folder is in.

        Raises:
            BadInput: when it is in none.
            MachineFailed: when git is missing or does not answer.
        """
        return Repository(self._project.folder)

    @property
    def ground(self) -> Ground:
        """What checkouts are made on."""
        project = self._project
        return Ground(project.folder, project.home, lambda: self.repository)

    def of(self, name: str) -> Source:
        """The source of one environment.

        Raises:
            BadInput: when there is no repository, no such branch, or no app in it.
            Refused: when the checkout was changed by hand.
        """
        if name not in self._known:
            environment = self._project.environment(name)
            own = self.apart and environment.attach is None
            self._known[name] = self._checked_out(environment) if own else self._shared(environment)
        return self._known[name]

    def forget(self) -> None:
        """Look for every one anew."""
        self._known.clear()

    def checkout(self, environment: EnvironmentSettings) -> Checkout:
        """The checkout that an environment should have; raises as `of` does."""
        branch = branch_of(environment)
        return Checkout(
            key=key_of(environment.name),
            folder=f"{self._project.home.name}/{CHECKOUTS}/{environment.name}",
            branch=branch,
            commit=self._commit(environment, branch),
            inner=self.repository.inner,
        )

    def deployed(self, name: str) -> Checkout | None:
        """The checkout that an environment has, as it was last made."""
        entry = self._project.records.get(key_of(name))
        return entry.thing if entry and isinstance(entry.thing, Checkout) else None

    def tip(self, environment: EnvironmentSettings) -> str:
        """Where an environment's branch is, here or as the remote last had it, whichever is ahead.

        Raises:
            BadInput: when there is no such branch.
            Refused: when the two have parted.
        """
        branch = branch_of(environment)
        mine, theirs = self.repository.local(branch), self.repository.fetched(branch)
        if mine is None or theirs is None:
            return mine or theirs or self._no_branch(environment, branch)
        ahead, behind = self.repository.counts(mine, theirs)
        if ahead and behind:
            raise Refused(
                f"{branch} has parted from the remote's: {ahead} commits are here alone, {behind} "
                "are there alone",
                where=self._place(environment),
                remedy="bring them together with git, or name one: "
                f"`partywall pull {environment.name} --commit …`",
            )
        return theirs if behind else mine

    def _commit(self, environment: EnvironmentSettings, branch: str) -> str:
        """What was asked for, else where it stands, else where its branch is."""
        if chosen := self._project.commits.get(environment.name):
            return chosen
        known = self.deployed(environment.name)
        if known and known.branch == branch and self.repository.commit(known.commit):
            return known.commit
        return self.tip(environment)

    def _no_branch(self, environment: EnvironmentSettings, branch: str) -> str:
        there = self.repository.branches()
        known = f"; there is: {', '.join(there[:10])}" if there else ""
        raise BadInput(
            f"there is no branch {branch}, which {environment.name} is made from",
            where=self._place(environment),
            remedy=f"make it, or say `environments: {{{environment.name}: {{branch: …}}}}` in "
            f"partywall.yaml{known}",
        )

    def _place(self, environment: EnvironmentSettings) -> Place | None:
        return self._project.settings.where("environments", environment.name, "branch")

    def _shared(self, environment: EnvironmentSettings) -> Source:
        return Source(settings=self._project.settings, env_files=environment.env_files)

    def _checked_out(self, environment: EnvironmentSettings) -> Source:
        checkout = self.checkout(environment)
        folder = self.ground.folder(checkout)
        lasting = self.repository.head(folder) == checkout.commit
        if lasting and self.lenient:
            lasting = not self.repository.edited(folder)
        elif lasting:
            refuse_edited(self.ground, checkout)
        if not lasting:
            folder = self._copy(checkout)
        return self._read_in(environment, checkout, folder / checkout.inner, lasting=lasting)

    def _copy(self, checkout: Checkout) -> Path:
        """The commit's files in a passing folder, so that a plan can be made before the checkout.

        Raises:
            Refused: when part of the source is in other repositories.
        """
        folder = self._passing / CHECKOUTS / Path(checkout.folder).name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        self.repository.export(checkout.commit, folder)
        if (folder / ".gitmodules").exists():
            raise Refused(
                f"{checkout.branch} has submodules, which a checkout would not have",
                remedy="put what they hold into the branch, or choose `source: one`",
            )
        return folder

    def _read_in(
        self, environment: EnvironmentSettings, checkout: Checkout, folder: Path, *, lasting: bool
    ) -> Source:
        project = self._project.folder

        def there(path: Path) -> Path:
            return folder / path.relative_to(project) if path.is_relative_to(project) else path

        own = project / f".env.{environment.name}"
        files = [
            msgspec.structs.replace(one, path=there(one.path))
            if one.path != own and there(one.path).exists()
            else one
            for one in environment.env_files
        ]
        compose = tuple(map(there, self._project.settings.compose))
        return Source(
            settings=msgspec.structs.replace(
                self._project.settings, folder=folder, compose=compose
            ),
            env_files=tuple(files),
            stand_for=tuple(there(one.path) for one in environment.env_files),
            checkout=checkout,
            lasting=lasting,
        )

    @cached_property
    def _passing(self) -> Path:
        """A folder that stands for the home folder, and goes with this object."""
        made = tempfile.mkdtemp(prefix="partywall-")
        weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)
        return Path(made)

    # What was read from there.

    def settled(self, name: str, app: App) -> App:
        """The app with every path where it will be, seen from the project's folder.

        Raises:
            Refused: when it reaches out of its checkout.
        """
        source = self.of(name)
        if source.checkout is None:
            return app
        text = msgspec.json.encode(app).decode()
        home = str(self._project.home)
        if not source.lasting:
            text = text.replace(str(self._passing), home)
        self._refuse_reaching_out(source.checkout, app, text)
        made = decode(text, App)
        return msgspec.structs.replace(made, folder=str(self._project.folder))

    def _refuse_reaching_out(self, checkout: Checkout, app: App, text: str) -> None:
        mine = str(self.ground.folder(checkout))
        rest = re.sub(rf'{re.escape(mine)}(?=["/])', "", text)
        for inside in (str(self._project.home / CHECKOUTS), f'"{self._project.home}"'):
            if inside in rest:
                raise Refused(
                    f"the Compose file of {app.name} reaches out of its checkout, where other "
                    "environments have theirs",
                    remedy=f"name folders of the repository alone, in {checkout.branch}",
                )

    def named(self, error: PartywallError) -> PartywallError:
        """An error with the places that people know, not those of a passing copy."""
        if "_passing" not in self.__dict__:
            return error
        passing, home = str(self._passing), str(self._project.home)
        where = error.where and Place(error.where.file.replace(passing, home), error.where.line)
        return type(error)(
            error.what.replace(passing, home),
            where=where,
            remedy=error.remedy.replace(passing, home),
            detail=[line.replace(passing, home) for line in error.detail],
        )
