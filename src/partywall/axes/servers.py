"""The servers that several environments use, and the way in of each; pure.

They are made from production's app, so that no other environment's file changes them. Their secrets
are their administrator's alone: no environment knows them. Files that they need of production's
checkout are in one of their own: production can move to another commit without them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from partywall.axes import sharing, starting
from partywall.axes.files import volume
from partywall.axes.instance import SPACES, instance
from partywall.axes.sense import Senseless
from partywall.axes.site import Environment, Site, before, own
from partywall.model.app import Condition, Role, Service
from partywall.model.secret import PLACEHOLDER
from partywall.model.world import SHARED, AnyThing, Checkout, Instance, Need, Network, Volume

_NETWORK = "default"
_OWN = frozenset({"depends_on", "extra_hosts", "links", "network_mode", "networks", "profiles"})
"""What of a definition is about the app around a server."""
_PASSWORDS = {Role.CACHE: "REDISCLI_AUTH", Role.BROKER: starting.ADMIN}
_NO_WAY_THROUGH = {"net.ipv4.ip_forward": "0"}
"""Who is in several networks must not lead from one into another."""

T = TypeVar("T", bound=AnyThing)


def servers(site: Site, environment: Environment, role: Role) -> Iterator[AnyThing]:
    """The shared servers of a role that an environment uses, with all that they stand on.

    Raises:
        Senseless: when production has the data of one elsewhere.
    """
    production = sharing.production_of(site)
    nobody = _as_shared(production)
    for service in sharing.parts(environment, role):
        said = production.app.services[service.name]
        _refuse_external(production, said)
        yield Network(
            key=own(nobody, "network", _NETWORK),
            name=f"{site.project}-{SHARED}_{_NETWORK}",
            internal=True,
        )
        volumes = (one.source for one in said.mounts if one.kind == "volume" and one.source)
        kept = [volume(site, nobody, name) for name in volumes]
        made: list[Instance | Volume] = [*kept, server(nobody, said)]
        yield from _in_checkout(made, production.checkout)


def server(nobody: Environment, service: Service) -> Instance:
    """A shared server, alone with its data, and with a secret of its own in place of the app's."""
    kept = {name: said for name, said in service.definition.items() if name not in _OWN}
    alone = msgspec.structs.replace(
        service,
        depends_on=(),
        environment={**service.environment, **_told(service)},
        definition={
            **kept,
            **starting.defined(service),
            "networks": {_NETWORK: None},
            "sysctls": _NO_WAY_THROUGH,
        },
    )
    secret = str(sharing.admin(service.name))
    return _rewritten(instance(nobody, alone), lambda text: PLACEHOLDER.sub(secret, text))


def entered(environment: Environment, service: Service) -> dict[str, Any]:
    """What every part of a shared server has: a key, what comes first, and the passwords."""
    networks = service.definition.get("networks") or environment.app.networks
    ways = (Need(own(environment, "network", name)) for name in networks)
    server = f"{SHARED}/{service.name}"
    return {
        "key": own(environment, SPACES[service.role], service.name),
        "needs": tuple(sorted({Need(server, Condition.HEALTHY), *ways})),
        "server": server,
        "password": sharing.password(environment, service.role),
        "admin_password": sharing.admin(service.name),
    }


def _as_shared(production: Environment) -> Environment:
    """Production's app, as nobody's environment."""
    return msgspec.structs.replace(
        production, name=SHARED, production=False, volumes_of="", shares=frozenset()
    )


def _refuse_external(production: Environment, service: Service) -> None:
    kind = sharing.KINDS[service.role]
    for mount in service.mounts:
        said = production.app.volumes.get(mount.source) or {}
        if there := before(production, mount.source, said):
            raise Senseless(
                f"service {service.name} has its data in the external volume {there}, and a server "
                "that all use would not have them",
                axes=(kind.axis,),
                remedy=f"say `{kind.axis}: {kind.alone}`, or take `external` out if it is empty",
            )


def _told(service: Service) -> dict[str, str]:
    """Where it keeps its users, and the administrator's password.

    A health check made inside Redis takes it from there.
    """
    made = starting.told(service)
    if service.role in _PASSWORDS:
        made[_PASSWORDS[service.role]] = str(sharing.admin(service.name))
    return made


def _in_checkout(
    things: list[Instance | Volume], checkout: Checkout | None
) -> Iterator[Instance | Volume | Checkout]:
    """The same, what was in production's checkout being in one at its commit that is nobody's."""
    if checkout is None:
        yield from things
        return
    folder = posixpath.join(posixpath.dirname(checkout.folder), SHARED)
    kind_and_name = checkout.key.partition("/")[2]
    ours = msgspec.structs.replace(checkout, key=f"{SHARED}/{kind_and_name}", folder=folder)
    theirs = re.compile(rf"(?<=\./){re.escape(checkout.folder)}(?=/|$)")
    for thing in things:
        moved = _rewritten(thing, lambda text: theirs.sub(folder, text))
        if moved != thing:
            yield ours
            needs = tuple(sorted({*moved.needs, Need(ours.key)}))
            moved = msgspec.structs.replace(moved, needs=needs)
        yield moved


def _rewritten(thing: T, change: Callable[[str], str]) -> T:
    """The same with every text in it changed."""
    made: T = _texts(thing, change)
    return made


def _texts(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  (any part of a thing)
    if type(value) is str:  # an enum's members are texts, too
        return change(value)
    if isinstance(value, dict):
        return {change(key): _texts(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_texts(one, change) for one in value)
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return type(value)(**_texts(fields, change))
    return value
