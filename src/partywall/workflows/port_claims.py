"""Which project has which port: claims of everybody on this machine, kept in common."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from partywall.execution.owner import Owner, myself
from partywall.system import files
from partywall.system.decoding import decode
from partywall.system.filelock import locked

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (nothing is bound here)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of one project's edge."""

    bind: str
    ports: tuple[int, ...]
    by: Owner
    """Who claimed them; until his project remembers them, they are claimed while he lives."""


class Claims(msgspec.Struct, frozen=True):
    """The claims of a machine, or of one user of it."""

    folder: Path
    """What all these projects have in common."""
    mine: Path
    """The folder of this project's edge."""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else claims meanwhile.

        Raises:
            MachineFailed: when the folder is closed, or others hold the lock for a minute.
        """
        with locked(self.folder / "ports.lock", "the claimed ports"):
            yield

    def others(self, bind: str) -> dict[int, Path]:
        """Port → the folder of the edge that has it, where others answer at this address."""
        return {
            port: Path(place)
            for place, claim in self._read().items()
            if _overlap(bind, claim.bind) and not _same(Path(place), self.mine)
            for port in claim.ports
            if _valid(Path(place), claim, port)
        }

    def put(self, bind: str, ports: tuple[int, ...]) -> None:
        """Claim them instead of those that this project had; under the lock."""
        known = self._read()
        had = known.get(self._name)
        if had is None or (had.bind, had.ports) != (bind, ports) or not _standing(self.mine, had):
            claim = Claim(bind=bind, ports=ports, by=myself())
            self._write({**self._kept(known), self._name: claim})

    def drop(self) -> None:
        """This project's edge is gone; its ports are anybody's."""
        if self._name in self._read():
            with self.locked():
                self._write(self._kept(self._read()))

    @property
    def _name(self) -> str:
        return str(self.mine.resolve())

    def _kept(self, known: Mapping[str, Claim]) -> dict[str, Claim]:
        """The claims of others that still say something."""
        return {
            place: claim
            for place, claim in known.items()
            if not _same(Path(place), self.mine)
            and any(_valid(Path(place), claim, port) for port in claim.ports)
        }

    def _read(self) -> Mapping[str, Claim]:
        """A damaged file claims nothing; a port that is in use is found taken all the same."""
        data = files.read_bytes(self.folder / "ports.json")
        try:
            return decode(data or b"{}", dict[str, Claim])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}

    def _write(self, claims: Mapping[str, Claim]) -> None:
        files.write_atomically(self.folder / "ports.json", msgspec.json.encode(claims))


def project_of(edge: Path) -> Path:
    """The folder that a user knows, of an edge's folder."""
    return edge.parent.parent if edge.parent.name == ".partywall" else edge.parent


def _valid(place: Path, claim: Claim, port: int) -> bool:
    return port in _remembered(place) or claim.by.alive()


def _standing(place: Path, claim: Claim) -> bool:
    return claim.by.alive() or set(claim.ports) <= set(_remembered(place))


def _remembered(place: Path) -> tuple[int, ...]:
    try:
        data = (place / "ports.json").read_bytes()
        return tuple(decode(data, dict[str, int]).values())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()


def _overlap(one: str, other: str) -> bool:
    return one == other or one in _EVERYWHERE or other in _EVERYWHERE


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other.resolve()
