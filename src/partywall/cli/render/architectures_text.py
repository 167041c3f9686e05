"""The document of `architectures` for people: a line for each, or everything about some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from partywall.cli.render.columns import hang, table
from partywall.cli.render.style import Style

Document = Mapping[str, Any]


def list_text(document: Document, style: Style) -> str:
    """A line for each, and where to read on."""
    rows = [
        (style.paint(name, "bold"), one["letter"], _title(one))
        for name, one in document["architectures"].items()
    ]
    return "\n".join(
        [
            *table(rows),
            "",
            "`partywall architectures NAME` says what one gives and costs. `architecture: NAME` in",
            "partywall.yaml chooses it; `partywall plan` shows what follows.",
        ]
    )


def named_text(document: Document, style: Style) -> str:
    """All about each."""
    return "\n\n".join(
        "\n".join(_whole(name, one, style)) for name, one in document["architectures"].items()
    )


def _title(one: Document) -> str:
    return f"{one['title']} (beside another: dual + …)" if one["overlay"] else str(one["title"])


def _whole(name: str, one: Document, style: Style) -> Iterator[str]:
    yield f"{style.paint(name, 'bold')}  {one['letter']}  {_title(one)}"
    for part, mark in (("gives", "create"), ("costs", "remove")):
        yield ""
        yield f"It {part}"
        for sentence in one[part]:
            yield from hang(f"  {style.symbol(mark)} ", sentence, style)
    yield ""
    yield from hang(
        "It sets  ", ", ".join(f"{axis}: {said}" for axis, said in one["choices"].items()), style
    )
