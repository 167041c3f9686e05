"""Generated apps, sites and worlds that were found: what the properties are tried on."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from partywall.axes.site import Environment, Machine, Share, Site
from partywall.axes.world import desired
from partywall.model.app import App, Condition, Dependency, Mount, Role, Service
from partywall.model.choices import Choices, LimitsBy
from partywall.model.secret import SecretRef
from partywall.model.world import World

NAMES = ("prod", "dev", "stage")
_SERVICES = ("api", "db", "cache", "mqtt", "jobs", "files", "web", "front", "dev", "prod")
"""Services may be called like environments: keys must not be mixed up by that."""
_VOLUMES = ("data", "prod", "dev")
_IMAGES = {Role.DATABASE: "postgres:18", Role.CACHE: "redis:7"}


@st.composite
def apps(draw: st.DrawFn) -> App:
    """Apps of up to ten services that wait for each other without circles."""
    names = draw(st.lists(st.sampled_from(_SERVICES), unique=True, min_size=1))
    services = {name: draw(_service(name, names[:at])) for at, name in enumerate(names)}
    networks = draw(st.lists(st.sampled_from(["default", "inner", "prod"]), unique=True))
    return App(
        name="app",
        folder="/srv/app",
        services=services,
        networks={name: {"internal": name == "inner"} for name in networks},
    )


@st.composite
def _service(draw: st.DrawFn, name: str, before: list[str]) -> Service:
    role = draw(st.sampled_from(Role))
    waits = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
    volumes = draw(st.lists(st.sampled_from(_VOLUMES), unique=True, max_size=2))
    return Service(
        name=name,
        role=role,
        why="drawn",
        image=_IMAGES.get(role, f"app:{draw(st.integers(1, 2))}"),
        environment={"PASSWORD": "__PW_SECRET_PASSWORD_V1__"} if draw(st.booleans()) else {},
        mounts=tuple(Mount(kind="volume", source=one, target=f"/{one}") for one in volumes),
        exposed=(8080,) if draw(st.booleans()) else (),
        depends_on=tuple(Dependency(wait, draw(st.sampled_from(Condition))) for wait in waits),
        route=draw(st.sampled_from([None, None, None, f"/{name}"])),
        run=("run", name),
    )


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Two or three environments, each with the same app or with one of its own."""
    names = NAMES[: draw(st.integers(2, 3))]
    shared = draw(apps())
    return Site(
        project="app",
        choices=Choices(limits=draw(st.sampled_from(LimitsBy))),
        environments=tuple(
            Environment(
                name=name,
                app=shared if draw(st.booleans()) else draw(apps()),
                production=name == "prod",
                domain=f"{name}.example",
                protected=name != "prod",
                user=name,
                password=None if name == "prod" else SecretRef("PARTYWALL_PASSWORD", 1),
                seed=("seed",) if draw(st.booleans()) else None,
                share=Share(cores=1.0) if draw(st.booleans()) else None,
            )
            for name in names
        ),
        machine=Machine(cores=4, memory_bytes=1 << 33),
        edge_ports=(80, 443),
    )


@st.composite
def found(draw: st.DrawFn, wanted: World) -> World:
    """Some of a world: things missing, down, faulty or out of date."""
    entries = {}
    for key, entry in wanted.entries.items():
        match draw(st.sampled_from(["well", "well", "absent", "down", "faulty", "old"])):
            case "well":
                entries[key] = entry
            case "down":
                entries[key] = msgspec.structs.replace(entry, running=False)
            case "faulty":
                entries[key] = msgspec.structs.replace(entry, faults=("unhealthy",))
            case "old":
                thing = msgspec.structs.replace(entry.thing, needs=())
                entries[key] = World.of([thing]).entries[key]
            case _:
                pass
    return World(entries)


@st.composite
def installations(draw: st.DrawFn) -> tuple[Site, World, World]:
    """A site, the world it asks for, and a world as it may be found there or after a change."""
    site = draw(sites())
    wanted = desired(site)
    before = desired(draw(sites())) if draw(st.booleans()) else wanted
    return site, wanted, draw(found(before))
