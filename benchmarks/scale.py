"""Planning many environments against planning a tenth of them."""

from __future__ import annotations

import gc

from benchmarks import machine
from benchmarks.measure import Compared, alternating, timed
from partywall import catalog
from partywall.axes.site import Environment, Machine, Site
from partywall.axes.world import desired
from partywall.model.app import App, Condition, Dependency, Mount, Role, Service
from partywall.model.plan import Plan
from partywall.model.secret import SecretRef
from partywall.model.world import World
from partywall.planning import conflicts, guard
from partywall.planning.diff import plan

FEW, MANY = 100, 1_000
LIMIT = 12.0
ROUNDS = 5
SERVICES = 8


def compared() -> Compared:
    """1,000 environments of 8 services each against 100, all made anew and then all up to date."""
    few, many = site(FEW), site(MANY)
    planned(few)
    before = machine.quiet()
    ours, others = alternating(
        lambda: timed(lambda: planned(many)), lambda: timed(lambda: planned(few)), ROUNDS
    )
    return Compared(
        name=f"planning {MANY:,} environments of {SERVICES} services / {FEW}",
        ours=ours,
        others=others,
        limit=LIMIT,
        quiet=before.worse(machine.quiet()),
    )


def planned(wanted: Site) -> tuple[Plan, Plan]:
    """What `plan` does once the files are read, with nothing there and with everything there."""
    gc.collect()
    world = desired(wanted)
    conflicts.check(world)
    first, second = plan(world, World()), plan(world, world)
    guard.check(first, World())
    guard.check(second, world)
    return first, second


def site(count: int) -> Site:
    """So many environments of one app with eight services."""
    return Site(
        project="scale",
        choices=catalog.choices(["dual"]),
        environments=tuple(_environment(n) for n in range(count)),
        machine=Machine(cores=2, memory_bytes=1 << 32),
        edge={"tls": "internal", "bind": "127.0.0.1"},
        edge_ports=(8080, 8443),
    )


def _environment(number: int) -> Environment:
    name = f"e{number}"
    services = [_database(), *(_service(i) for i in range(1, SERVICES))]
    return Environment(
        name=name,
        app=App(
            name=f"scale-{name}",
            folder="/app",
            services={service.name: service for service in services},
            volumes={"rows": {}},
        ),
        production=number == 0,
        domain=f"{name}.scale.localhost",
        protected=number > 0,
        user="dev",
        password=SecretRef("PARTYWALL_PASSWORD", 1) if number else None,
    )


def _database() -> Service:
    return Service(
        name="s0",
        role=Role.DATABASE,
        why="its image",
        image="postgres:18",
        environment={"POSTGRES_USER": "app", "POSTGRES_DB": "app", "POSTGRES_PASSWORD": "x"},
        mounts=(Mount(kind="volume", source="rows", target="/var/lib/postgresql"),),
        exposed=(5432,),
    )


def _service(number: int) -> Service:
    return Service(
        name=f"s{number}",
        role=Role.WEB if number == SERVICES - 1 else Role.APP,
        why="it is said",
        image="app:1",
        environment={"NUMBER": str(number), "DATABASE_URL": "postgresql://app:x@s0/app"},
        exposed=(8000,),
        depends_on=(Dependency(f"s{number - 1}", Condition.STARTED),),
        run=("python", "-m", "app"),
        route="/" if number == SERVICES - 1 else None,
    )
