"""Generated apps, sites and worlds that were found: what the properties are tried on."""

from __future__ import annotations

import itertools

import msgspec
from hypothesis import strategies as st

from partywall.axes.site import Environment, Machine, Share, Site
from partywall.axes.world import desired
from partywall.model.app import App, Condition, Dependency, Mount, Role, Service
from partywall.model.choices import Choices, LimitsBy, RouteBy
from partywall.model.secret import SecretRef
from partywall.model.world import Entry, World

NAMES = ("prod", "dev", "stage")
_SERVICES = ("api", "db", "jobs", "web", "dev", "prod")
"""Services may be called like environments: keys must not be mixed up by that."""
_IMAGES = {Role.DATABASE: "postgres:18", Role.CACHE: "redis:7"}
_SECRET = {"PASSWORD": "__PW_SECRET_PASSWORD_V1__"}
_NETWORKS: tuple[dict[str, dict[str, bool]], ...] = (
    {},
    {"default": {}},
    {"default": {}, "prod": {"internal": True}},
)


def _kind(role: Role, said: int) -> Service:
    """One of a few ways to describe a service of a role."""
    server = role in (Role.DATABASE, Role.CACHE, Role.BROKER)
    source = "" if server else "shared"  # two servers never own one folder
    return Service(
        name="",
        role=role,
        why="drawn",
        image=_IMAGES.get(role, f"app:{said}"),
        environment=_SECRET if said else {},
        mounts=(Mount(kind="volume", source=source, target="/data"),) if said != 1 else (),
        exposed=(8080,) if said != 2 else (),
        route="/there" if said == 3 else None,
    )


_KINDS = [_kind(role, said) for role, said in itertools.product(Role, range(4))]
_SHARES = (None, Share(cores=1.0), Share(memory_fraction=0.25, pids=64))


@st.composite
def apps(draw: st.DrawFn) -> App:
    """Apps of up to five services that wait for each other without circles."""
    names = draw(st.lists(st.sampled_from(_SERVICES), unique=True, min_size=1, max_size=5))
    waiting = draw(st.integers(0, 2**10 - 1))
    pairs = list(itertools.combinations(names, 2))
    condition = draw(st.sampled_from(Condition))
    services = {}
    for name in names:
        kind = draw(st.sampled_from(_KINDS))
        waits = [one for bit, (one, two) in enumerate(pairs) if two == name and waiting >> bit & 1]
        services[name] = msgspec.structs.replace(
            kind,
            name=name,
            mounts=tuple(
                Mount(kind="volume", source=one.source or f"{name}-data", target=one.target)
                for one in kind.mounts
            ),
            route=kind.route and f"/{name}",
            depends_on=tuple(Dependency(wait, condition) for wait in waits),
            run=("run", name),
        )
    networks = draw(st.sampled_from(_NETWORKS))
    return App(name="app", folder="/srv/app", services=services, networks=dict(networks))


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Two or three environments, each with the same app or, for one of them, with its own."""
    names = NAMES[: draw(st.integers(2, 3))]
    shared = draw(apps())
    other = draw(apps()) if draw(st.booleans()) else shared
    seed = draw(st.sampled_from([None, ("seed",)]))
    share = draw(st.sampled_from(_SHARES))
    route = draw(st.sampled_from(RouteBy))
    return Site(
        project="app",
        choices=Choices(limits=draw(st.sampled_from(LimitsBy)), route=route),
        environments=tuple(
            Environment(
                name=name,
                app=other if name == "dev" else shared,
                production=name == "prod",
                domain=f"{name}.example" if route is RouteBy.DOMAIN else "app.example",
                port=0 if name == "prod" or route is RouteBy.DOMAIN else 8443 + NAMES.index(name),
                protected=name != "prod",
                user=name,
                password=None if name == "prod" else SecretRef("PARTYWALL_PASSWORD", 1),
                seed=seed,
                share=share,
            )
            for name in names
        ),
        machine=Machine(cores=4, memory_bytes=1 << 33),
        edge_ports=(80, 443),
    )


def _disturbed(entry: Entry, how: str) -> Entry:
    if how == "down":
        return msgspec.structs.replace(entry, running=False)
    if how == "faulty":
        return msgspec.structs.replace(entry, faults=("unhealthy",))
    if how == "starting":
        return msgspec.structs.replace(entry, starting=True)
    older = msgspec.structs.replace(entry.thing, needs=())
    return World.of([older]).entries[older.key]


@st.composite
def installations(draw: st.DrawFn) -> tuple[Site, World, World]:
    """A site, the world it asks for, and a world as it may be found there."""
    site = draw(sites())
    wanted = desired(site)
    before = desired(draw(sites())) if draw(st.booleans()) else wanted
    entries = dict(before.entries)
    how = st.sampled_from(["absent", "down", "faulty", "starting", "older"])
    for key, what in draw(
        st.lists(st.tuples(st.sampled_from(sorted(before.entries)), how), max_size=8)
    ):
        if what == "absent":
            entries.pop(key, None)
        elif key in entries:
            entries[key] = _disturbed(entries[key], what)
    gone = draw(st.sampled_from([None, None, *NAMES]))
    return site, wanted, World({k: e for k, e in entries.items() if k.split("/")[0] != gone})
