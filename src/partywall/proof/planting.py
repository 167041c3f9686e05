"""Scratch files that an environment leaves in its own vault for a moment, for others to try."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from partywall.model.world import Key
from partywall.proof.case import Case
from partywall.proof.probe import CouldNotTry
from partywall.proof.target import Target


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """A file in a volume, named by the digest of its text so that strict file servers serve it."""

    volume: Key
    folder: str
    text: str

    @property
    def name(self) -> str:
        """Path in the volume: `{a}/{b}/{digest}.png`."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return f"{digest[:2]}/{digest[2:4]}/{digest}.png"

    @property
    def path(self) -> str:
        """Absolute path."""
        return f"{self.folder}/{self.name}"


def folders(case: Case, where: Target) -> dict[Key, str]:
    """The folders of an environment's volumes, as far as the engine says where they are."""
    known = case.premises.folders
    return {key: known[key].rstrip("/") for key in where.volumes if key in known}


def vault(case: Case, where: Target) -> tuple[Key, str]:
    """The volume of files: the one a file server serves, else any that is no server's data.

    Raises:
        CouldNotTry: when there is none, or it is not known where it is.
    """
    candidates = writable(case, where)
    if not candidates:
        raise CouldNotTry(f"the engine names no folder of {where.environment} to try it on")
    return min(candidates.items(), key=lambda item: (item[0] not in where.vaults, item[0]))


def writable(case: Case, where: Target) -> dict[Key, str]:
    """The folders that are no server's data, so that a scratch file hurts nothing."""
    return {key: path for key, path in folders(case, where).items() if key not in where.data}


@contextmanager
def planted(case: Case, where: Target) -> Iterator[Planted]:
    """A scratch file in an environment's vault, made from its own inside and taken away after.

    Raises:
        CouldNotTry: when it cannot be made there.
    """
    volume, folder = vault(case, where)
    text = f"partywall probe {case.run.nonce} {where.environment} against {case.other.environment}"
    file = Planted(volume=volume, folder=folder, text=f"{text} {id(case):x}")
    ask = {"folder": folder, "name": file.name}
    try:
        (answer,) = case.ask(where, {"do": "vault.plant", **ask, "text": file.text})
        if answer.outcome != "done":
            raise CouldNotTry(
                f"a scratch file cannot be made in {where.environment}'s own vault: {answer.says}"
            )
        yield file
    finally:
        case.ask(where, {"do": "vault.uproot", **ask}, grace=5.0)
