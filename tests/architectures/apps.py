"""Generated apps, sites and worlds that were found: what the properties are tried on."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
from hypothesis import strategies as st

from partywall.axes.site import Environment, FlagFolders, Machine, Share, Site
from partywall.axes.world import desired
from partywall.model.app import App, Condition, Dependency, Mount, Role, Service
from partywall.model.choices import Choices, Flags, LimitsBy, RouteBy
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


_ROLES = [role for role in Role if role is not Role.FLAGS]
"""Those that a Compose file can name."""
_KINDS = [_kind(role, said) for role, said in itertools.product(_ROLES, range(4))]
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
    limits, flags = draw(st.sampled_from(LimitsBy)), draw(st.sampled_from(Flags))
    return Site(
        project="app",
        choices=Choices(limits=limits, route=route, flags=flags),
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
                flags=FlagFolders(served=f"/f/{name}", counts=f"/c/{name}", version="1"),
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


def shop() -> Site:
    """A small app in three environments, of which development has another one than the others."""
    return Site(
        project="shop",
        choices=Choices(),
        environments=tuple(_branch_of_the_shop(name) for name in NAMES),
        machine=Machine(cores=4, memory_bytes=1 << 33),
        edge={"tls": "internal", "bind": ""},
        edge_ports=(80, 443),
    )


def _branch_of_the_shop(name: str) -> Environment:
    production = name == "prod"
    every = [_WEB, _STORE, _QUEUE, *([_SEARCH] if name == "dev" else [_CACHE])]
    app = App(
        name=f"shop-{name}",
        folder="/srv/shop",
        services={one.name: one for one in every},
        networks={"default": {}},
    )
    return Environment(
        name=name,
        app=app,
        production=production,
        domain="shop.example" if production else f"{name}.shop.example",
        protected=not production,
        user=name,
        password=None if production else SecretRef("PARTYWALL_PASSWORD", 1),
        seed=None if production else ("fill",),
    )


def _kept(name: str, folder: str, **more: Any) -> dict[str, Any]:
    """What both a model and a definition say of a volume."""
    said = {"type": "volume", "source": name, "target": folder}
    definition = {"volumes": [said], "networks": {"default": None}, **more}
    mount = Mount(kind="volume", source=name, target=folder)
    return {"mounts": (mount,), "definition": definition}


def _server(name: str, role: Role, image: str, folder: str, **more: Any) -> Service:
    kept = _kept(f"{name}-data", folder, image=image)
    return Service(name=name, role=role, why="said", image=image, **kept, **more)


_STORE = _server(
    "store", Role.DATABASE, "postgres:18", "/var/lib/postgresql",
    environment={"POSTGRES_PASSWORD": "__PW_SECRET_PASSWORD_V1__"},
)  # fmt: skip
_CACHE = _server("cache", Role.CACHE, "valkey/valkey:9", "/data")
_QUEUE = _server("queue", Role.BROKER, "eclipse-mosquitto:2", "/mosquitto/data")
_SEARCH = _server("search", Role.APP, "search:1", "/index", exposed=(7700,))
_WEB = Service(
    name="web",
    role=Role.WEB,
    why="said",
    build={"context": "/srv/shop"},
    environment={"DATABASE_URL": "postgres://shop:__PW_SECRET_PASSWORD_V1__@store/shop"},
    exposed=(8080,),
    depends_on=(Dependency("store", Condition.HEALTHY), Dependency("queue")),
    **_kept("pictures", "/pictures", build={"context": "/srv/shop"}),
)
