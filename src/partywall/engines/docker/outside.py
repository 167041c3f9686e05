"""Volumes and networks that were there before: used as they are, never made and never removed."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from partywall.engines.docker.api import Api
from partywall.engines.docker.understand import GONE
from partywall.engines.docker.units import Units
from partywall.engines.docker.volume_names import VolumeNames
from partywall.interfaces import Performer, Records
from partywall.model.errors import Refused
from partywall.model.world import MACHINE, AnyThing, Entry, Network, Volume, environment_of

Outer = Volume | Network


class Outside:
    """What environments use of the engine that none of them made; it is remembered by name."""

    def __init__(self, api: Api, units: Units, names: VolumeNames, records: Records) -> None:
        self._api = api
        self._units = units
        self._names = names
        self._records = records

    def use(self, entry: Entry) -> None:
        """Let an environment use it from now on.

        Raises:
            Refused: when there is no such thing.
        """
        thing = _outer(entry)
        if why := self._missing(thing):
            raise Refused(why, remedy=f"`docker {_kind(thing)} ls` shows what there is")
        if isinstance(thing, Volume):
            self._names.keep(thing.key, thing.name)
        self._records.put(entry)
        self._units.put([entry])

    def refusals(self, things: Iterable[AnyThing]) -> list[str]:
        """Those of these that should be there before and are not."""
        outer = (one for one in things if isinstance(one, Outer) and one.external)
        return [why for one in outer if (why := self._missing(one))]

    def leave(self, entry: Entry) -> None:
        """Use it no longer; it stays as it is."""
        thing = _outer(entry)
        if isinstance(thing, Volume):
            self._names.forget(thing.key)
        else:
            self._units.leave(MACHINE, thing.name)
        self._units.drop(thing.key)
        self._records.drop(thing.key)

    def seen(self, entry: Entry) -> Entry:
        """What is remembered of it, with what is wrong with it."""
        thing = _outer(entry)
        gone = GONE if isinstance(thing, Volume) else "it is gone"
        faults = () if self._is_there(thing) else (gone,)
        return msgspec.structs.replace(entry, faults=faults)

    def _missing(self, thing: Outer) -> str:
        """Why it cannot be used, in words; empty when it can."""
        if self._is_there(thing):
            return ""
        kind = _kind(thing)
        return (
            f"there is no {kind} {thing.name}, which is `external` and so never made: "
            f"`docker {kind} create {thing.name}` makes it, or take `external` out"
        )

    def _is_there(self, thing: Outer) -> bool:
        return self._api.get(f"/{_kind(thing)}s/{quote(thing.name, safe='')}") is not None


class UsesOrMakes:
    """Performs steps on what may have been there before; the rest is another performer's."""

    def __init__(self, makes: Performer, outside: Outside) -> None:
        self.kind: type[AnyThing] = makes.kind
        self._makes = makes
        self._outside = outside

    def create(self, entry: Entry) -> None:
        """Use it, or make it."""
        if is_outside(entry.thing):
            self._outside.use(entry)
        else:
            self._makes.create(entry)

    def change(self, before: Entry, after: Entry) -> None:
        """What is said of it may change; which one it is may not.

        Raises:
            Refused: when it would become another one.
        """
        former, wanted = _outer(before), _outer(after)
        if not former.external and not wanted.external:
            self._makes.change(before, after)
        elif former.external and wanted.external and former.name == wanted.name:
            self._outside.use(after)
        elif isinstance(former, Network):
            self.remove(before)
            self.create(after)
        else:
            raise Refused(
                f"the data of {former.key} are in the volume {former.name}: {wanted.name} would "
                "be others",
                remedy=f"put the former `external`, `name` or `volumes_of` back, or first "
                f"`partywall destroy {environment_of(former.key)}`",
            )

    def start(self, entry: Entry) -> None:
        """See that it is there."""
        if is_outside(entry.thing):
            self._outside.use(entry)
        else:
            self._makes.start(entry)

    def restart(self, entry: Entry) -> None:
        """Such things do not run."""
        self.start(entry)

    def remove(self, entry: Entry) -> None:
        """Leave it as it is, or remove it."""
        if is_outside(entry.thing):
            self._outside.leave(entry)
        else:
            self._makes.remove(entry)


def is_outside(thing: AnyThing) -> bool:
    """Whether it was there before."""
    return isinstance(thing, Outer) and thing.external


def _kind(thing: Outer) -> str:
    return "volume" if isinstance(thing, Volume) else "network"


def _outer(entry: Entry) -> Outer:
    assert isinstance(entry.thing, Outer)  # noqa: S101  (performers get their own kind)
    return entry.thing
