"""Scratch files that an environment leaves in its own vault for a moment, for others to try."""

from __future__ import annotations

import hashlib

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


def planted(case: Case, where: Target) -> Planted:
    """A scratch file in an environment's vault, made from its own inside, once per proof.

    It is taken away when the proof ends. Making, reading and deleting another one comes first: that
    is what has to succeed at home.

    Raises:
        CouldNotTry: when it cannot be made there.
    """
    return case.run.once(f"planted/{where.environment}", lambda: _plant(case, where))


def _plant(case: Case, where: Target) -> Planted:
    volume, folder = vault(case, where)
    text = f"partywall probe {case.run.nonce} {where.environment}"
    file = Planted(volume=volume, folder=folder, text=text)
    ask = {"folder": folder, "name": file.name}
    case.run.later(lambda: case.ask(where, {"do": "vault.uproot", **ask}, grace=5.0))
    scratch = {"do": "vault.scratch", "folder": folder, "name": f".partywall-{case.run.nonce}"}
    for answer in case.ask(where, scratch, {"do": "vault.plant", **ask, "text": text}):
        if answer.outcome != "done":
            raise CouldNotTry(
                f"a scratch file cannot be made in {where.environment}'s own vault: {answer.says}"
            )
    return file
