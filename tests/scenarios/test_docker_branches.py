"""Environments on branches of their own: what runs is what each branch says, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenarios.boxes import docker
from scenarios.branched import Branched, changed
from scenarios.installation import free_ports

pytestmark = [pytest.mark.scenario, pytest.mark.docker, pytest.mark.timeout(600)]

PREVIEWS = 5


def developed(box: Branched) -> dict[str, str | None]:
    """What `develop` has otherwise: another page, a queue for the cache, a migration more."""
    compose = box.compose_of("main")
    del compose["services"]["cache"]
    compose["services"]["queue"] = {"image": "redis:7", "stop_grace_period": "1s"}
    page = (box.folder / "site" / "page.py").read_text().replace("main's page", "develop's page")
    return {
        "compose.yaml": yaml.safe_dump(compose),
        "site/page.py": page,
        "migrations/0002_likes.sql": "CREATE TABLE IF NOT EXISTS likes (id int PRIMARY KEY);\n",
    }


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branched]:
    """A repository with both branches; nothing of it stands."""
    folder = tmp_path_factory.mktemp("branches")
    http, https = free_ports()
    edge = {"http": http, "https": https}
    made = Branched(folder, f"br{http}", folder / "commons", edge)
    try:
        made.commit("develop", "develop's own", developed(made))
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def standing(box: Branched) -> Branched:
    planned = box.document("plan")
    assert not box.home.exists(), "a plan writes nothing"
    assert box.git("worktree", "list").count("\n") == 0
    done = box.document("up", "--yes")
    assert [step["key"] for step in planned["steps"]] == [step["key"] for step in done["steps"]]
    return box


def tables(box: Branched, environment: str) -> set[str]:
    ask = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    words = ("psql", "-h", "127.0.0.1", "-U", "app", "-Atc", ask)
    return set(box.call("exec", environment, "db", "--yes", "--", *words).out.split())


def containers(box: Branched, environment: str) -> set[str]:
    label = f"label=com.docker.compose.project={box.name}-{environment}"
    return set(docker("ps", "-q", "--no-trunc", "--filter", label))


def test_two_branches_run_together_with_services_and_migrations_of_their_own(
    standing: Branched,
) -> None:
    assert standing.page("prod") == "prod: main's page, hello"
    assert standing.page("dev") == "dev: develop's page, hello"
    assert tables(standing, "prod") == {"posts"}
    assert tables(standing, "dev") == {"posts", "likes"}
    found = standing.document("status")["environments"]
    assert set(found["prod"]["services"]) == {"site", "db", "cache"}
    assert set(found["dev"]["services"]) == {"site", "db", "queue"}
    for name, branch in (("prod", "main"), ("dev", "develop")):
        assert found[name]["checkout"]["commit"] == standing.git("rev-parse", branch)
        assert found[name]["checkout"]["disk_bytes"] > 4096
    assert "no changes" in standing.call("up", "--yes").out


def test_the_wall_holds_between_branches(standing: Branched) -> None:
    probes = standing.document("prove")["probes"]
    across = [one for one in probes if "outside" not in (one["from"], one["to"])]
    # Both are on one machine, without a budget.
    common = {one["probe"] for one in across if one["verdict"] == "shared by design"}
    assert common <= {"disk", "limits"}, across
    verdicts = [one["verdict"] for one in across if one["probe"] not in common]
    assert verdicts.count("held") >= 20
    assert set(verdicts) <= {"held", "could not try"}


def test_one_content_in_two_checkouts_is_built_once(standing: Branched) -> None:
    standing.call("pull", "dev", "--commit", "main", "--yes")
    [said] = standing.document("drift", "prod", "dev")["pairs"]
    assert said["differences"] == 0, said
    standing.call("pull", "dev", "--commit", "develop", "--yes")
    [said] = standing.document("drift", "prod", "dev")["pairs"]
    assert "site" in said["images"]


def test_only_a_pull_moves_an_environment_and_only_that_one(standing: Branched) -> None:
    page = standing.git("show", "develop:site/page.py").replace("develop's page", "second page")
    before = standing.git("rev-parse", "develop")
    standing.commit("develop", "second", {"site/page.py": page})
    assert "no changes" in standing.call("up", "--yes").out
    prod = containers(standing, "prod")

    planned = standing.steps("pull", "dev", "--dry-run")
    assert planned == {"dev/checkout/source": "change", "dev/site": "change"}
    assert standing.page("dev") == "dev: develop's page, hello"
    standing.call("pull", "dev", "--yes")
    assert standing.page("dev") == "dev: second page, hello"
    assert "no changes" in standing.call("pull", "dev", "--yes").out
    standing.call("pull", "dev", "--commit", before, "--yes")
    assert standing.page("dev") == "dev: develop's page, hello"
    assert "no changes" in standing.call("up", "--yes").out
    standing.call("pull", "dev", "--yes")
    assert containers(standing, "prod") == prod


def test_what_is_in_no_commit_is_refused_and_left_alone(standing: Branched) -> None:
    page = standing.home / "checkouts" / "dev" / "site" / "page.py"
    text = page.read_text()
    page.write_text(text + "# by hand\n")
    refused = standing.call("pull", "dev", "--yes", code=3)
    assert "changes that no commit has: site/page.py" in refused.err
    assert page.read_text().endswith("# by hand\n")
    page.write_text(text)
    assert "no changes" in standing.call("up", "dev", "--yes").out


def test_a_branch_that_was_rewritten_is_refused_unless_the_commit_is_named(
    standing: Branched,
) -> None:
    before = standing.git("rev-parse", "develop")
    standing.git("branch", "--force", "develop", "develop~1")
    standing.commit("develop", "another past", {"notes.txt": "x"})
    assert "does not have any more" in standing.call("pull", "dev", "--yes", code=3).err
    standing.call("pull", "dev", "--commit", "develop", "--yes")
    standing.git("branch", "--force", "develop", before)
    standing.call("pull", "dev", "--commit", before, "--yes")


PLANTED = (
    ("commits", "ahead", lambda said: said["commits"]["ahead"] == 1),
    ("commits", "behind", lambda said: said["commits"]["behind"] == 1),
    ("compose", "another content", lambda said: said["compose"]["differ"] == ["compose.yaml"]),
    ("compose", "a file more", lambda said: said["compose"]["other"] == ["compose.override.yaml"]),
    ("services", "one less", lambda said: said["services"]["one"] == ["cache"]),
    ("services", "one more", lambda said: said["services"]["other"] == ["queue"]),
    ("services", "variable", lambda said: "environment.WORD" in said["services"]["differ"]["site"]),
    ("services", "port", lambda said: "expose" in said["services"]["differ"]["site"]),
    ("services", "command", lambda said: said["services"]["differ"]["db"] == ["command"]),
    ("services", "tag", lambda said: said["services"]["differ"]["mail"] == ["image"]),
    ("volumes", "one more", lambda said: said["volumes"]["other"] == ["files"]),
    ("networks", "one more", lambda said: said["networks"]["other"] == ["inner"]),
    ("configs", "content", lambda said: said["configs"]["differ"] == {"motd": ["content"]}),
    ("secrets", "one less", lambda said: said["secrets"]["one"] == ["key"]),
    ("variables", "one less", lambda said: said["variables"]["one"] == ["ONLY_HERE"]),
    ("variables", "one more", lambda said: said["variables"]["other"] == ["ONLY_THERE"]),
    ("variables", "value", lambda said: said["variables"]["differ"] == ["SAME"]),
    ("images", "another build", lambda said: set(said["images"]) >= {"site"}),
    ("edited", "by hand", lambda said: said["edited"] == {"one": [], "other": ["site/page.py"]}),
    ("migrations", "SQL", lambda said: said["migrations"]["migrations"]["other"] == ["0002_x.sql"]),
    ("migrations", "Alembic", lambda said: said["migrations"]["a/versions"]["other"] == ["b", "c"]),
)  # fmt: skip


def lean(box: Branched) -> dict[str, Any]:
    """The app with all that it has in its file; only a page and a cache start."""
    compose = box.compose_of("main")
    del compose["services"]["site"]["depends_on"]
    compose["services"]["mail"] = {"image": "redis:7"}
    for name in ("db", "migrate", "mail"):
        compose["services"][name]["profiles"] = ["never"]
    return compose


def test_drift_finds_every_planted_difference_and_no_other(standing: Branched) -> None:
    """Two branches of one base, alike but for what is planted."""
    box = standing
    base = yaml.safe_dump(lean(box))
    box.commit("base", "base", {"compose.yaml": base, ".env": "SAME=1\nSAME_TOO=moin\n"})
    for name in ("one", "other"):
        box.git("branch", name, "base")
    settings = yaml.safe_load((box.folder / "partywall.yaml").read_text())["environments"]
    more = {name: {"branch": name, "protected": False} for name in ("one", "other")}
    box.settings(environments={**settings, **more})
    [alike] = box.document("drift", "one", "other")["pairs"]
    assert alike["differences"] == 0, alike
    box.settings(environments=settings)
    plant(box)
    box.settings(environments={**settings, **more})
    page = box.home / "checkouts" / "other" / "site" / "page.py"
    try:
        for name in more:
            box.call("up", name, "--yes")
        text = page.read_text()
        page.write_text(f"{text}# by hand\n")
        [said] = box.document("drift", "one", "other")["pairs"]
        for part, what, found in PLANTED:
            assert found(said), (part, what, said[part])
        assert said["differences"] == len(PLANTED) + 1, said  # of compose.override.yaml its service
        text = box.call("drift", "one", "other").out
        assert "1 commit in other alone" in text
        assert "moin" not in text, "no value is ever shown"
        box.git("-C", str(page.parent), "checkout", "--", ".")
    finally:
        for name in more:
            box.call("destroy", name, "--yes")
        box.call("trash", "empty", "--yes")
        box.settings(environments=settings)
        box.git("branch", "--delete", "--force", "one", "other", "base")


def plant(box: Branched) -> None:
    """Commit on both branches what makes them differ."""
    one, other = lean(box), lean(box)
    one["configs"] = {"motd": {"content": "one"}}
    one["secrets"] = {"key": {"environment": "POSTGRES_PASSWORD"}}
    other["configs"] = {"motd": {"content": "other"}}
    del other["services"]["cache"]
    other["services"]["site"] |= {"expose": ["8000", "8001"]}
    other["services"]["site"]["environment"]["WORD"] = "moin"
    other["services"]["db"]["command"] = ["postgres", "-c", "shared_buffers=32MB"]
    other["services"]["mail"]["image"] = "redis:8"
    other["volumes"]["files"] = None
    other["networks"] = {"inner": {"internal": True}}
    start = "revision = 'a'\ndown_revision = None\n"
    ends = {n: f"revision = {n!r}\ndown_revision = 'a'\n" for n in "bc"}
    box.commit("one", "one", {
        "compose.yaml": yaml.safe_dump(one), ".env": "SAME=1\nSAME_TOO=moin\nONLY_HERE=1\n",
        "a/versions/a.py": start,
    })  # fmt: skip
    box.commit("other", "other", {
        "compose.yaml": yaml.safe_dump(other), ".env": "SAME=2\nSAME_TOO=moin\nONLY_THERE=1\n",
        "compose.override.yaml": "services: {queue: {image: redis:7}}\n",
        "migrations/0002_x.sql": "SELECT 1;\n", "a/versions/a.py": start,
        **{f"a/versions/{name}.py": text for name, text in ends.items()},
        "site/page.py": (box.folder / "site" / "page.py").read_text() + "# other\n",
    })  # fmt: skip


def test_what_cannot_be_a_preview_leaves_nothing(standing: Branched) -> None:
    standing.commit("bad-file", "a slip", {"compose.yaml": "services: [\n"})
    standing.commit(
        "bad-build", "a slip", {"site/Dockerfile": "FROM python:3.12-slim\nRUN false\n"}
    )
    before = standing.counted()
    assert "checkouts/bad-file/compose.yaml" in standing.call("preview", "bad-file", code=2).err
    assert "no branch feature/none" in standing.call("preview", "feature/none", code=2).err
    assert "no branch name" in standing.call("preview", "a..b c", code=2).err
    assert changed(before, standing.counted()) == {}
    assert "bad-build/site" in standing.call("preview", "bad-build", code=4).err
    assert standing.document("preview", "list")["previews"][0]["name"] == "bad-build"
    standing.call("preview", "remove", "bad-build")
    assert changed(before, standing.counted()) == {}


@pytest.mark.timeout(900)
def test_previews_come_and_go_and_leave_nothing(standing: Branched) -> None:
    branches = [f"feature/{number}" for number in range(PREVIEWS + 1)]
    for branch in branches:
        standing.git("branch", branch, "develop")
    page = standing.git("show", "develop:site/page.py")
    for branch in branches[:2]:
        standing.commit(branch, "its own", {"site/page.py": f"{page}\n# {branch}\n"})
    standing.call("preview", branches[0], "--dry-run")
    standing.call("up", "--yes")
    before = standing.counted()
    prod, dev = containers(standing, "prod"), containers(standing, "dev")

    words = ("--ttl", "1h", "--max", str(PREVIEWS))
    with ThreadPoolExecutor(3) as crowd:
        made = list(
            crowd.map(lambda one: standing.call("preview", one, *words, code=None), branches)
        )
    failed = [done.text for done in made if done.code not in (0, 3)]
    assert not failed, "\n".join(failed)
    assert sorted(done.code for done in made) == [0] * PREVIEWS + [3]
    [refused] = [done for done in made if done.code]
    assert "at most 5" in refused.err
    listed = standing.document("preview", "list")["previews"]
    assert_each_is_an_environment_of_its_own(standing, [one["name"] for one in listed])
    runs = standing.call("exec", "feature-0", "site", "--", "cat", "/page.py").out
    assert runs == f"{page}\n# feature/0\n"
    for kind, least in LEAST.items():
        assert len(standing.counted()[kind] - before[kind]) >= least, kind

    ones = [one["branch"] for one in listed]
    the_same_again(standing, ones[2])
    standing.git("branch", "--force", ones[3], "main")
    assert "does not have any more" in standing.call("preview", ones[3], code=3).err
    standing.git("branch", "--delete", "--force", ones[4])
    assert f"no branch {ones[4]}" in standing.call("preview", ones[4], code=2).err

    standing.call("preview", "remove", listed[0]["name"])
    time_passes(standing)
    assert standing.call("status").out.count("expires") == PREVIEWS - 1, "reading removes nothing"
    assert standing.call("up", "dev", "--yes").err.count("its time was over") == PREVIEWS - 1
    assert standing.document("preview", "list")["previews"] == []
    assert changed(before, standing.counted()) == {"ref": {ones[4]}}
    assert containers(standing, "prod") == prod
    assert containers(standing, "dev") == dev
    assert "no preview is over" in standing.call("reap").out
    assert "no changes" in standing.call("up", "--yes").out


LEAST = {
    "container": 4 * PREVIEWS, "volume": PREVIEWS, "network": PREVIEWS, "image": 1,
    "route": PREVIEWS, "worktree": PREVIEWS, "checkout": PREVIEWS, "secret": PREVIEWS,
    "env file": PREVIEWS, "record": 3 * PREVIEWS, "lock": PREVIEWS, "log": 1, "rendered": PREVIEWS,
}  # fmt: skip
"""What there is more of while the previews stand."""


def assert_each_is_an_environment_of_its_own(standing: Branched, names: list[str]) -> None:
    status = standing.document("status")["environments"]
    secrets = set()
    for name in names:
        assert status[name]["healthy"] is True
        assert status[name]["expires"]
        assert status[name]["checkout"]["disk_bytes"] > 4096
        assert tables(standing, name) == {"posts", "likes"}
        secrets.add(standing.call("env", name, "POSTGRES_PASSWORD", "--reveal").out)
        assert (standing.folder / f".env.{name}").stat().st_mode & 0o777 == 0o600
    assert len(secrets) == PREVIEWS


def the_same_again(standing: Branched, branch: str) -> None:
    """There is one preview of a branch; another one of nearly the same name has another name."""

    def until() -> dict[str, float]:
        listed = standing.document("preview", "list")["previews"]
        return {one["name"]: one["until"] for one in listed}

    before = until()
    assert "no changes" in standing.call("preview", branch, "--ttl", "2h").out
    after = until()
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] > before[name] + 3000] == [
        branch.replace("/", "-")
    ]
    twin = branch.replace("/", "-")
    standing.git("branch", twin, "develop")
    keys = standing.steps("preview", twin, "--max", "9", "--dry-run")
    assert {key.partition("/")[0] for key in keys} == {f"preview-{twin}"}
    standing.git("branch", "--delete", "--force", twin)


def time_passes(standing: Branched) -> None:
    """The time of every preview is over."""
    recorded = standing.home / "previews.json"
    text = json.loads(recorded.read_text())
    for one in text["previews"].values():
        one["until"] = one["made"]
    recorded.write_text(json.dumps(text))


def test_what_a_service_wrote_into_its_checkout_outlives_it(standing: Branched) -> None:
    written = standing.home / "checkouts" / "dev" / "written.txt"
    written.write_text("data")
    standing.call("destroy", "dev", "--yes")
    assert not written.exists()
    [left] = (standing.home / "left").glob("dev-*/written.txt")
    assert left.read_text() == "data"
    assert standing.page("prod") == "prod: main's page, hello"
    standing.call("up", "dev", "--yes")
    assert standing.page("dev") == "dev: second page, hello"


@pytest.mark.parametrize(
    ("changes", "words", "code", "says"),
    [
        ({"branch": "nowhere"}, ("plan", "dev"), 2, "no branch nowhere"),
        ({"branch": "../x"}, ("plan", "dev"), 2, "no branch name"),
    ],
)
def test_what_cannot_be_is_said(
    standing: Branched, changes: dict[str, Any], words: tuple[str, ...], code: int, says: str
) -> None:
    settings = yaml.safe_load((standing.folder / "partywall.yaml").read_text())["environments"]
    standing.settings(environments={**settings, "dev": {**settings["dev"], **changes}})
    try:
        assert says in standing.call(*words, code=code).err
    finally:
        standing.settings(environments=settings)


def test_nothing_goes_over_from_or_to_a_folder_that_production_is_not_made_from(
    standing: Branched,
) -> None:
    assert "made from a checkout" in standing.call("leave", "--yes", code=3).err


def test_without_a_checkout_each_there_is_nothing_to_pull(box: Branched) -> None:
    settings = (box.folder / "partywall.yaml").read_text()
    box.settings(architecture="dual")
    try:
        for words in (("pull", "dev"), ("drift",), ("preview", "develop")):
            assert "architecture: branches" in box.call(*words, code=2).err
    finally:
        (box.folder / "partywall.yaml").write_text(settings)


def test_a_folder_in_no_repository_is_said(tmp_path: Path) -> None:
    http, https = free_ports()
    made = Branched(tmp_path, f"br{http}", tmp_path / "c", {"http": http, "https": https})
    (made.folder / ".git").rename(made.folder / "was-git")
    assert "in no git repository" in made.call("plan", code=2).err
    assert "git is not on this machine" in made.call("plan", code=5, PATH="/nowhere").err
