"""What every command needs: the opened project, the way it prints and the way it asks."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from functools import cached_property
from typing import IO

import click

from partywall.cli.render.columns import clean
from partywall.cli.render.json import json_text
from partywall.cli.render.plan_text import plan_text
from partywall.cli.render.progress import StepLines
from partywall.cli.render.style import Style, style_for
from partywall.model.errors import Refused
from partywall.model.plan import Plan
from partywall.workflows.opening import Where, open_project
from partywall.workflows.project import Project


def style_of(stream: IO[str]) -> Style:
    """What a stream can show."""
    return style_for(stream, os.environ, shutil.get_terminal_size().columns)


class Session:
    """One command line."""

    def __init__(self, where: Where) -> None:
        self.where = where

    @cached_property
    def project(self) -> Project:
        """The project, opened when first needed."""
        return open_project(self.where)

    @property
    def production(self) -> tuple[str, ...]:
        """Names of production environments."""
        return (self.project.settings.production.name,)

    def command(self, *words: str) -> list[str]:
        """The argument list of another command line for the same project."""
        where = self.where
        files = [word for file in where.files for word in ("--file", str(file))]
        settings = ["--settings", str(where.settings)] if where.settings else []
        engine = ["--engine", where.engine] if where.engine else []
        start = [sys.executable, "-m", "partywall", "-C", str(where.folder)]
        return [*start, *files, *settings, *engine, *words]

    def reap(self, *, quiet: bool = False) -> list[str]:
        """Remove previews whose time is over; what was done, in sentences that are also shown."""
        from partywall.workflows import previews  # noqa: PLC0415  (only changing verbs need it)

        with StepLines(sys.stderr, style_of(sys.stderr)) as lines:
            said = list(previews.reap(self.project, lines))
        for sentence in [] if quiet else said:
            self.note(sentence)
        if said:
            self.project = open_project(self.where)
        return said

    def print(self, text: str) -> None:
        """Text for people, on standard output."""
        click.echo(text, color=True)

    def note(self, text: str) -> None:
        """Something beside the result, on standard error."""
        click.echo(text, err=True, color=True)

    def document(self, document: object) -> None:
        """One JSON document on standard output."""
        click.echo(json_text(document, indented=sys.stdout.isatty()))

    def show_plan(self, plan: Plan) -> None:
        """The plan for people."""
        self.print(plan_text(plan, style_of(sys.stdout), self.production))

    def approve(self, *, yes: bool, quiet: bool = False) -> Callable[[Plan], None]:
        """What shows a plan and asks for production's name before anything of it changes."""

        def asking(plan: Plan) -> None:
            if not quiet:
                self.note(plan_text(plan, style_of(sys.stderr), self.production))
            changed = {*plan.beside, *(step.environment for step in plan.steps)}
            touched = sorted(changed & set(self.production))
            if touched:
                self.confirm(touched[0], "This changes", yes=yes)

        return asking

    def confirm(self, name: str, what: str, *, yes: bool) -> None:
        """Have production's name typed.

        Raises:
            Refused: when it is not, or nobody can be asked.
        """
        if yes:
            return
        nobody = Refused(
            f"{what[0].lower()}{what[1:]} {name}, which is production, and nobody can be asked",
            remedy="add --yes when you are sure, or run it on a terminal",
        )
        shown = style_of(sys.stderr).environment(clean(name), production=True)
        question = f"{what} {shown}, which is production. Type its name to go on"
        self.have_typed(name, question, nobody, "nothing was changed")

    def have_typed(self, word: str, question: str, nobody: Refused, otherwise: str) -> None:
        """Have a word typed on a terminal.

        Args:
            word: the word.
            question: what is asked.
            nobody: the error where nobody can be asked.
            otherwise: what is true when another word was typed.

        Raises:
            Refused: when it is not typed, or nobody can be asked.
        """
        if not sys.stdin.isatty():
            raise nobody
        if click.prompt(question, err=True, default="") != word:
            raise Refused(f"{word} was not typed: {otherwise}", remedy="run it again")
