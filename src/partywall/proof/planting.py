"""Scratch files that an environment leaves in its own vault for a moment, for others to try."""

from __future__ import annotations

import hashlib

import msgspec

from partywall.interfaces import Stand
from partywall.model.world import Key
from partywall.proof.case import Case
from partywall.proof.inside.answer import DONE, Ask
from partywall.proof.probe import CouldNotTry
from partywall.proof.target import Target


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """A file in a volume, named by the digest of its text so that strict file servers serve it."""

    volume: Key
    folder: str
    """Where the volume is on this machine."""
    seen: str
    """Where its environment sees it."""
    stand: Stand
    """Who planted it."""
    text: str
    mark: list[int] = []
    """What tells the file from every other."""

    @property
    def name(self) -> str:
        """Path in the volume: `{a}/{b}/{digest}.png`."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return f"{digest[:2]}/{digest[2:4]}/{digest}.png"

    @property
    def path(self) -> str:
        """Absolute path on this machine."""
        return f"{self.folder}/{self.name}"


def folders(case: Case, where: Target) -> dict[Key, str]:
    """The folders of an environment's volumes, as far as the engine says where they are."""
    known = case.premises.folders
    return {key: known[key].rstrip("/") for key in where.volumes if key in known}


def seen(case: Case, where: Target) -> list[tuple[Key, Stand, str]]:
    """Every volume at every stand that sees it, and where it is there."""
    known = folders(case, where)
    return [
        (key, stand, path.rstrip("/"))
        for stand in case.stands(where)
        for key, path in (known if stand.folders is None else stand.folders).items()
        if key in known
    ]


def marks(case: Case, where: Target) -> dict[Key, list[int]]:
    """What tells each volume's folder from every other, as far as its own environment can say."""

    def make() -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = {}
        for key, stand, path in seen(case, where):
            if key not in found:
                (answer,) = case.at(stand, where, {"do": "vault.mark", "folder": path})
                if "mark" in answer.more:
                    found[key] = answer.more["mark"]
        return found

    return case.run.once(f"marks/{where.environment}", make)


def vaults(case: Case, where: Target) -> list[tuple[Key, Stand, str]]:
    """Where files may be left: the volumes that a file server serves first.

    Raises:
        CouldNotTry: when there is none, or it is not known where it is.
    """
    allowed = writable(case, where)
    candidates = [one for one in seen(case, where) if one[0] in allowed]
    if not candidates:
        raise CouldNotTry(f"the engine names no folder of {where.environment} to try it on")
    return sorted(candidates, key=lambda one: (one[0] not in where.vaults, one[0]))


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
    """At the first stand that may: some only read."""
    said = ""
    for volume, stand, folder in vaults(case, where):
        text = f"partywall probe {case.run.nonce} {where.environment}"
        known = folders(case, where)[volume]
        file = Planted(volume=volume, folder=known, seen=folder, stand=stand, text=text)
        scratch: Ask = {
            "do": "vault.scratch",
            "folder": folder,
            "name": f".partywall-{case.run.nonce}",
        }
        (tried,) = case.at(stand, where, scratch)
        if tried.outcome != DONE:
            said = said or tried.says
            continue
        ask: Ask = {"folder": folder, "name": file.name}
        uproot: Ask = {"do": "vault.uproot", **ask}
        case.run.later(lambda at=stand, ask=uproot: case.at(at, where, ask, grace=5.0))  # type: ignore[misc]
        (answer,) = case.at(stand, where, {"do": "vault.plant", **ask, "text": text})
        if answer.outcome == DONE:
            return msgspec.structs.replace(file, mark=answer.more.get("mark", []))
        said = said or answer.says
    raise CouldNotTry(f"a scratch file cannot be made in {where.environment}'s own vault: {said}")
