"""After which container or image a server on a copy is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.originals import original
from partywall.engines.docker.throwaways import DockerThrowaways
from partywall.interfaces import Throwaway, Writing
from partywall.model.app import Role
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import Instance

LIKE = Instance(key="prod/db", service="db", role=Role.DATABASE, image="postgres:16")


class Engine:
    """An engine that has some images and no container."""

    def __init__(self, **images: str) -> None:
        self.images = images

    def get(self, path: str) -> Any:
        """What it says of an image: which version it is of."""
        name = path.removeprefix("/images/").removesuffix("/json").replace(":", "_")
        major = self.images.get(name)
        return major and {"Id": f"sha256:{major}", "Config": {"Env": [f"PG_MAJOR={major}"]}}


class Containers:
    """Those of production: one of a version, or none; it raises as the real ones do."""

    def __init__(self, major: str | None) -> None:
        self.major = major

    def of(self, key: str) -> list[dict[str, Any]]:
        """All of a thing."""
        del key
        said = {"Env": [f"PG_MAJOR={self.major}"] if self.major else None}
        state = {"Status": "running"}
        found = {"Image": "running", "Config": said, "State": state, "Created": ""}
        return [] if self.major is None else [found]

    def foremost(self, key: str) -> dict[str, Any]:
        """There is none."""
        raise MachineFailed(f"{key} has no container any more")


def chosen(tmp_path: Path, containers: Containers, engine: Engine) -> str:
    """Which image is taken for data of version 16."""
    (tmp_path / "PG_VERSION").write_text("16\n")
    wanted = Throwaway(
        name="one", like=LIKE, data=tmp_path, settings={}, seconds=1.0, memory_bytes=1, cpus=1.0
    )
    found = original(engine, containers, wanted, "shop")  # type: ignore[arg-type]
    return str(found["Image"])


def test_productions_own_comes_first(tmp_path: Path) -> None:
    assert chosen(tmp_path, Containers("16"), Engine()) == "running"
    assert chosen(tmp_path, Containers(""), Engine()) == "running"


def test_without_production_it_is_the_image_that_the_snapshot_knows(tmp_path: Path) -> None:
    assert chosen(tmp_path, Containers(None), Engine(postgres_16="16")) == "sha256:16"


def test_where_production_is_of_another_version_it_is_that_one_too(tmp_path: Path) -> None:
    assert chosen(tmp_path, Containers("17"), Engine(postgres_16="16")) == "sha256:16"


@pytest.mark.parametrize(
    ("major", "images", "said"),
    [
        (None, {}, "PostgreSQL 16: their server is gone, and postgres:16 is not here"),
        ("17", {}, "is of another one, and postgres:16 is not here"),
        ("17", {"postgres_16": "17"}, "and postgres:16 is of another one, too"),
    ],
)
def test_where_no_image_opens_the_data_it_is_said(
    tmp_path: Path, major: str | None, images: dict[str, str], said: str
) -> None:
    with pytest.raises(MachineFailed, match="no image is here") as caught:
        chosen(tmp_path, Containers(major), Engine(**images))
    assert said in caught.value.what
    assert "postgres:16" in caught.value.remedy


def test_what_needs_production_itself_says_that_it_is_gone(tmp_path: Path) -> None:
    hands = DockerThrowaways(
        Engine(), Containers(None), None, None, tmp_path  # type: ignore[arg-type]
    )  # fmt: skip
    writing = Writing(name="one", like=LIKE, command=(), text=Secret("x"), file=tmp_path / "x")
    with pytest.raises(MachineFailed, match="no container any more"):
        hands.save(writing)
    with pytest.raises(MachineFailed, match="no container any more"):
        hands.place(LIKE.key, "/var/lib/postgresql/data")
