"""What is there: containers, volumes and networks by our labels, jobs as they are remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from urllib.parse import quote

import msgspec

from partywall.engines.docker import understand
from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.joining import ALONE, lodges, lodges_nowhere, with_networks
from partywall.engines.docker.labels import KEY, is_ours, key_of
from partywall.engines.docker.names import Naming
from partywall.engines.docker.understand import Inspected, foremost
from partywall.interfaces import Records
from partywall.model.errors import MachineFailed
from partywall.model.world import (
    MACHINE,
    SHARED,
    Entry,
    Instance,
    Key,
    Network,
    World,
    environment_of,
)


class DockerObserver:
    """The eyes of the Docker engine.

    Args:
        api: whom to ask.
        naming: whose things count, and what those are called that all have in common.
        records: what is remembered of what the engine itself does not know.
        in_use: which volume of the engine is each key's now; others with our labels were set aside.
        as_remembered: what is remembered, as it now is; None when there is no longer such a thing.
    """

    def __init__(
        self,
        api: Api,
        naming: Naming,
        records: Records,
        in_use: Callable[[], Mapping[Key, str]],
        as_remembered: Callable[[Entry], Entry | None],
    ) -> None:
        self._api = api
        self._naming = naming
        self._records = records
        self._in_use = in_use
        self._as_remembered = as_remembered

    def observe(self, environments: Iterable[str] | None = None) -> World:
        """Everything of these environments (all when None) and everything shared.

        Of what the engine answers for with an error nothing is known; the rest is.

        Raises:
            MachineFailed: when the engine does not answer, at once or in the middle.
        """
        wanted = None if environments is None else {*environments, SHARED, MACHINE}
        instances, unknown = self._instances(wanted)
        entries = {**self._volumes(), **self._networks(), **self._remembered(wanted), **instances}
        found = {key: entry for key, entry in entries.items() if _within(key, wanted)}
        return World(found, unknown)

    def look(self, key: Key) -> Entry | None:
        """One of them, asked for alone.

        Raises:
            MachineFailed: when the engine does not answer.
        """
        if key.count("/") == 1:
            found, unknown = self._instances(None, f"{KEY}={key}")
            if why := unknown.get(key):
                raise MachineFailed(
                    f"{key} cannot be observed: {why}", remedy="see to it, then run it again"
                )
            return found.get(key)
        if (entry := self._records.get(key)) is not None:
            return self._as_remembered(entry)
        kind = key.split("/")[1]
        if kind in ("volume", "filespace"):
            return self._volume(key)
        if kind == "network":
            return self._networks(f"{KEY}={key}").get(key)
        return None

    def _instances(
        self, wanted: set[str] | None, *labels: str
    ) -> tuple[dict[Key, Entry], dict[Key, str]]:
        """Those that are known, and why others are not."""
        listed = self._api.get("/containers/json", all=True, filters=self._ours(*labels)) or []
        several: dict[Key, list[Inspected]] = {}
        unknown: dict[Key, str] = {}
        for one in listed:
            found = one.get("Labels") or {}
            if is_ours(self._naming, found) and _within(key_of(found), wanted):
                try:
                    inspected = self._api.get(f"/containers/{one['Id']}/json")
                except EngineRefuses as error:
                    unknown[key_of(found)] = error.what
                else:  # it may have gone since it was listed
                    several.setdefault(key_of(found), []).extend([inspected] if inspected else [])
        known = {key: many for key, many in several.items() if many and key not in unknown}
        present = self._present() if known else {}
        ids = self._ids() if any(lodges(one) for many in known.values() for one in many) else set()
        entries = (self._instance(many, present, ids) for many in known.values())
        instances = {
            e.thing.key: e for e in entries if e is not None and isinstance(e.thing, Instance)
        }
        return instances, {key: why for key, why in unknown.items() if key.count("/") == 1}

    def _instance(
        self, every: list[Inspected], present: Mapping[Key, str], ids: Collection[str]
    ) -> Entry | None:
        first = foremost(every)
        entry = understand.container(self._naming, first)
        if entry is None:
            return None
        entry = with_networks(entry, first, present)
        if lodges_nowhere(first, ids):
            entry = msgspec.structs.replace(entry, faults=(*entry.faults, ALONE))
        if len(every) == 1:
            return entry
        return msgspec.structs.replace(entry, faults=(*entry.faults, understand.SURPLUS))

    def _ids(self) -> set[str]:
        """Every container of the engine, whosever it is."""
        return {str(one["Id"]) for one in self._api.get("/containers/json", all=True) or []}

    def _present(self) -> dict[Key, str]:
        """The networks that environments are in, by key: ours with their ids, others by name."""
        listed = self._api.get("/networks", filters=self._ours()) or []
        mine = [one for one in listed if is_ours(self._naming, one.get("Labels") or {})]
        remembered = (entry.thing for entry in self._records.read_all().values())
        outer = {one.key: one.name for one in remembered if isinstance(one, Network)}
        return {**outer, **{key_of(one["Labels"]): str(one["Id"]) for one in mine}}

    def _networks(self, *labels: str) -> dict[Key, Entry]:
        listed = self._api.get("/networks", filters=self._ours(*labels)) or []
        entries = (understand.network(self._naming, one) for one in listed)
        return {entry.thing.key: entry for entry in entries if entry is not None}

    def _volumes(self) -> dict[Key, Entry]:
        """A volume that was made and is no longer there is not absent: its data are gone."""
        answer = self._api.get("/volumes", filters=self._ours()) or {}
        named = {one["Name"]: one for one in answer.get("Volumes") or []}
        return {
            key: self._volume_of(key, name, named.get(name)) for key, name in self._in_use().items()
        }

    def _volume(self, key: Key) -> Entry | None:
        name = self._in_use().get(key)
        if name is None:
            return None
        return self._volume_of(key, name, self._api.get(f"/volumes/{quote(name, safe='')}"))

    def _volume_of(self, key: Key, name: str, inspected: Inspected | None) -> Entry:
        """One that carries another's labels, or none, holds other data."""
        entry = understand.volume(self._naming, inspected) if inspected else None
        if entry is None or entry.thing.key != key:
            return understand.gone(key, name)
        return entry

    def _remembered(self, wanted: set[str] | None) -> dict[Key, Entry]:
        """Jobs that ran, budgets as the kernel has them, and what was there before."""
        known = self._records.read_all(wanted).values()
        found = (self._as_remembered(entry) for entry in known)
        return {entry.thing.key: entry for entry in found if entry is not None}

    def _ours(self, *labels: str) -> dict[str, list[str]]:
        return {"label": [*(labels or (KEY,))]}


def _within(key: Key, wanted: set[str] | None) -> bool:
    return wanted is None or environment_of(key) in wanted
