"""The command line that runs a command beside a throwaway server."""

from __future__ import annotations

from typing import Any

from partywall.engines.docker.errands import Place, words
from partywall.interfaces import Errand
from partywall.model.app import Mount, Role
from partywall.model.world import Instance

PLACE = Place(name="one", server="server", image="image", labels={"mine": "yes"}, project="/app")


def said(command: tuple[str, ...] = (), **like: Any) -> list[str]:
    """The words for a command in the place of a service."""
    service = Instance(key="prod/job", service="job", role=Role.JOB, **like)
    errand = Errand(
        name="one", like=service, command=command, environment={"B": "secret", "A": "1"},
        hosts=frozenset({"db"}), seconds=1.0,
    )  # fmt: skip
    return words(PLACE, errand)


def after(found: list[str], word: str) -> list[str]:
    """What comes behind a word."""
    return found[found.index(word) + 1 :]


def test_values_of_variables_are_in_no_argument() -> None:
    found = said()
    assert "secret" not in " ".join(found)
    assert [after(found, "A")[0:2], after(found, "--env")[0]] == [["--env", "B"], "A"]


def test_it_shares_the_servers_network_and_has_no_rights() -> None:
    found = said()
    assert after(found, "--network")[0] == "container:server"
    assert after(found, "--cap-drop")[0] == "ALL"


def test_the_services_own_command_goes_through_its_entrypoint() -> None:
    found = said(entrypoint=("sh", "-c", "go"))
    assert after(found, "--entrypoint")[0] == "sh"
    assert after(found, "image") == ["-c", "go"]


def test_another_command_takes_the_place_of_an_entrypoint_that_the_file_names() -> None:
    found = said(("pytest", "-q"), entrypoint=("sh", "-c", "go"))
    assert after(found, "--entrypoint")[0] == "pytest"
    assert after(found, "image") == ["-q"]


def test_without_one_it_goes_through_the_images_own() -> None:
    assert after(said(("pytest", "-q")), "image") == ["pytest", "-q"]
    assert "--entrypoint" not in said(("pytest",))


def test_bound_folders_can_be_read_and_volumes_are_not_there() -> None:
    mounts = (
        Mount(kind="bind", source="./code", target="/code"),
        Mount(kind="volume", source="prod/volume/vault", target="/vault"),
    )
    found = said(mounts=mounts)
    assert after(found, "--mount")[0] == "type=bind,src=/app/code,dst=/code,readonly"
    assert "/vault" not in " ".join(found)


def test_folder_and_user_are_the_services() -> None:
    found = said(definition={"working_dir": "/srv", "user": "1000:1000"})
    assert after(found, "--workdir")[0] == "/srv"
    assert after(found, "--user")[0] == "1000:1000"
