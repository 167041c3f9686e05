"""Drawn topologies of a document: what is drawn is kept in it, and drawn when it is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from partywall.cli.render.matrix_page.markup import Markup
from partywall.cli.render.picture.subject import Subject, subject
from partywall.cli.render.svg import drawn
from partywall.model.errors import BadInput
from partywall.model.world import World
from partywall.system.decoding import convert

Document = dict[str, Any]


def with_topologies(
    document: Mapping[str, Any],
    worlds: Mapping[str, World],
    production: Collection[str] = ("prod",),
) -> Document:
    """The document with what the page draws of each architecture.

    Args:
        document: as `rated` gives it.
        worlds: architecture → what it makes of the project; without one it has no drawing.
        production: which environments are marked so.
    """
    project = str(document.get("project", ""))
    every = {
        name: {**one, "topology": _kept(worlds[name], project, production)}
        if name in worlds
        else dict(one)
        for name, one in document["architectures"].items()
    }
    return {**document, "architectures": every}


def _kept(world: World, project: str, production: Collection[str]) -> Document:
    plain: Document = msgspec.to_builtins(subject(world, project, production))
    return plain


def topology(kept: object, name: str) -> Markup:
    """The drawing, as an element that the style sheet knows.

    Args:
        kept: what the document has of it.
        name: for its ids; no other drawing of the page may have it.

    Raises:
        BadInput: when this version did not write it.
    """
    try:
        what = convert(kept, Subject)
    except msgspec.ValidationError as error:
        raise BadInput(
            f"the topology of {name} is not such as this version keeps: {error}",
            remedy="measure again: `partywall matrix`",
        ) from None
    return Markup(drawn(what, name))
