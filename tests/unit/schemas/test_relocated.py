"""A service with its paths where the files of a commit are."""

from __future__ import annotations

from partywall.model.app import Mount, Role
from partywall.model.world import Instance
from partywall.workflows.schema.sides.moved import relocated

COMMIT = "c0ffee"


def there(path: str) -> str | None:
    """What the commit has: all but what is ignored."""
    return None if "ignored" in path else f"./tree/{path.removeprefix('./')}"


def service(**more: object) -> Instance:
    """A job."""
    return Instance(key="prod/migrate", service="migrate", role=Role.JOB, **more)  # type: ignore[arg-type]


def test_a_process_runs_in_the_commits_folder() -> None:
    assert relocated(service(run=("x",)), there, COMMIT).folder == "./tree/."
    assert relocated(service(folder="api"), there, COMMIT).folder == "./tree/api"


def test_an_image_is_built_of_the_commit_and_named_by_it() -> None:
    build = {"context": "./api", "dockerfile": "Dockerfile"}
    made = relocated(service(build=build, definition={"build": dict(build)}), there, COMMIT)
    assert made.build == {**build, "context": "./tree/api"}
    assert made.definition["build"] == made.build
    assert made.config["./tree/api"] == COMMIT


def test_what_is_bound_is_the_commits_unless_no_commit_has_it() -> None:
    mounts = (
        Mount(kind="bind", source="./sql", target="/sql"),
        Mount(kind="bind", source="./ignored.conf", target="/conf"),
        Mount(kind="volume", source="prod/volume/rows", target="/rows"),
    )
    made = relocated(service(mounts=mounts), there, COMMIT)
    sources = [one.source for one in made.mounts]
    assert sources == ["./tree/sql", "./ignored.conf", "prod/volume/rows"]
