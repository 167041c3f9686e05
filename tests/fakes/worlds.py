"""Small worlds, written out and generated."""

from __future__ import annotations

from hypothesis import strategies as st

from partywall.model.app import Condition, Mount, Role
from partywall.model.world import (
    AnyThing,
    Database,
    Entry,
    Instance,
    Job,
    Need,
    Network,
    Route,
    Volume,
    World,
    environment_of,
    fingerprint,
    name_of,
)

COMMON = ("shared", "machine")
KINDS = ("volume", "network", "db", "database", "web", "job", "route")


def needs(*keys: str) -> tuple[Need, ...]:
    """Needs of these keys."""
    return tuple(Need(key) for key in keys)


def volume(key: str, **fields) -> Volume:
    """A volume whose name tells its environment."""
    return Volume(key=key, **{"name": key.replace("/", "-"), **fields})


def instance(key: str, *need: str, **fields) -> Instance:
    """A service that needs these keys."""
    return Instance(
        key=key,
        **{"service": name_of(key), "role": Role.APP, "image": "app:1", "needs": needs(*need)}
        | fields,
    )


def edge(*need: str, **fields) -> Instance:
    """The one edge."""
    return instance("machine/edge", *need, **{"role": Role.EDGE, "image": "caddy:2", **fields})


def server(key: str, data: str, *need: str, **fields) -> Instance:
    """A database server on a volume."""
    mounts = (Mount(kind="volume", source=data, target="/data"),)
    return instance(
        key,
        data,
        *need,
        **{"role": Role.DATABASE, "image": "postgres:18", "mounts": mounts} | fields,
    )


def database(key: str, on: str, *need: str, **fields) -> Database:
    """A database on a server."""
    name = environment_of(key)
    return Database(
        key=key, **{"server": on, "name": name, "owner": name, "needs": needs(on, *need)} | fields
    )


def route(key: str, to: str, *need: str, **fields) -> Route:
    """An address for an instance."""
    host = f"{environment_of(key)}.localhost"
    return Route(
        key=key,
        **{
            "host": host,
            "port": 0,
            "instance": to,
            "target": 8000,
            "needs": needs(to, "machine/edge", *need),
        }
        | fields,
    )


def environment(name: str, image: str = "app:1", on: str | None = None) -> list[AnyThing]:
    """A whole environment: volume, server, database, app, route; `on` names a shared server."""
    own = on is None
    on = on or f"{name}/db"
    things: list[AnyThing] = [Network(key=f"{name}/network/in", name=f"pw-{name}", internal=True)]
    if own:
        things.append(volume(f"{name}/volume/data"))
        things.append(server(on, f"{name}/volume/data", f"{name}/network/in"))
    return [
        *things,
        database(f"{name}/database/app", on),
        instance(f"{name}/web", f"{name}/database/app", f"{name}/network/in", image=image),
        route(f"{name}/route/web", f"{name}/web"),
    ]


def two(image: str = "app:1") -> World:
    """Production and development side by side behind one edge."""
    return World.of([*environment("prod"), *environment("dev", image), edge()])


def sharing(image: str = "app:1") -> World:
    """Production and development on one database server."""
    return World.of(
        [
            volume("shared/volume/data"),
            server("shared/db", "shared/volume/data"),
            *environment("prod", on="shared/db"),
            *environment("dev", image, on="shared/db"),
            edge(),
        ]
    )


def _universe(name: str) -> list[str]:
    if name == "machine":
        return ["machine/volume/certificates", "machine/edge"]
    if name == "shared":
        return ["shared/volume/data", "shared/db", "shared/database/app", "shared/cache"]
    kinds = {"db": f"{name}/db", "web": f"{name}/web"}
    return [kinds.get(kind, f"{name}/{kind}/x") for kind in KINDS]


def _thing(key: str, variant: int, need: tuple[Need, ...], there: list[str]) -> AnyThing:
    """A thing of the kind that its key says, in one of a few variants."""
    name, kind = environment_of(key), key.split("/")[1]
    servers = [k for k in there if k.endswith("/db")]
    match kind:
        case "volume":
            return Volume(key=key, needs=need, name=f"{key}-{variant}")
        case "network":
            return Network(key=key, needs=need, name=f"{name}-{variant}")
        case "database":
            on = servers[-1] if servers else f"{name}/db"
            return Database(key=key, needs=need, server=on, name=name, owner=f"{name}{variant}")
        case "route":
            return Route(
                key=key,
                needs=need,
                host=f"{name}{variant}",
                port=0,
                instance=f"{name}/web",
                target=1,
            )
        case "job":
            inner = instance(f"{name}/setup", image=f"app:{variant}")
            return Job(key=key, needs=need, instance=inner)
        case _:
            role = Role.EDGE if kind == "edge" else Role.APP
            return instance(key, needs=need, role=role, image=f"app:{variant}")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Worlds of up to three environments and what they share, without circles."""
    there: list[str] = []
    things: list[AnyThing] = []
    names = draw(st.lists(st.sampled_from(["prod", "dev", "stage"]), unique=True))
    for name in (*COMMON, *names):
        own: list[str] = []
        for key in _universe(name):
            if not draw(st.booleans()):
                continue
            before = own if name in COMMON else [k for k in there if environment_of(k) in COMMON]
            around = list(dict.fromkeys([*before, *own, *(there if name == "machine" else [])]))
            picked = (
                draw(st.lists(st.sampled_from(around), unique=True, max_size=3)) if around else []
            )
            need = tuple(Need(k, draw(st.sampled_from(Condition))) for k in picked)
            things.append(_thing(key, draw(st.integers(0, 2)), need, around))
            own.append(key)
        there += own
    return World.of(things)


@st.composite
def seen(draw: st.DrawFn, *, unknown: bool = False) -> World:
    """Worlds as they are found: some things down, with faults, or not to be seen."""
    wanted = draw(worlds())
    entries: dict[str, Entry] = {}
    blind: dict[str, str] = {}
    for key, entry in wanted.entries.items():
        state = draw(
            st.sampled_from(["well"] * 4 + ["down", "faulty", "starting"] + ["blind"] * unknown)
        )
        if state == "blind":
            blind[key] = "no answer"
            continue
        entries[key] = Entry(
            thing=entry.thing,
            fingerprint=fingerprint(entry.thing),
            running=state != "down",
            faults=("unhealthy",) if state == "faulty" else (),
            starting=state == "starting",
        )
    if unknown and draw(st.booleans()):
        name = draw(st.sampled_from(["prod", "dev", "stage"]))
        blind[f"{name}/"] = "no answer"
        entries = {key: e for key, e in entries.items() if environment_of(key) != name}
    return World(entries, blind)
