"""What each option of each axis adds to a world."""

from typing import get_type_hints

import msgspec
import pytest

from partywall.axes import limits, presence, world
from partywall.axes.instance import instance, relative
from partywall.axes.ports import routed
from partywall.axes.site import EDGE, EDGE_SIDES, Environment, Machine, Share, Site, is_postgres
from partywall.model.app import (
    App,
    Attachment,
    Condition,
    Dependency,
    HealthCheck,
    Mount,
    Port,
    Role,
    Service,
    Visit,
    by_file,
)
from partywall.model.choices import (
    Choices,
    LimitsBy,
    RouteBy,
    Source,
)
from partywall.model.secret import SecretRef
from partywall.model.world import (
    BasicAuth,
    Checkout,
    Database,
    Instance,
    Limit,
    Need,
    Network,
    Route,
    Volume,
)

PASSWORD = SecretRef("PARTYWALL_PASSWORD", 3)


def service(name, role=Role.APP, **fields) -> Service:
    return Service(**{"name": name, "role": role, "why": "said", "image": "app:1", **fields})


def app(*services: Service, **fields) -> App:
    return App(name="shop", folder="/srv/shop", services={s.name: s for s in services}, **fields)


def environment(*services: Service, name="dev", more=None, **fields) -> Environment:
    given = {"production": False, "domain": f"{name}.example", **fields}
    return Environment(name=name, app=app(*services, **(more or {})), **given)


def site(*environments: Environment, **fields) -> Site:
    machine = Machine(cores=4, memory_bytes=1000)
    given = {"choices": Choices(), "machine": machine, "edge_ports": (80, 443), **fields}
    return Site(project="shop", environments=environments, **given)


def things(*environments: Environment, **fields) -> dict:
    return {thing.key: thing for thing in world.desired(site(*environments, **fields)).things()}


POSTGRES = service(
    "db",
    Role.DATABASE,
    image="postgres:18",
    environment={"POSTGRES_USER": "o", "POSTGRES_PASSWORD": str(SecretRef("PW", 2))},
    mounts=(Mount(kind="volume", source="rows", target="/var/lib/postgresql"),),
)


def test_a_whole_small_world():
    web = service("web", Role.WEB, exposed=(80,), depends_on=(Dependency("db"),))
    made = things(environment(web, POSTGRES, more={"networks": {"default": {}}}))
    assert {key: type(thing) for key, thing in made.items()} == {
        "dev/network/default": Network,
        "dev/web": Instance,
        "dev/volume/rows": Volume,
        "dev/db": Instance,
        "dev/database/db": Database,
        **dict.fromkeys((*EDGE_SIDES, EDGE), Instance),
        "dev/route/web": Route,
    }


class TestInstance:
    """A Compose service turned into an instance."""

    def test_everything_is_taken_over(self):
        said = service(
            "web",
            Role.WEB,
            command=("serve",),
            entrypoint=("/entry",),
            run=("python", "web.py"),
            environment={"B": "2", "A": "1"},
            exposed=(80, 81),
            health=HealthCheck(command=("true",)),
            restart="always",
            stop_signal="SIGINT",
            stop_grace=3.0,
            session=Visit(open=("in",), close=("out",), path="/me"),
        )
        made = instance(environment(said), said)
        assert (made.key, made.service, made.role, made.image) == ("dev/web", "web", "web", "app:1")
        for field in (
            *("command", "entrypoint", "run", "environment", "health"),
            *("restart", "stop_signal", "stop_grace", "session"),
        ):
            assert getattr(made, field) == getattr(said, field), field
        assert list(made.environment) == ["A", "B"]
        assert made.ports == (80, 81)

    def test_it_waits_for_services_jobs_and_databases(self):
        waits = (
            Dependency("cache", Condition.HEALTHY),
            Dependency("setup", Condition.STARTED),
            Dependency("db", Condition.HEALTHY),
            Dependency("hidden by a profile"),
        )
        web = service("web", depends_on=waits)
        dev = environment(web, service("cache", Role.CACHE), service("setup", Role.JOB), POSTGRES)
        assert instance(dev, web).needs == (
            Need("dev/cache", Condition.HEALTHY),
            Need("dev/database/db"),
            Need("dev/db", Condition.HEALTHY),
            Need("dev/job/setup", Condition.DONE),
        )

    def test_it_needs_its_volumes_and_networks(self):
        mounts = (
            Mount(kind="volume", source="data", target="/data"),
            Mount(kind="volume", source="", target="/anonymous"),
            Mount(kind="bind", source="/srv/shop/conf", target="/conf", read_only=True),
            Mount(kind="bind", source="/etc/hosts", target="/etc/hosts"),
            Mount(kind="tmpfs", source="", target="/run"),
        )
        one = service("one", mounts=mounts, definition={"networks": {"inner": None}})
        two = service("two")
        dev = environment(one, two, more={"networks": {"default": {}, "inner": {}}})
        made = instance(dev, one)
        assert made.needs == (Need("dev/network/inner"), Need("dev/volume/data"))
        assert [(m.kind, m.source) for m in made.mounts] == [
            ("volume", "dev/volume/data"),
            ("volume", ""),
            ("bind", "./conf"),
            ("bind", "/etc/hosts"),
            ("tmpfs", ""),
        ]
        assert [m.read_only for m in made.mounts] == [False, False, True, False, False]
        assert {need.key for need in instance(dev, two).needs} == {
            "dev/network/default",
            "dev/network/inner",
        }

    def test_it_calls_those_that_it_names_and_that_stay(self):
        variables = {"DB": "postgres://db:5432/x", "OLD": "cache-old mycache", "JOB": "setup"}
        web = service("web", environment=variables, run=("serve", "--broker", "mqtt:1883"))
        others = [service(name) for name in ("cache", "mqtt", "worker")]
        dev = environment(web, service("setup", Role.JOB), POSTGRES, *others)
        assert instance(dev, web).hosts == {"db": "dev/db", "mqtt": "dev/mqtt"}

    def test_a_health_check_names_too(self):
        web = service("web", health=HealthCheck(command=("curl", "http://web:8000")))
        assert instance(environment(web), web).hosts == {"web": "dev/web"}

    def test_a_service_that_comes_is_no_change_of_those_that_do_not_name_it(self):
        web = service("web", environment={"DB": "db"})
        alone, more = environment(web, POSTGRES), environment(web, POSTGRES, service("extra"))
        assert instance(alone, web) == instance(more, web)

    @pytest.mark.parametrize(
        ("build", "seen"),
        [
            (None, None),
            ({"context": "/srv/shop"}, {"context": "."}),
            ({"context": "/srv/shop/web", "target": "x"}, {"context": "./web", "target": "x"}),
            ({"context": "https://example.com/x.git"}, {"context": "https://example.com/x.git"}),
            ({"dockerfile_inline": "FROM scratch"}, {"dockerfile_inline": "FROM scratch"}),
        ],
    )
    def test_a_build_is_seen_from_the_project(self, build, seen):
        web = service("web", build=build)
        assert instance(environment(web), web).build == seen

    def test_what_is_bound_counts_with_its_content(self):
        bound = {"/srv/shop/conf": "aa", "/srv/shop": "bb", "/srv/shop/other": "cc"}
        web = service(
            "web",
            build={"context": "/srv/shop"},
            mounts=(
                Mount(kind="bind", source="/srv/shop/conf", target="/conf"),
                Mount(kind="bind", source="/srv/shop/new", target="/new"),
                Mount(kind="volume", source="other", target="/other"),
            ),
        )
        made = instance(environment(web, more={"bound": bound}), web)
        assert made.config == {"./conf": "aa", ".": "bb"}

    @pytest.mark.parametrize(
        ("path", "seen"),
        [("/a/b", "."), ("/a/b/c/d", "./c/d"), ("/a/bc", "/a/bc"), ("/x", "/x"), ("x", "x")],
    )
    def test_paths_below_the_folder_move_with_it(self, path, seen):
        assert relative(path, "/a/b") == seen


class TestDatabase:
    """Axis `database`."""

    def test_it_has_the_names_that_its_image_would_give(self):
        made = things(environment(POSTGRES))["dev/database/db"]
        assert made == Database(
            key="dev/database/db",
            needs=(Need("dev/db", Condition.HEALTHY),),
            server="dev/db",
            name="o",
            owner="o",
            password=SecretRef("PW", 2),
        )

    def test_and_without_variables_those_of_its_image(self):
        said = service("db", Role.DATABASE, image="postgres", environment={"POSTGRES_DB": "shop"})
        made = things(environment(said))["dev/database/db"]
        assert (made.name, made.owner, made.password) == ("shop", "postgres", None)

    def test_another_server_is_an_instance_alone(self):
        made = things(environment(service("db", Role.DATABASE, image="mariadb:11")))
        assert "dev/db" in made
        assert "dev/database/db" not in made

    @pytest.mark.parametrize(
        ("said", "is_one"),
        [
            (service("db", Role.DATABASE, image="postgres"), True),
            (service("db", Role.DATABASE, image="example.com:5000/lib/postgres:18@sha256:0"), True),
            (service("db", Role.DATABASE, image="postgis/postgis:18-3.6"), True),
            (service("db", Role.DATABASE, image="own", environment={"POSTGRES_DB": "x"}), True),
            (service("db", Role.DATABASE, image="mysql"), False),
            (service("db", Role.APP, image="postgres"), False),
        ],
    )
    def test_what_speaks_postgresql(self, said, is_one):
        assert is_postgres(said) is is_one


@pytest.mark.parametrize("role", [Role.CACHE, Role.BROKER])
def test_caches_and_brokers_are_instances_of_their_environment(role):
    made = things(environment(service("it", role)), environment(service("it", role), name="prod"))
    assert made["dev/it"] != made["prod/it"]
    assert made["dev/it"].role is role


class TestFiles:
    """Axis `files`."""

    def test_a_volume_per_environment_under_its_own_name(self):
        mounts = (
            Mount(kind="volume", source="b", target="/b"),
            Mount(kind="volume", source="a", target="/a"),
            Mount(kind="volume", source="", target="/c"),
            Mount(kind="bind", source="/srv/shop/d", target="/d"),
        )
        one, two = service("one", mounts=mounts), service("two", mounts=mounts[:1])
        made = things(environment(one, two), environment(one, name="prod"))
        volumes = {key: thing.name for key, thing in made.items() if isinstance(thing, Volume)}
        assert volumes == {
            "dev/volume/a": "shop-dev_a",
            "dev/volume/b": "shop-dev_b",
            "prod/volume/a": "shop-prod_a",
            "prod/volume/b": "shop-prod_b",
        }

    def test_what_a_driver_is_told_goes_with_the_volume(self):
        bound = {"type": "none", "o": "bind", "device": "/srv/shop/data"}
        remote = {"type": "nfs", "device": ":/x"}
        volumes = {
            "a": {"name": "a", "driver": "local", "driver_opts": bound},
            "b": {"driver": "rclone", "driver_opts": remote},
            "c": None,
        }
        mounts = tuple(Mount(kind="volume", source=name, target=f"/{name}") for name in volumes)
        made = things(environment(service("one", mounts=mounts), more={"volumes": volumes}))
        told = [(made[f"dev/volume/{n}"].driver, made[f"dev/volume/{n}"].options) for n in "abc"]
        assert told == [("", {**bound, "device": "./data"}), ("rclone", remote), ("", {})]


class TestPresence:
    """Axis `presence`."""

    def test_networks_have_names_of_their_own(self):
        more = {"networks": {"b": {"internal": True}, "a": {}}}
        made = things(environment(service("web"), more=more))
        networks = [thing for thing in made.values() if isinstance(thing, Network)]
        assert networks == [
            Network(key="dev/network/a", name="shop-dev_a"),
            Network(key="dev/network/b", name="shop-dev_b", internal=True),
        ]

    def test_a_job_is_run_and_not_kept_running(self):
        setup = service("setup", Role.JOB, depends_on=(Dependency("db", Condition.HEALTHY),))
        made = things(environment(setup, POSTGRES))
        assert "dev/setup" not in made
        job = made["dev/job/setup"]
        assert job.instance.key == "dev/job/setup"
        assert job.needs == job.instance.needs
        assert Need("dev/db", Condition.HEALTHY) in job.needs
        assert job.once_per == "definition"

    def test_a_seed_runs_as_the_app_once_in_the_life_of_its_data(self):
        api = service(
            "api",
            image="api:1",
            build={"context": "/srv/shop"},
            environment={"A": "1"},
            depends_on=(Dependency("db"),),
            mounts=(Mount(kind="volume", source="vault", target="/vault"),),
            health=HealthCheck(command=("true",)),
            exposed=(80,),
        )
        worker, setup = service("worker", Role.WORKER), service("setup", Role.JOB)
        dev = environment(worker, setup, api, POSTGRES, seed=("seed", "20"))
        job = things(dev)["dev/job/seed"]
        assert job.once_per == "data"
        assert {need.key for need in job.needs} == {
            "dev/db",
            "dev/database/db",
            "dev/volume/vault",
            "dev/job/setup",
        }
        run = job.instance
        assert (run.command, run.run) == (("seed", "20"), ("seed", "20"))
        assert (run.image, run.build, run.environment) == ("api:1", {"context": "."}, {"A": "1"})
        assert (run.ports, run.health, run.role) == ((), None, Role.JOB)

    def test_a_seed_runs_as_a_service_that_knows_the_data_and_after_every_datastore(self):
        debug = service("debug")
        api = service("api", environment={"DB": "postgres://db/x"})
        cache = service("cache", Role.CACHE)
        dev = environment(debug, api, cache, POSTGRES, seed=("fill",))
        job = things(dev)["dev/job/seed"]
        assert job.instance.environment == api.environment
        assert {
            Need("dev/cache", Condition.HEALTHY),
            Need("dev/db", Condition.HEALTHY),
            Need("dev/database/db"),
        } <= set(job.needs)

    def test_a_seed_is_the_definition_of_its_service_run_once(self):
        said = {"image": "api:1", "user": "7", "healthcheck": {}, "depends_on": {}}
        api = service("api", definition=said)
        dev = environment(api, seed=("fill", "$HOME"), definitions=True)
        assert things(dev)["dev/job/seed"].instance.definition == {
            "image": "api:1",
            "user": "7",
            "command": ["fill", "$$HOME"],
            "restart": "no",
        }

    def test_without_an_app_there_is_nobody_to_seed(self):
        assert "dev/job/seed" not in things(environment(POSTGRES, seed=("seed",)))

    def test_without_a_seed_there_is_no_such_job(self):
        assert "dev/job/seed" not in things(environment(service("api")))

    def test_what_has_an_axis_of_its_own_is_not_made_twice(self):
        dev = environment(*(service(role.value, role) for role in Role))
        made = presence.together(site(dev), dev)
        assert {thing.role for thing in made if isinstance(thing, Instance)} == {
            *(Role.WEB, Role.APP, Role.WORKER, Role.FILES, Role.EDGE)
        }


class TestJoinedNetwork:
    """A service that lives in the network of another one."""

    @pytest.mark.parametrize("said", [(), (Dependency("vpn"),)])
    def test_it_waits_for_that_one(self, said):
        joined = service("web", definition={"network_mode": "service:vpn"}, depends_on=said)
        made = instance(environment(joined, service("vpn")), joined)
        assert made.needs == (Need("dev/vpn"),)


class TestRoute:
    """Axis `route`."""

    def test_production_is_open_and_may_be_indexed(self):
        prod = environment(
            service("web", Role.WEB, exposed=(80, 81)),
            name="prod",
            production=True,
            domain="example.com",
        )
        assert things(prod)["prod/route/web"] == Route(
            key="prod/route/web",
            needs=(Need(EDGE), Need("prod/web", Condition.HEALTHY)),
            host="example.com",
            port=0,
            instance="prod/web",
            target=80,
        )

    def test_at_one_domain_each_has_a_port_and_cookies_of_its_own(self):
        web, files = (
            service("web", Role.WEB, exposed=(80,)),
            service("v", Role.FILES, exposed=(80,)),
        )
        told = {"domain": "example.com", "allow": ("192.0.2.0/24",)}
        prod = environment(web, files, name="prod", production=True, domain="example.com")
        made = things(
            prod, environment(web, files, port=8443, **told), choices=Choices(route=RouteBy.PORT)
        )
        routes = {key: one for key, one in made.items() if isinstance(one, Route)}
        assert {k: (r.host, r.port, r.cookies, r.allow) for k, r in routes.items()} == {
            "prod/route/web": ("example.com", 0, "", ()),
            "prod/route/v": ("v.example.com", 0, "", ()),
            "dev/route/web": ("example.com", 8443, "dev~", ("192.0.2.0/24",)),
            "dev/route/v": ("v.example.com", 8443, "dev~", ("192.0.2.0/24",)),
        }
        assert {*EDGE_SIDES, EDGE} <= made.keys()

    def test_others_ask_for_a_password_and_are_not_indexed(self):
        dev = environment(
            service("web", Role.WEB, exposed=(80,)), protected=True, user="u", password=PASSWORD
        )
        made = things(dev)["dev/route/web"]
        assert made.auth == BasicAuth("u", PASSWORD)
        assert made.robots is False

    @pytest.mark.parametrize(
        "said", [{"protected": False, "password": PASSWORD}, {"protected": True}]
    )
    def test_unprotected_or_without_a_password_nobody_is_asked(self, said):
        dev = environment(service("web", Role.WEB, exposed=(80,)), **said)
        assert things(dev)["dev/route/web"].auth is None

    def test_the_edge_is_one_for_all(self):
        web = service("web", Role.WEB, exposed=(80,))
        made = things(environment(web), environment(web, name="prod"), edge={"tls": "off"})
        assert made[EDGE] == Instance(
            key=EDGE,
            needs=tuple(Need(side) for side in EDGE_SIDES),
            service="edge",
            role=Role.EDGE,
            image="caddy:2",
            ports=(80, 443),
            settings={"tls": "off"},
        )
        for side in EDGE_SIDES:
            assert made[side].ports == ()
            assert made[side].role is Role.EDGE

    @pytest.mark.parametrize(
        ("services", "routes"),
        [
            ((service("a", exposed=(1,)), service("w", Role.WEB, exposed=(2,))), {"w": "/"}),
            ((service("a", exposed=(1,)), service("b", exposed=(2,))), {"a": "/"}),
            ((service("w", Role.WEB, exposed=(2,)), service("v", Role.FILES, exposed=(3,))),
             {"w": "/", "v": "v"}),
            ((service("a", exposed=(1,), route="/x"), service("w", Role.WEB, exposed=(2,))),
             {"a": "/x"}),
            ((service("p", Role.EDGE, exposed=(80,)), service("w", Role.WEB, exposed=(2,))),
             {"w": "/"}),
            ((service("p", Role.EDGE, exposed=(80,), route="/"),), {"p": "/"}),
            ((service("k", Role.WORKER, exposed=(9,)), POSTGRES), {}),
            ((service("w", Role.WEB),), {}),
        ],
    )  # fmt: skip
    def test_which_services_the_edge_answers_for(self, services, routes):
        found = routed(environment(*services).app)
        assert {said.name: where for said, where in found} == routes

    def test_a_label_is_a_host_and_a_path_is_a_path(self):
        made = things(
            environment(
                service("api", exposed=(1,), route="/api"),
                service("vault", Role.FILES, exposed=(2,), route="vault"),
            )
        )
        assert (made["dev/route/api"].host, made["dev/route/api"].path) == ("dev.example", "/api")
        vault = made["dev/route/vault"]
        assert (vault.host, vault.path, vault.target) == ("vault.dev.example", "/", 2)


class TestLimits:
    """Axis `limits`."""

    def budget(self, **fields):
        dev = environment(service("web"), **fields)
        return next(iter(limits.budget(site(dev), dev)), None)

    def test_customary(self):
        assert self.budget() == Limit(
            key="dev/limit/budget",
            cpus=2,
            cores=(2, 3),
            memory_bytes=400,
            pids=1024,
            reserved_bytes=100,
            yields=True,
            io_weight=40,
        )

    def test_production_has_one_only_when_it_is_said(self):
        assert self.budget(production=True) is None
        share = Share(cores=2.5, memory_bytes=800, pids=9)
        assert self.budget(production=True, share=share) == Limit(
            key="dev/limit/budget", cpus=2.5, memory_bytes=800, pids=9, reserved_bytes=200
        )

    def test_shares_are_of_this_machine(self):
        made = self.budget(share=Share(cpus_fraction=0.333, memory_fraction=0.1))
        assert (made.cpus, made.cores, made.memory_bytes) == (1.33, (2, 3), 100)
        assert made.pids == 1024

    @pytest.mark.parametrize(
        ("every", "cpus", "cores"),
        [(1, 0.4, (0,)), (2, 1, (1,)), (3, 1, (2,)), (6, 2, (4, 5)), (8, 3, (5, 6, 7))],
    )
    def test_customary_is_whole_cores_and_leaves_one(self, every, cpus, cores):
        dev = environment(service("web"))
        machine = Machine(cores=every, memory_bytes=1000)
        here = msgspec.structs.replace(site(dev), machine=machine)
        made = next(iter(limits.budget(here, dev)))
        assert (made.cpus, made.cores) == (cpus, cores)

    def test_more_cores_than_there_are_are_all(self):
        made = self.budget(share=Share(cores=9))
        assert (made.cpus, made.cores) == (9, (0, 1, 2, 3))

    def test_everything_that_runs_starts_inside_its_budget(self):
        web, setup = service("web", exposed=(80,)), service("setup", Role.JOB)
        prod = environment(web, name="prod", production=True)
        made = things(environment(web, setup), prod, choices=Choices(limits=LimitsBy.BUDGET))
        with_it = {key for key, one in made.items() if Need("dev/limit/budget") in one.needs}
        assert with_it == {"dev/web", "dev/job/setup"}
        assert "prod/limit/budget" not in made

    def test_none(self):
        dev = environment(service("web"), share=Share(cores=1))
        assert list(limits.none(site(dev), dev)) == []


class TestSource:
    """Everything from one checkout, or from one for each."""

    CHECKOUT = Checkout(
        key="dev/checkout/source", folder=".partywall/checkouts/dev", branch="develop", inner="app"
    )
    NEED = Need("dev/checkout/source")

    def made(self, *services, checkout=CHECKOUT, **fields):
        dev = environment(*services, checkout=checkout, **fields)
        return things(dev, choices=Choices(source=Source.BRANCH))

    def test_everything_that_is_made_from_a_checkout_waits_for_it(self):
        made = self.made(service("web", exposed=(80,)), service("setup", Role.JOB))
        assert made["dev/checkout/source"] == self.CHECKOUT
        assert {key for key, one in made.items() if self.NEED in one.needs} == {
            "dev/web",
            "dev/job/setup",
        }

    def test_a_process_runs_in_its_checkout_and_is_another_with_another_commit(self):
        web, job = service("web", run=("serve",)), service("setup", Role.JOB, run=("setup",))
        made = self.made(web, job, service("boxed"))
        moved = self.made(
            web, job, service("boxed"), checkout=msgspec.structs.replace(self.CHECKOUT, commit="b")
        )
        assert made["dev/web"].folder == ".partywall/checkouts/dev/app"
        assert made["dev/job/setup"].instance.folder == ".partywall/checkouts/dev/app"
        assert made["dev/boxed"].folder == ""
        assert {key for key in made if made[key] != moved[key]} == {
            "dev/checkout/source",
            "dev/web",
            "dev/job/setup",
        }

    def test_a_volume_whose_folder_is_in_the_checkout_waits_for_it(self):
        mount = Mount(kind="volume", source="data", target="/data")
        options = {"type": "none", "o": "bind", "device": "/srv/shop/.partywall/checkouts/dev/data"}
        for device, waits in ((options["device"], True), ("/srv/data", False)):
            volumes = {"data": {"driver_opts": {**options, "device": device}}}
            made = self.made(service("web", mounts=(mount,)), more={"volumes": volumes})
            assert (self.NEED in made["dev/volume/data"].needs) is waits

    def test_without_a_checkout_nothing_waits(self):
        made = self.made(service("web", run=("serve",)), checkout=None)
        assert made["dev/web"].needs == ()
        assert made["dev/web"].folder == ""


def test_every_option_of_every_axis_is_there():
    axes = get_type_hints(Choices)
    assert set(world.AXES) == set(axes), "say it in AXES of axes/world.py"
    for axis, options in axes.items():
        assert set(world.AXES[axis]) == set(options), f"say it in OPTIONS of axes/{axis}.py"


def attachment(name: str, **fields) -> Attachment:
    given = {"kind": "secret", "source": name, "target": f"/run/secrets/{name}", **fields}
    return Attachment(**given)


def test_attachments_are_given_by_paths_that_may_move_and_files_count_by_content():
    conf = attachment("conf", kind="config", file="/srv/shop/conf")
    far = attachment("far", kind="config", file="/etc/far")
    key = attachment("key", text=str(PASSWORD), file="/srv/shop/key")
    whole = environment(
        service("api", attachments=(conf, far, key)),
        more={"bound": {"/srv/shop/conf": "1", "/etc/far": "2"}},
        seed=("fill",),
    )
    made = things(whole)
    assert [one.file for one in made["dev/api"].attachments] == ["./conf", "/etc/far", "./key"]
    assert made["dev/api"].attachments[2].text == str(PASSWORD)
    assert made["dev/api"].config == {"./conf": "1", "/etc/far": "2"}
    assert made["dev/job/seed"].instance.attachments == made["dev/api"].attachments


def test_a_database_takes_its_password_from_a_file():
    key = attachment("db", text=f"{PASSWORD}\n")
    variables = {"POSTGRES_PASSWORD_FILE": "/run/secrets/db", "POSTGRES_USER": "shop"}
    db = service(
        "db", Role.DATABASE, image="postgres:17", environment=variables, attachments=(key,)
    )
    assert things(environment(db))["dev/database/db"].password == PASSWORD


def test_only_variables_that_name_an_attachment_say_it_by_file():
    files = [attachment("a", text="x\r\n"), attachment("b")]
    said = {
        "A_FILE": "/run/secrets/a",
        "B_FILE": "/run/secrets/b",
        "C_FILE": "/c",
        "D": "/run/secrets/a",
    }
    assert by_file(said, files) == {"A": "x"}


def test_production_uses_what_was_there_before_and_nobody_else_does():
    more = {
        "volumes": {"old": {"external": True, "name": "of_old"}, "data": {}},
        "networks": {"proxy": {"external": True, "name": "proxy"}, "default": {}},
    }
    mounts = (Mount(kind="volume", source="old", target="/o"),)
    for name, definitions, names in (
        ("prod", True, {("of_old", True), ("proxy", True), ("shop-prod_default", False)}),
        ("prod", False, {("shop-prod_old", False), ("shop-prod_proxy", False)}),
        ("dev", True, {("shop-dev_old", False), ("shop-dev_proxy", False)}),
    ):
        one = environment(
            service("web", mounts=mounts),
            name=name,
            more=more,
            production=name == "prod",
            definitions=definitions,
        )
        made = world.desired(site(one)).things()
        found = {(x.name, x.external) for x in made if isinstance(x, Volume | Network)}
        assert names <= found


def test_volumes_that_another_compose_project_made():
    more = {"volumes": {"data": {"name": "shop_data"}, "fixed": {"name": "of_old"}, "bare": {}}}
    names = ("data", "fixed", "bare")
    mounts = tuple(Mount(kind="volume", source=name, target=f"/{name}") for name in names)
    one = environment(
        service("db", mounts=mounts), name="prod", more=more, production=True, volumes_of="legacy"
    )
    made = {x.name for x in world.desired(site(one)).things() if isinstance(x, Volume)}
    assert made == {"legacy_data", "of_old", "legacy_bare"}


def test_what_production_had_on_the_host_it_keeps_when_it_is_taken_over():
    page = service("web", Role.WEB, exposed=(80,), ports=(Port(target=80, published="8080"),))
    for volumes_of, published in (("", ()), ("legacy", ("8080",))):
        one = environment(
            page, name="prod", production=True, definitions=True, volumes_of=volumes_of
        )
        made = world.desired(site(one)).entries["prod/web"].thing
        assert tuple(port.published for port in made.published) == published


def test_a_scratch_copy_of_production_has_nothing_of_the_host_and_nothing_from_before():
    page = service("web", Role.WEB, exposed=(80,), ports=(Port(target=5432, published="5432"),))
    store = service("db", mounts=(Mount(kind="volume", source="data", target="/data"),))
    outer = {"external": True, "name": "theirs"}
    more = {"volumes": {"data": outer}, "networks": {"net": outer}}
    for scratch, names in ((False, {"theirs"}), (True, {"shop-prod_data", "shop-prod_net"})):
        one = environment(
            *(page, store),
            name="prod",
            more=more,
            production=True,
            definitions=True,
            scratch=scratch,
        )
        made = world.desired(site(one)).entries
        outside = [x.thing for x in made.values() if isinstance(x.thing, Volume | Network)]
        assert {x.name for x in outside} == names
        assert all(x.external is not scratch for x in outside)
        assert bool(made["prod/web"].thing.published) is not scratch
