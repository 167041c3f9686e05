"""What a container was really told, as the engine has it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile

from partywall.engines.docker.labels import COMPOSE_SERVICE, KEY
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import Told

_BUILT = "partywall/"
"""What the names of images begin with that were built here."""
_WRAPS = re.compile(r".*entrypoint.*|tini|dumb-init|catatonit|env|s6-.*|init")
"""Programs that only start another one."""


def told(environment: str, one: Inspected) -> Told:
    """Its image, command line and variables, those of the image included."""
    said = one["Config"]
    labels = said.get("Labels") or {}
    pairs = (text.partition("=") for text in said.get("Env") or ())
    image = str(said.get("Image") or "")
    return Told(
        key=str(labels.get(KEY) or f"{environment}/{labels.get(COMPOSE_SERVICE)}"),
        image="" if image.startswith(_BUILT) else image,
        words=_program([*(said.get("Entrypoint") or ()), *(said.get("Cmd") or ())]),
        variables={name: value for name, _, value in pairs},
    )


def _program(words: Sequence[str]) -> tuple[str, ...]:
    """A command line without the programs before its own that only start it."""

    def wraps(word: str) -> bool:
        return word == "--" or bool(_WRAPS.fullmatch(word.rpartition("/")[2]))

    return tuple(dropwhile(wraps, words)) or tuple(words)
