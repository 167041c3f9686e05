"""The pages that are made from the code: the command line, the settings, pictures and costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from partywall.cli.main import COMMANDS, partywall
from partywall.cli.render.matrix_words import TITLES
from partywall.cli.render.svg import draw
from partywall.compose.schema import schema, schema_text
from partywall.model.plan import Plan
from partywall.model.world import World
from partywall.proof.matrix.rules import rules

from . import costs, sabotages

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_MADE = "<!-- Made by `make docs` from the code; do not edit. -->"
_FROM_THRESHOLDS = (
    "<!-- Made by `make docs` from src/partywall/proof/matrix/thresholds.py; do not edit. -->\n"
)


def everything(worlds: Mapping[str, World]) -> dict[Path, str]:
    """Every generated file with its content; `worlds` are those that pictures show, by name."""
    return {
        **{architecture(name): _picture(world) for name, world in worlds.items()},
        DOCS / "reference" / "cli.md": cli(),
        DOCS / "reference" / "settings.md": settings(),
        DOCS / "reference" / "partywall.schema.json": schema_text(),
        DOCS / "picture.svg": _picture(worlds["dual"]),
        DOCS / "matrix.md": matrix(),
        **costs.pages(),
        sabotages.PAGE: sabotages.page(),
    }


def matrix() -> str:
    """The page of the matrix, with the thresholds as they are in the code."""
    head, begin, rest = (DOCS / "matrix.md").read_text().partition(_FROM_THRESHOLDS)
    assert begin, "matrix.md: the table of thresholds has no mark"
    _, end, tail = rest.partition(costs.END)
    assert end, "matrix.md: the table of thresholds has no end"
    return f"{head}{begin}\n{_thresholds()}\n\n{end}{tail}"


def _thresholds() -> str:
    lines = ["| rating | word | when |", "|---|---|---|"]
    before = ""
    for rating, word, when in rules():
        named = "" if rating == before else TITLES[rating]
        lines.append(f"| {named} | {word} | {_cell(when)} |")
        before = rating
    return "\n".join(lines)


def architecture(name: str) -> Path:
    """Where the picture of an architecture is."""
    return DOCS / "architectures" / f"{name}.svg"


def _picture(world: World) -> str:
    return draw(world, "makapix", ("prod",), Plan(scope=None))


def cli() -> str:
    """The reference of the command line."""
    root = click.Context(partywall, info_name="partywall", **partywall.context_settings)
    lines = [
        _MADE,
        "",
        "# The command line",
        "",
        "Options of `partywall` itself stand before the command: `partywall -C app status`.",
        "Exit codes and the documents of `--json`: [json.md](json.md).",
        "",
        *_command(partywall, root, 2),
    ]
    for name in COMMANDS:
        command = partywall.get_command(root, name)
        assert command is not None
        lines += _command(command, click.Context(command, info_name=name, parent=root), 2)
    return "\n".join(lines).rstrip() + "\n"


def _command(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"{'#' * level} {context.command_path}"
    yield ""
    yield f"    {context.command_path} {usage}"
    yield ""
    yield from _paragraphs(command.help or "")
    records = [one.get_help_record(context) for one in command.get_params(context)]
    rows = [one for one in records if one and one[1] and not _is_help(one[0], command)]
    if rows:
        yield "| option | what it does |"
        yield "|---|---|"
        yield from (f"| `{_cell(option)}` | {_cell(words)} |" for option, words in rows)
        yield ""
    if isinstance(command, click.Group) and command is not partywall:
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            below = click.Context(inner, info_name=name, parent=context)
            yield from _command(inner, below, level + 1)


def _is_help(option: str, command: click.Command) -> bool:
    """Every command has it; it is said once, at the top."""
    return option.endswith("--help") and command is not partywall


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.replace("\b", "").split("\n\n"):
        yield " ".join(paragraph.split())
        yield ""


def settings() -> str:
    """The reference of partywall.yaml."""
    whole = schema()
    shapes: Mapping[str, Any] = whole["$defs"]
    lines = [
        _MADE,
        "",
        "# partywall.yaml",
        "",
        "Every key is optional, and so is the file. An unknown key is an error that names the",
        "nearest known one. The same as JSON Schema, for editors:",
        "[partywall.schema.json](partywall.schema.json).",
        "",
        "Where fewer options work than can be written, the last column says which; another one is",
        "refused with a list of them.",
        "",
    ]
    for name, title in _TITLES.items():
        lines += [f"## {title}", "", *_table(shapes[name], shapes), ""]
    return "\n".join(lines).rstrip() + "\n"


_TITLES = {
    "File": "The file",
    "Environment": "`environments: {NAME: …}`",
    "Limits": "`environments: {NAME: {limits: …}}`",
    "Edge": "`edge: …`",
    "Acme": "`edge: {acme: …}`",
    "Service": "`services: {NAME: …}`",
    "Session": "`services: {NAME: {session: …}}`",
}


def _table(shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[str]:
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    for key, said in shape["properties"].items():
        needed = " **Needed.**" if key in shape.get("required", ()) else ""
        meaning = f"{_meaning(said, shapes)}{needed}"
        yield f"| `{key}` | {_cell(_value(said, shapes))} | {_cell(meaning)} |"


def _resolved(said: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    return shapes[said["$ref"].rpartition("/")[2]] if "$ref" in said else said


def _value(said: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    kinds = said.get("anyOf", [said])
    words = [_kind(kind, shapes) for kind in kinds if kind.get("type") != "null"]
    return " or ".join(dict.fromkeys(words))


def _kind(said: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    said = _resolved(said, shapes)
    if "enum" in said:
        return _listed(one for one in said["enum"] if one)
    if said["type"] == "array":
        return "a list of texts"
    if "properties" in said:
        return "a mapping, see below"
    if said["type"] == "object":
        below = "$ref" in str(said["additionalProperties"])
        return "names with mappings, see below" if below else "names with values"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return names.get(said["type"], said["type"])


def _listed(options: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(options))


def _meaning(said: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    """The key's own description, else that of its shape."""
    parts = [said, *said.get("anyOf", [])]
    own = next((part["description"] for part in parts if "description" in part), None)
    if own:
        return str(own)
    refs = [part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part]
    return next((shapes[ref].get("description", "") for ref in refs), "")


def _cell(text: str) -> str:
    """Text that stays within its cell; `<` is escaped, except in code, where it is itself."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    return "`".join(one if i % 2 else one.replace("<", "&lt;") for i, one in enumerate(parts))
