"""What to do about an env file that is missing, where an example of it lies beside it."""

from __future__ import annotations

import re
from pathlib import Path

from partywall.compose import envfiles, yamlfile
from partywall.model.errors import BadInput

_WORDS = ("example", "sample", "template", "dist", "default")
_OPEN = re.compile(r"(?i)$|<.*>|.*(change|replace|fill|your|example|secret|todo|xxx)")
"""A value that is there to be replaced."""


def remedy(path: Path) -> str:
    """How the file comes about; `required: false` when nothing shows what belongs into it."""
    example = _beside(path)
    if example is None:
        return f"write {path}, or say `required: false` there"
    names = _to_fill_in(example)
    rest = f" and fill in {', '.join(names)}" if names else " and look through it"
    return f"copy {example.name} to {path.name} in {path.parent}{rest}"


def _beside(path: Path) -> Path | None:
    """The example of a file, by the names that are customary."""
    name = path.name
    bare = name.lstrip(".")
    for word in _WORDS:
        for other in (
            f"{name}.{word}",
            f"{bare}.{word}",
            f"{word}{name}",
            f"{word}.{bare}",
            f".{word}.{bare}",
            f".{bare}.{word}",
        ):
            if (found := path.with_name(other)).is_file():
                return found
    return None


def _to_fill_in(example: Path) -> list[str]:
    """The variables of an example whose values are secret, or are there to be replaced."""
    try:
        found = envfiles.parse(yamlfile.read(example) or b"", str(example), {})
    except BadInput:
        return []
    return [
        name
        for name, one in found.items()
        if _OPEN.match(one.value) or envfiles.is_secret(name, one.value)
    ]
