"""Plans of the reference app, made purely: from its stored canonical Compose file to a text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from partywall import catalog
from partywall.axes.site import Environment, FlagFolders, Machine, Site
from partywall.axes.world import desired
from partywall.compose import canonical, understand
from partywall.compose.environment import Given
from partywall.compose.place import Sources
from partywall.compose.understand import Reading
from partywall.model.app import App
from partywall.model.choices import Choices, DatabaseWall, Flags, RouteBy, Source
from partywall.model.plan import Plan
from partywall.model.secret import SecretRef
from partywall.model.world import Checkout, World, environment_of
from partywall.planning import conflicts, guard
from partywall.planning.diff import plan
from partywall.planning.keep import destroy, keep
from partywall.planning.turns import in_turn, rest

HERE = Path(__file__).parent
COMPOSE = HERE.parents[1] / "examples" / "makapix" / "compose.yaml"
STORED = HERE / "makapix"
GOLDEN = HERE / "golden"
DIGEST = STORED / "compose.sha256"
NAMES = ("prod", "dev")
FOLDER = "/srv/makapix"
"""Where the stored app is said to be."""
MACHINE = Machine(cores=4, memory_bytes=8 << 30)


def digest() -> str:
    """What the stored canonical files were made from."""
    return hashlib.sha256(COMPOSE.read_bytes()).hexdigest() + "\n"


def app(name: str) -> App:
    """The app of one environment, from its stored canonical file."""
    reading = Reading(
        given=Given(folder=Path(FOLDER), variables={}), environment=name, near=Sources()
    )
    return understand.app(canonical.parse((STORED / f"{name}.yaml").read_text()), reading)


def site(*architectures: str, apps: dict[str, App] | None = None, **options: StrEnum) -> Site:
    """Both environments as the example's own settings have them; `options` are further lines."""
    given = apps or {name: app(name) for name in NAMES}
    choices = msgspec.structs.replace(catalog.choices(architectures), **options)
    environments = tuple(_placed(_environment(*one), choices) for one in given.items())
    return Site(
        project="makapix",
        choices=choices,
        environments=environments,
        production=environments[0],
        machine=MACHINE,
        edge={"tls": "internal", "bind": "127.0.0.1"},
        edge_ports=(8080, 8443),
    )


def _environment(name: str, given: App) -> Environment:
    production = name == "prod"
    return Environment(
        name=name,
        app=given,
        production=production,
        domain="makapix.localhost" if production else f"{name}.makapix.localhost",
        protected=not production,
        user=name,
        password=None if production else SecretRef("PARTYWALL_PASSWORD", 1),
        seed=None if production else ("python", "-m", "makapix.seed", "--users", "20"),
    )


def _placed(environment: Environment, choices: Choices) -> Environment:
    """The same with a port and a checkout of its own, where these tell environments apart."""
    placed = by_port(environment) if choices.route is RouteBy.PORT else environment
    if choices.flags is Flags.ON:
        placed = with_flags(placed)
    return with_checkout(placed) if choices.source is Source.BRANCH else placed


def by_port(environment: Environment) -> Environment:
    """The same at the one domain, with a port of its own unless it is production."""
    port = 0 if environment.production else 8444
    return msgspec.structs.replace(environment, domain="makapix.localhost", port=port)


def with_flags(environment: Environment) -> Environment:
    """The same with the folders of its flags."""
    home = f"{FOLDER}/.partywall/flags/{environment.name}"
    folders = FlagFolders(served=f"{home}/served", counts=f"{home}/counts", version="1")
    return msgspec.structs.replace(environment, flags=folders)


def with_checkout(environment: Environment, commit: str = "") -> Environment:
    """The same with a working copy of its branch."""
    name = environment.name
    branch, customary = ("main", "a" * 40) if environment.production else ("develop", "b" * 40)
    checkout = Checkout(
        key=f"{name}/checkout/source",
        folder=f".partywall/checkouts/{name}",
        branch=branch,
        commit=commit or customary,
    )
    return msgspec.structs.replace(environment, checkout=checkout)


def world(*architectures: str, **options: StrEnum) -> World:
    """What the settings ask for; nothing is left out because some engine does not make it."""
    return desired(site(*architectures, **options))


def worlds() -> dict[str, World]:
    """What each architecture makes of the app; an overlay is shown over `dual`."""
    return {
        preset.name: world("dual", preset.name) if preset.overlay else world(preset.name)
        for preset in catalog.presets().values()
    }


def _pulled() -> World:
    """Where each environment has a checkout, development's at another commit."""
    given = site("branches")
    prod, dev = given.environments
    moved = with_checkout(dev, commit="c" * 40)
    return desired(msgspec.structs.replace(given, environments=(prod, moved)))


def changed(name: str, service: str, variable: str, value: str) -> World:
    """The world with one variable of one service changed."""
    apps = {one: app(one) for one in NAMES}
    old = apps[name].services[service]
    assert variable in old.environment
    new = msgspec.structs.replace(old, environment={**old.environment, variable: value})
    services = {**apps[name].services, service: new}
    apps[name] = msgspec.structs.replace(apps[name], services=services)
    return desired(site("dual", apps=apps))


def _checked(wanted: World, seen: World, scope: str | None = None) -> Plan:
    conflicts.check(wanted, scope)
    made = plan(wanted, seen, scope)
    guard.check(made, seen)
    return made


def _only(whole: World, name: str) -> World:
    """What is there while only one of the environments is up."""
    mine = (name, "machine", "shared")
    return whole.only({k: e for k, e in whole.entries.items() if environment_of(k) in mine})


def _up(*architectures: str, **options: StrEnum) -> Callable[[], Plan]:
    return lambda: _checked(world(*architectures, **options), World())


def _variable() -> Plan:
    wanted = changed("dev", "web", "ENVIRONMENT", "staging")
    return _checked(wanted, world("dual"))


def _secret() -> Plan:
    """A new password for the database: its server is told, all that log in are started anew."""
    whole = world("dual")
    text = msgspec.json.encode(whole).replace(
        b"_POSTGRES_PASSWORD_V1__", b"_POSTGRES_PASSWORD_V2__"
    )
    text = text.replace(
        b'{"name":"POSTGRES_PASSWORD","version":1}', b'{"name":"POSTGRES_PASSWORD","version":2}'
    )
    renewed = World.of(msgspec.json.decode(text, type=World).things())
    mine = {key: one for key, one in renewed.entries.items() if environment_of(key) == "dev"}
    return _checked(World({**whole.entries, **mine}), whole, "dev")


def _down() -> Plan:
    whole = world("dual")
    return _checked(keep(whole, "dev"), whole, "dev")


def _destroy() -> Plan:
    whole = world("dual")
    return _checked(destroy(whole, "dev"), whole, "dev")


def _last() -> Plan:
    """With the last environment goes the edge; volumes go into the trash."""
    whole = _only(world("dual"), "dev")
    return _checked(destroy(whole, "dev"), whole, "dev")


def _turns(on: str) -> World:
    """One environment at a time, and whose turn it is."""
    return desired(msgspec.structs.replace(site("profiles"), on=on))


def _switch(to: str, former: str) -> Plan:
    seen = _turns(former)
    return in_turn(_checked(rest(_turns(to), seen, {former}), seen), {former})


def _to_turns() -> Plan:
    """The one that sleeps from now on keeps its data."""
    seen = world("dual")
    return in_turn(_checked(rest(world("profiles"), seen, {"dev"}), seen), {"dev"})


PLANS: dict[str, Callable[[], Plan]] = {
    "dual": _up("dual"),
    "dual+limits": _up("dual", "limits"),
    "ports": _up("ports"),
    "ports, dev beside prod": lambda: _checked(
        world("ports"), _only(world("ports"), "prod"), "dev"
    ),
    "ports, from dual": lambda: _checked(world("ports"), world("dual")),
    "dual, dev alone": lambda: _checked(world("dual"), World(), "dev"),
    "dual, dev beside prod": lambda: _checked(world("dual"), _only(world("dual"), "prod"), "dev"),
    "dual, limits added": lambda: _checked(world("dual", "limits"), world("dual")),
    "dual, one variable changed": _variable,
    "dual, a new password": _secret,
    "dual, down dev": _down,
    "dual, up after down": lambda: _checked(world("dual"), keep(world("dual"), "dev"), "dev"),
    "dual, destroy dev": _destroy,
    "dual, destroy the last": _last,
    "profiles": _up("profiles"),
    "profiles+limits": _up("profiles", "limits"),
    "profiles, switch dev": lambda: _switch("dev", "prod"),
    "profiles, from dual": _to_turns,
    "snapshots": _up("snapshots"),
    "flags": _up("flags"),
    "hybrid": _up("hybrid"),
    "branches": _up("branches"),
    "branches, pull dev": lambda: _checked(_pulled(), world("branches"), "dev"),
    "branches, down dev": lambda: _checked(
        keep(world("branches"), "dev"), world("branches"), "dev"
    ),
    "branches, destroy dev": lambda: _checked(
        destroy(world("branches"), "dev"), world("branches"), "dev"
    ),
    "branches, again": lambda: _checked(world("branches"), world("branches")),
    "shared": _up("shared"),
    "shared, database": _up("shared", database=DatabaseWall.DATABASE),
    "schemas": _up("schemas"),
    "schemas, dev beside prod": lambda: _checked(
        world("schemas"), _only(world("schemas"), "prod"), "dev"
    ),
    "schemas, again": lambda: _checked(world("schemas"), world("schemas")),
    "shared, dev beside prod": lambda: _checked(
        world("shared"), _only(world("shared"), "prod"), "dev"
    ),
    "shared, destroy dev": lambda: _checked(
        destroy(world("shared"), "dev"), world("shared"), "dev"
    ),
    "shared, again": lambda: _checked(world("shared"), world("shared")),
    "dual, again": lambda: _checked(world("dual"), world("dual")),
}


def text(made: Plan) -> str:
    """A plan as its golden file holds it."""
    return "\n".join(_lines(made)) + "\n"


def _lines(made: Plan) -> Iterable[str]:
    yield str(made)
    yield from (f"note: {note}" for note in made.notes)


def file(name: str) -> Path:
    """Where the golden text of a plan is."""
    return GOLDEN / f"{name.replace(', ', '-').replace(' ', '-')}.txt"
