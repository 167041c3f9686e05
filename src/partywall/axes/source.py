"""Axis `source`: whether all environments share one checkout or each has its branch's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

import msgspec

from partywall.axes.site import Environment, Site
from partywall.model.choices import Source
from partywall.model.world import AnyThing, Checkout, Instance, Job, Need, Volume, environment_of


def one(_site: Site, _environment: Environment) -> Iterable[AnyThing]:
    """One checkout for all: the project's folder itself, nothing to make."""
    return ()


def branch(_site: Site, environment: Environment) -> Iterable[Checkout]:
    """A checkout of its own; what somebody else made and we only look at has none."""
    return () if environment.checkout is None else (environment.checkout,)


def out_of_checkout(things: Iterable[AnyThing], checkout: Checkout | None) -> Iterable[AnyThing]:
    """Everything of an environment that is made from its checkout, after it and in it."""
    for thing in things:
        yield thing if checkout is None else _from(checkout, thing)


def _from(checkout: Checkout, thing: AnyThing) -> AnyThing:
    if environment_of(thing.key) != environment_of(checkout.key):
        return thing
    if not isinstance(thing, Instance | Job) and not _is_inside(checkout, thing):
        return thing
    made = msgspec.structs.replace(thing, needs=tuple(sorted({*thing.needs, Need(checkout.key)})))
    if isinstance(made, Job):
        return msgspec.structs.replace(made, instance=_in(checkout, made.instance))
    return _in(checkout, made) if isinstance(made, Instance) else made


def _in(checkout: Checkout, instance: Instance) -> Instance:
    """Only where it runs as an ordinary process, whose files nobody has counted otherwise."""
    if instance.run is None or instance.definition:
        return instance
    folder = PurePosixPath(checkout.folder) / checkout.inner
    config = {**instance.config, ".": checkout.commit}
    return msgspec.structs.replace(instance, folder=str(folder), config=config)


def _is_inside(checkout: Checkout, thing: AnyThing) -> bool:
    """Whether it is a volume whose folder is in the checkout."""
    device = thing.options.get("device", "") if isinstance(thing, Volume) else ""
    return bool(device) and PurePosixPath(device).is_relative_to(checkout.folder)


OPTIONS = {Source.ONE: one, Source.BRANCH: branch}
