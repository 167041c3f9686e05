"""All folders that two environments have are refused at once, each with the way out."""

from __future__ import annotations

import pytest

from partywall.model.errors import Place, Refused
from partywall.model.world import Instance, Mount, World
from partywall.planning.folders import Ground, Way, check, copied, first_copied


def _world(*paths: str) -> World:
    mounts = tuple(Mount(kind="bind", source=path, target="/in") for path in paths)
    keys = ("prod/web", "dev/web")
    return World.of(
        [
            Instance(key=key, service="web", role="web", image="example/any", mounts=mounts)
            for key in keys
        ]
    )


def test_every_folder_is_named_with_its_way() -> None:
    said = {"/srv/b": Way("write B=./b-dev into .env.dev", Place("compose.yaml", 7))}
    with pytest.raises(Refused) as caught:
        check(_world("/srv/a", "/srv/b"), None, Ground("/srv", "prod", lambda: said))
    assert caught.value.what == (
        "dev/web and prod/web both claim the folder /srv/a; 1 more so: /srv/b"
    )
    assert "SRV_A" in str(caught.value.remedy) or "A_FOLDER" in str(caught.value.remedy)
    assert str(caught.value.remedy).endswith("; write B=./b-dev into .env.dev")
    assert caught.value.where == Place("compose.yaml", 7)


def test_a_file_is_copied_first() -> None:
    assert copied("./data/app.db", "dev") == "./data/app-dev.db"
    assert "copy the file ./app.db to ./app-dev.db first" in first_copied("./app.db", "dev")
