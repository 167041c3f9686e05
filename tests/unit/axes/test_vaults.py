"""One vault with a folder for each environment: what is made of it, and what can be none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from architectures import plans
from partywall.axes.site import Environment, Site
from partywall.axes.world import desired
from partywall.model.choices import Choices, FilesWall
from partywall.model.errors import BadInput
from partywall.model.world import (
    Checkout,
    FileSpace,
    Instance,
    Need,
    Volume,
    World,
    environment_of,
    name_of,
)
from partywall.planning import conflicts, folders

HERE = "/var/lib/partywall/vaults/makapix"
BIND = {"type": "none", "o": "bind"}


def site(said: dict[str, Any] | None = None, **fields: Any) -> Site:
    """The example's two environments, production's `vault` defined so and development's not."""
    made = plans.site("dual")
    prod, dev = (msgspec.structs.replace(one, definitions=True) for one in made.environments)
    volumes = {**prod.app.volumes, "vault": said or {}}
    prod = msgspec.structs.replace(prod, app=msgspec.structs.replace(prod.app, volumes=volumes))
    return msgspec.structs.replace(
        made,
        **{
            "choices": Choices(files=FilesWall.SUBFOLDER),
            "environments": (prod, dev),
            "production": prod,
            "vaults": HERE,
            **fields,
        },
    )


def volumes(world: World) -> dict[str, Volume]:
    return {one.key: one for one in world.things() if isinstance(one, Volume)}


def test_each_has_a_folder_of_one_vault_and_servers_keep_their_own_volumes() -> None:
    made = volumes(desired(site()))
    assert {key for key in made if name_of(key) == "vault"} == {
        *("shared/volume/vault", "prod/filespace/vault", "dev/filespace/vault")
    }
    assert {"prod/volume/pgdata", "dev/volume/pgdata"} <= made.keys()
    vault = made["shared/volume/vault"]
    assert (vault.name, vault.vault) == ("makapix-shared_vault", True)
    assert vault.options == {**BIND, "device": f"{HERE}/vault"}
    mine = made["dev/filespace/vault"]
    assert isinstance(mine, FileSpace)
    assert (mine.volume, mine.folder, mine.name) == (vault.key, "dev", "makapix-dev_vault")
    assert mine.options == {**BIND, "device": f"{HERE}/vault/dev"}
    assert mine.needs == (Need(vault.key),)


def test_instances_mount_their_folder_where_the_volume_was() -> None:
    api = desired(site()).entries["dev/api"].thing
    assert isinstance(api, Instance)
    assert [(one.source, one.target) for one in api.mounts] == [("dev/filespace/vault", "/vault")]
    assert Need("dev/filespace/vault") in api.needs
    assert [one["source"] for one in api.definition["volumes"]] == ["vault"]


def test_production_says_where_the_vault_is() -> None:
    options = {**BIND, "device": "/srv/files"}
    made = volumes(desired(site({"driver": "local", "driver_opts": options})))
    assert made["shared/volume/vault"].options["device"] == "/srv/files"
    assert made["prod/filespace/vault"].options["device"] == "/srv/files/prod"
    assert made["dev/filespace/vault"].options["device"] == "/srv/files/dev"


def test_an_engine_with_a_place_of_its_own_is_told_none() -> None:
    made = volumes(desired(site(vaults="")))
    assert not any(one.options for one in made.values())


def test_nobody_else_may_have_anything_in_the_vault() -> None:
    world = desired(site())
    conflicts.check(world)
    uses = [one for one in folders.uses(world) if one.path.startswith(HERE)]
    assert [(one.key, one.path) for one in uses] == [("shared/volume/vault", f"{HERE}/vault")]


def test_files_that_production_has_not_are_developments_own() -> None:
    made = site()
    prod, dev = made.environments
    kept = {
        name: msgspec.structs.replace(one, mounts=())
        if any(mount.source == "vault" for mount in one.mounts)
        else one
        for name, one in prod.app.services.items()
    }
    bare = msgspec.structs.replace(prod, app=msgspec.structs.replace(prod.app, services=kept))
    world = desired(msgspec.structs.replace(made, environments=(bare, dev), production=bare))
    assert {key for key in volumes(world) if name_of(key) == "vault"} == {"dev/volume/vault"}


def in_checkout(one: Environment) -> Environment:
    checkout = Checkout(key="prod/checkout/source", folder=".partywall/checkouts/prod", branch="m")
    return msgspec.structs.replace(one, checkout=checkout)


UNSUITABLE = [
    ({"external": True, "name": "kept"}, "was there before"),
    ({"driver": "rclone"}, "in no folder that is always there"),
    ({"driver_opts": {"type": "nfs", "o": "addr=x", "device": ":/x"}}, "in no folder"),
]


@pytest.mark.parametrize(("said", "why"), UNSUITABLE)
def test_what_has_no_folder_of_its_own_can_be_no_vault(said: dict[str, Any], why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        desired(site(said))
    assert "files: folder" in str(refused.value.remedy)


def test_a_checkout_holds_no_vault_of_all() -> None:
    device = f"{plans.FOLDER}/.partywall/checkouts/prod/files"
    made = site({"driver_opts": {**BIND, "device": device}})
    with pytest.raises(BadInput, match="which production alone has"):
        desired(msgspec.structs.replace(made, production=in_checkout(made.environments[0])))
    elsewhere = site({"driver_opts": {**BIND, "device": "/srv/files"}})
    prod = in_checkout(elsewhere.environments[0])
    world = desired(msgspec.structs.replace(elsewhere, production=prod))
    assert {environment_of(key) for key in volumes(world)} == {"shared", "prod", "dev"}
