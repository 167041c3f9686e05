"""Links lead somewhere, and commands that pages mention exist."""

import re

import click
import pytest

from docs.pages import DOCS, ROOT
from partywall.cli.main import COMMANDS, partywall

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("examples/*/README.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`partywall ([^`]+)`|^(?:\$|   ) +partywall (.+)$", re.MULTILINE)
VALUED = {"-C", "--directory", "-f", "--file", "--settings", "--engine"}


def ids(path):
    return str(path.relative_to(ROOT))


def without_blocks(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def anchors(text):
    """The anchors that headings get."""
    headings = re.findall(r"^#+ (.*)$", without_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page):
    for link in LINK.findall(without_blocks(page.read_text())):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link} is not there (pictures are made by `make docs`)"
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target.read_text()), link


def mentioned(text):
    """Command lines of partywall in code, as words."""
    for found in CODE.finditer(text):
        words = (found[1] or found[2]).partition("#")[0].split()
        while words and words[0].startswith("-"):
            del words[: 2 if words[0] in VALUED else 1]
        if words and words[0].islower():
            yield words


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_commands_and_options_exist(page):
    for words in mentioned(page.read_text()):
        assert words[0] in COMMANDS, words
        command = partywall.get_command(click.Context(partywall), words[0])
        if isinstance(command, click.Group) and words[1:] and words[1][0] != "[":
            assert words[1] in command.commands, words
            command = command.commands[words[1]]
        known = {
            option for one in command.params for option in (*one.opts, *one.secondary_opts)
        } | {"--help"}
        used = {word for word in words[1:] if re.fullmatch(r"--[a-z-]+|-[a-zA-Z]", word)}
        assert used <= known, words


def test_every_page_is_found_from_the_readme():
    found, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        found.add(page)
        for link in LINK.findall(page.read_text()):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in found:
                new.add(target)
    lost = {str(page.relative_to(ROOT)) for page in {*DOCS.rglob("*.md")} - found}
    assert not lost, f"no page that is found from README.md links to {lost}"
