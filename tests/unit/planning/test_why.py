"""Differences in plain words, without values that may be secret."""

import msgspec
import pytest

from fakes.worlds import database, instance, needs, route
from partywall.model.app import Attachment, Condition, HealthCheck, Mount
from partywall.model.secret import SecretRef
from partywall.model.world import BasicAuth, Checkout, Job, Limit, Need, Network, Portion
from partywall.planning.why import differences


def variables(**values: str) -> object:
    return instance("dev/web", environment=values)


def url(version: int) -> str:
    return f"postgres://app:{SecretRef('DB_PASSWORD', version)}@db/app"


def auth(user: str, name: str, version: int) -> object:
    password = SecretRef(name, version)
    return route("dev/route/web", "dev/web", auth=BasicAuth(user=user, password=password))


def checkout(commit: str) -> object:
    return Checkout(key="dev/checkout/source", folder="x", branch="develop", commit=commit)


def mounted(*mounts: Mount) -> object:
    return instance("dev/web", mounts=mounts)


def attached(name: str, text: str | None, **more: str) -> Attachment:
    fields = {"kind": "secret", "source": name, "target": f"/run/secrets/{name}", **more}
    return Attachment(text=text, **fields)


def given(*attachments: Attachment) -> object:
    return instance("dev/web", attachments=attachments)


KEY, CONF = attached("key", url(1)), attached("conf", "x", kind="config", target="/conf")
A, B = (Mount(kind="bind", source=f"/{x}", target=f"/{x}") for x in "ab")
WEB = instance("dev/web")
ROUTE = route("dev/route/web", "dev/web")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (WEB, instance("dev/web", image="app:2"), "image app:1 → app:2"),
        (WEB, instance("dev/web", image=""), "image app:1 → none"),
        (WEB, instance("dev/web", stop_grace=20.0), "stop grace 10.0 → 20.0"),
        (WEB, instance("dev/web", image=f"app:{'x' * 150}"), "image changed"),
        (WEB, instance("dev/web", image=str(SecretRef("A", 1))), "image changed"),
        (WEB, instance("dev/web", ports=(80, 443)), "ports none → 80 443"),
        (WEB, instance("dev/web", command=("serve", "--token=x")), "command changed"),
        (WEB, instance("dev/web", run=("serve",)), "run changed"),
        (WEB, instance("dev/web", health=HealthCheck(command=("x",))), "health changed"),
        (WEB, instance("dev/web", build={"args": {"TOKEN": "x"}}), "build changed"),
        (
            variables(LOG_LEVEL="info", SAME="x", WORKERS="2"),
            variables(LOG_LEVEL="debug", SAME="x", WORKERS=""),
            "environment LOG_LEVEL info → debug, environment WORKERS 2 → none",
        ),
        (variables(A="1"), variables(B="1"), "environment A removed, environment B added"),
        (variables(PASSWORD="a"), variables(PASSWORD="b"), "environment PASSWORD changed"),
        (variables(URL="http://u:p@h"), variables(URL="a"), "environment URL changed"),
        (variables(X="a" * 50), variables(X="a"), "environment X changed"),
        (variables(X="tr0ub4dor"), variables(X="a"), "environment X changed"),
        (variables(URL=url(1)), variables(URL=url(2)), "secret DB_PASSWORD renewed"),
        (WEB, given(KEY, CONF), "config conf added, secret key added"),
        (given(KEY, CONF), given(KEY), "config conf removed"),
        (given(KEY), given(attached("key", url(2))), "secret DB_PASSWORD renewed"),
        (
            given(CONF),
            given(attached("conf", "y", kind="config", target="/conf")),
            "config conf changed",
        ),
        (given(KEY), given(attached("key", None, file="./key")), "secret key changed"),
        (given(KEY), given(attached("key", url(1), mode="0400")), "secret key changed"),
        (
            variables(A=url(1), B=url(1)),
            variables(A=url(2), B=url(2)),
            "secret DB_PASSWORD renewed",
        ),
        (variables(URL=url(1)), variables(URL=f"{url(1)}x"), "environment URL changed"),
        (variables(URL="a"), variables(URL=url(1)), "environment URL changed"),
        (mounted(A), mounted(A, B), "mount /b added"),
        (mounted(A, B), mounted(B), "mount /a removed"),
        (
            mounted(A),
            mounted(Mount(kind="bind", source="/a", target="/a", read_only=True)),
            "mount /a changed",
        ),
        (mounted(A, B), mounted(B, A), "mounts in another order"),
        (WEB, instance("dev/web", hosts={"db": "dev/db"}), "hosts db added"),
        (
            instance("dev/web", hosts={"db": "dev/a", "x": "dev/x"}),
            instance("dev/web", hosts={"db": "dev/b", "x": "dev/x"}),
            "hosts db dev/a → dev/b",
        ),
        (
            instance("dev/web", config={"/etc/a": "1:aa"}),
            instance("dev/web", config={"/etc/a": "1:bb"}),
            "config /etc/a changed",
        ),
        (
            instance("dev/web", config={".": "1:aa"}),
            instance("dev/web", config={".": "1:bb"}),
            "source changed",
        ),
        (
            instance("dev/web", settings={"http": "80"}),
            instance("dev/web", settings={}),
            "settings http removed",
        ),
        (WEB, instance("dev/web", "dev/db"), "need of dev/db added"),
        (
            instance("dev/web", needs=needs("dev/db")),
            instance("dev/web", needs=(Need("dev/db", Condition.HEALTHY),)),
            "need of dev/db changed",
        ),
        (
            instance("dev/web", "dev/db"),
            instance("dev/web", image="app:2"),
            "image app:1 → app:2, need of dev/db removed",
        ),
        (ROUTE, auth("me", "BASIC", 1), "password protection added"),
        (ROUTE, route("dev/route/web", "dev/web", cookies="dev~"), "cookies alone → dev~"),
        (route("dev/route/web", "dev/web", cookies=""), ROUTE, "cookies unmarked → alone"),
        (auth("me", "BASIC", 1), ROUTE, "password protection removed"),
        (
            auth("me", "BASIC", 1),
            auth("you", "BASIC", 2),
            "user me → you, secret BASIC renewed",
        ),
        (checkout("a" * 40), checkout("b" * 40), "commit aaaaaaaaaa → bbbbbbbbbb"),
        (auth("me", "BASIC", 1), auth("you", "BASIC", 1), "user me → you"),
        (auth("me", "BASIC", 1), auth("me", "GATE", 1), "secret BASIC → GATE"),
        (
            database("dev/database/a", "dev/db"),
            database("dev/database/a", "dev/db", password=SecretRef("DB", 1)),
            "password added",
        ),
        (
            database("dev/database/a", "dev/db", password=SecretRef("DB", 1)),
            database("dev/database/a", "dev/db"),
            "password removed",
        ),
        (
            Network(key="dev/network/a", name="a"),
            Network(key="dev/network/a", name="a", internal=True),
            "internal no → yes",
        ),
        (
            Limit(key="dev/limit/a", cpus=1, memory_bytes=10, pids=5),
            Limit(key="dev/limit/a", cpus=1, memory_bytes=20, pids=5),
            "memory bytes 10 → 20",
        ),
        (
            Job(key="dev/job/a", instance=WEB),
            Job(key="dev/job/a", instance=instance("dev/web", image="app:2"), once_per="data"),
            "image app:1 → app:2, once per definition → data",
        ),
    ],
)
def test_differences(before, after, said):
    assert differences(before, after) == said


def test_what_a_definition_says_is_said_by_a_field_of_its_own_or_only_that_it_changed():
    before = instance("dev/web", image="a:1", definition={"image": "a:1"})
    after = instance("dev/web", image="a:2", definition={"image": "a:2"})
    assert differences(before, after) == "image a:1 → a:2"
    other = instance("dev/web", image="a:1", definition={"image": "a:1", "user": "secret"})
    assert differences(before, other) == "definition changed"


def test_portions_are_told_by_their_memory():
    def limit(**sizes: tuple[int, int]) -> Limit:
        portions = tuple(
            Portion(
                key=f"dev/{name}",
                memory_bytes=size << 20,
                cpus=1,
                weight=weight,
                pids=1,
                least_bytes=1,
                why="",
            )
            for name, (size, weight) in sizes.items()
        )
        return Limit(key="dev/limit/budget", cpus=1, memory_bytes=1, pids=1, portions=portions)

    before = limit(web=(32, 1), db=(64, 1), old=(8, 1), same=(8, 1))
    after = limit(web=(48, 1), db=(64, 2), new=(8, 1), same=(8, 1))
    assert differences(before, after) == (
        "portion of db changed, portion of new none → 8 MiB, portion of old 8 MiB → none, "
        "portion of web 32 MiB → 48 MiB"
    )


def test_an_address_that_sleeps_and_wakes_says_so():
    there = route("dev/route/web", "dev/web")
    away = msgspec.structs.replace(there, away=True)
    assert differences(there, away) == "says that it sleeps"
    assert differences(away, there) == "leads to its service again"
