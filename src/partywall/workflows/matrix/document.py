"""What was measured of each architecture, kept after each of them: a run that broke off goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from partywall.proof.matrix.derive import rated
from partywall.proof.matrix.figures import Figures
from partywall.system.decoding import decode
from partywall.system.files import corrupted, read_bytes, write_atomically
from partywall.workflows.architectures import ordered
from partywall.workflows.matrix.record import FOLDER

Json = dict[str, Any]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One architecture."""

    figures: Figures


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """One run, or what has been done of it."""

    project: str
    engine: str
    machine: Json
    quick: bool
    app: str = ""
    """What the files said that describe the app; another app has other figures."""
    architectures: dict[str, Measured] = {}
    not_measured: dict[str, str] = {}
    """Architecture → why."""

    def with_figures(self, name: str, figures: Figures) -> Matrix:
        """The same, with one more that was measured."""
        return msgspec.structs.replace(
            self,
            architectures={**self.architectures, name: Measured(figures=figures)},
            not_measured={one: why for one, why in self.not_measured.items() if one != name},
        )

    def without_figures(self, name: str, why: str) -> Matrix:
        """The same, with one more that could not be measured."""
        return msgspec.structs.replace(self, not_measured={**self.not_measured, name: why})


def document(matrix: Matrix) -> Json:
    """What `--json` says, in the customary order, with the ratings that the figures give."""
    made: Json = msgspec.to_builtins(matrix)
    names = [one.name for one in ordered()]
    for part in ("architectures", "not_measured"):
        found: Json = made[part]
        made[part] = {name: found[name] for name in sorted(found, key=names.index)}
    return rated(made)


def place(home: Path, engine: str) -> Path:
    """Where the figures of an engine are kept."""
    return home / FOLDER / f"{engine}.json"


def read(home: Path, engine: str) -> Matrix | None:
    """What is kept of an engine; None when there is nothing.

    Raises:
        MachineFailed: when the file is damaged.
    """
    path = place(home, engine)
    data = read_bytes(path)
    if data is None:
        return None
    try:
        return decode(data, Matrix)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error


def write(home: Path, matrix: Matrix) -> None:
    """Returns when it is safely on disk."""
    text = msgspec.json.format(msgspec.json.encode(matrix), indent=2)
    write_atomically(place(home, matrix.engine), text + b"\n", 0o644)
