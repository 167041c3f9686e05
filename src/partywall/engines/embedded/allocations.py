"""Addresses, ports and user ids: chosen free once, then remembered.

Every instance gets a loopback address of its own (127.x.y.z), so it keeps the port that its Compose
file gives it; only where that port cannot be had is another one chosen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from partywall.model.errors import MachineFailed
from partywall.model.world import Key, environment_of
from partywall.system.decoding import decode
from partywall.system.filelock import locked
from partywall.system.files import corrupted, read_bytes, write_atomically

FIRST_UID = 700_000_000
"""Far from people, services and container ranges (the shadow suite ends at 600,100,000)."""
_UIDS = 1 << 24
_BLOCKS = 64 * 256


class Address(msgspec.Struct, frozen=True):
    """A loopback address and, for each port of the Compose file, the port really used."""

    host: str
    ports: dict[int, int]


class Allocated(msgspec.Struct, frozen=True):
    """Everything that was ever chosen here."""

    version: int = 1
    addresses: dict[Key, Address] = {}
    uids: dict[str, int] = {}


class Allocations:
    """The choices of one project."""

    def __init__(
        self,
        path: Path,
        project_id: str,
        can_bind: Callable[[str, int], bool],
        free_port: Callable[[str], int],
    ) -> None:
        self._path = path
        self._project_id = project_id
        self._can_bind = can_bind
        self._free_port = free_port

    def address(self, key: Key) -> Address | None:
        """The address of an instance, None when it never had one."""
        return self._read().addresses.get(key)

    def addresses(self) -> dict[Key, Address]:
        """All of them."""
        return self._read().addresses

    def uids(self) -> dict[str, int]:
        """The user id of every environment that has one."""
        return self._read().uids

    def settle(self, key: Key, ports: Iterable[int], host: str | None = None) -> Address:
        """The remembered address of an instance, or a new one that is free.

        Raises:
            MachineFailed: when no port is free.
        """
        wanted = tuple(ports)
        with self._alone():
            allocated = self._read()
            known = allocated.addresses.get(key)
            if known is not None and set(wanted) <= set(known.ports):
                return known
            host = host or (known.host if known else self._host(key, allocated))
            kept = known.ports if known else {}
            chosen = {port: kept.get(port) or self._port(host, port) for port in wanted}
            address = Address(host, chosen)
            self._write(
                msgspec.structs.replace(allocated, addresses={**allocated.addresses, key: address})
            )
            return address

    def fix(self, key: Key, address: Address) -> None:
        """Remember an address that was chosen elsewhere."""
        with self._alone():
            allocated = self._read()
            if allocated.addresses.get(key) != address:
                addresses = {**allocated.addresses, key: address}
                self._write(msgspec.structs.replace(allocated, addresses=addresses))

    def uid(self, environment: str, taken: Callable[[int], bool]) -> int:
        """The user id under which an environment's programs run."""
        with self._alone():
            allocated = self._read()
            if environment in allocated.uids:
                return allocated.uids[environment]
            others = set(allocated.uids.values())
            start = _digest(f"{self._project_id}/{environment}")
            tries = (FIRST_UID + (start + i) % _UIDS for i in range(_UIDS))
            uid = next(uid for uid in tries if uid not in others and not taken(uid))
            self._write(
                msgspec.structs.replace(allocated, uids={**allocated.uids, environment: uid})
            )
            return uid

    def forget(self, environment: str) -> None:
        """Give up the addresses of an environment; its user id stays, the trash may need it."""
        with self._alone():
            allocated = self._read()
            kept = {
                key: address
                for key, address in allocated.addresses.items()
                if environment_of(key) != environment
            }
            if kept != allocated.addresses:
                self._write(msgspec.structs.replace(allocated, addresses=kept))

    def _host(self, key: Key, allocated: Allocated) -> str:
        """The next free address in the environment's block of 254."""
        environment = environment_of(key)
        used = {address.host for address in allocated.addresses.values()}
        block = _digest(f"{self._project_id}/{environment}") % _BLOCKS
        for step in range(_BLOCKS):
            second, third = divmod((block + step) % _BLOCKS, 256)
            for last in range(1, 255):
                host = f"127.{64 + second}.{third}.{last}"
                if host not in used:
                    return host
        raise MachineFailed("every loopback address is in use", remedy="destroy old environments")

    def _port(self, host: str, port: int) -> int:
        return port if self._can_bind(host, port) else self._free_port(host)

    def _alone(self) -> AbstractContextManager[None]:
        """Among all threads and commands: others change other environments meanwhile."""
        return locked(self._path.with_suffix(".lock"), "the addresses")

    def _read(self) -> Allocated:
        data = read_bytes(self._path)
        if data is None:
            return Allocated()
        try:
            return decode(data, Allocated)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(self._path, "not a list of addresses") from error

    def _write(self, allocated: Allocated) -> None:
        write_atomically(self._path, msgspec.json.encode(allocated))


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
