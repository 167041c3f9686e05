"""A production that somebody else runs: copied and rehearsed on, and not touched."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from scenarios.boxes import Boxes, docker
from scenarios.installation import APPS, free_ports
from snapshots.places import named

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

TABLE = "CREATE TABLE posts AS SELECT i AS id FROM generate_series(1, 500) i"


@pytest.fixture
def attached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """An app that plain Compose has brought up; to us it is attached."""
    folder = tmp_path_factory.mktemp("attached")
    http, https = free_ports()
    name = named("att")
    made = Boxes(folder, name, folder / "commons", {"http": http, "https": https})
    app = yaml.safe_load((APPS / "together" / "compose.yaml").read_text())
    app["services"] = {"db": app["services"]["db"]}
    app["volumes"] = {"rows": {}}
    (made.folder / "compose.yaml").write_text(yaml.safe_dump({"name": f"{name}-theirs", **app}))
    (made.folder / ".env").write_text("POSTGRES_PASSWORD=theirs1234567890\n")
    made.settings(environments={"prod": {"attach": f"{name}-theirs"}, "dev": {}})
    try:
        made.compose(made.folder, "up", "--detach", "--wait")
        made.compose(made.folder, "exec", "-T", "db", "psql", "-U", "app", "-c", TABLE)
        yield made
    finally:
        made.close()
        made.compose(made.folder, "down", "--volumes")


def containers(one: Boxes) -> list[str]:
    """Ids and starts of what is theirs."""
    mine = f"label=com.docker.compose.project={one.name}-theirs"
    return docker(
        "inspect", "-f", "{{.Id}} {{.State.StartedAt}}", *docker("ps", "-q", "--filter", mine)
    )


def test_it_is_copied_and_rehearsed_on_and_goes_on_untouched(attached: Boxes) -> None:
    before = containers(attached)
    taken = attached.document("snapshot", "take")
    assert taken["verified"] == ["app", "postgres"]
    count = ("psql", "-Atc", "SELECT count(*) FROM posts")
    assert attached.call("snapshot", "open", "--", *count).out.strip() == "500"
    words = ("rehearse", "--json", "--as", "db", "--", "psql", "-c", "DROP TABLE posts")
    said = json.loads(attached.call(*words, code=1).out)
    assert "data-loss" in {one["kind"] for one in said["reasons"]}
    assert attached.call("snapshot", "open", "--", *count).out.strip() == "500"
    assert containers(attached) == before
    attached.call("snapshot", "prune", "--keep", "0")
