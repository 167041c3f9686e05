"""A service with its paths where the files of a commit are."""

from __future__ import annotations

from pathlib import Path

from partywall.model.app import Mount, Role
from partywall.model.world import Instance
from partywall.workflows.schema.sides import moved
from partywall.workflows.schema.sides.moved import relocated

COMMIT = "c0ffee"


def led(path: str) -> str | None:
    """What the commit has: all but what is ignored."""
    return None if "ignored" in path else f"./tree/{path.removeprefix('./')}"


def service(**more: object) -> Instance:
    """A job."""
    return Instance(key="prod/migrate", service="migrate", role=Role.JOB, **more)  # type: ignore[arg-type]


def test_a_process_runs_in_the_commits_folder() -> None:
    assert relocated(service(run=("x",)), led, COMMIT).folder == "./tree/."
    assert relocated(service(folder="api"), led, COMMIT).folder == "./tree/api"


def test_an_image_is_built_of_the_commit_and_named_by_it() -> None:
    build = {"context": "./api", "dockerfile": "Dockerfile"}
    made = relocated(service(build=build, definition={"build": dict(build)}), led, COMMIT)
    assert made.build == {**build, "context": "./tree/api"}
    assert made.definition["build"] == made.build
    assert made.config["./tree/api"] == COMMIT


def test_what_is_bound_is_the_commits_unless_no_commit_has_it() -> None:
    mounts = (
        Mount(kind="bind", source="./sql", target="/sql"),
        Mount(kind="bind", source="./ignored.conf", target="/conf"),
        Mount(kind="volume", source="prod/volume/rows", target="/rows"),
    )
    made = relocated(service(mounts=mounts), led, COMMIT)
    sources = [one.source for one in made.mounts]
    assert sources == ["./tree/sql", "./ignored.conf", "prod/volume/rows"]


def test_a_path_is_found_below_the_repository_and_below_a_checkout(tmp_path: Path) -> None:
    project = tmp_path / "repository" / "app"
    checkout = project / ".partywall" / "checkouts" / "dev"
    tree = project / ".partywall" / "checkouts" / "revision-1"
    for folder in (project / "sql", checkout / "app" / "sql", tree / "app" / "sql", tree / "lib"):
        folder.mkdir(parents=True)
    here = "./.partywall/checkouts/revision-1"

    def found(path: str) -> str | None:
        return moved.there(project, [checkout, tmp_path / "repository"], tree, path)

    assert found(".") == f"{here}/app"
    assert found("sql") == found("./sql") == f"{here}/app/sql"
    assert found("../lib") == f"{here}/lib"
    assert found(".partywall/checkouts/dev/app/sql") == f"{here}/app/sql"
    assert found("ignored") is None
    assert found("/etc") is None


def test_a_project_behind_a_link_is_the_same(tmp_path: Path) -> None:
    real = tmp_path / "real"
    tree = real / ".partywall" / "checkouts" / "revision-1"
    tree.mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(real)
    seen = link / ".partywall" / "checkouts" / "revision-1"
    assert moved.there(link, [real], seen, ".") == "./.partywall/checkouts/revision-1"
