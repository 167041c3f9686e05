"""Whose Docker Engine is asked: this machine's, or the one that a unix socket names."""

from pathlib import Path

import pytest

from partywall.engines.docker.host import SOCKET, find
from partywall.model.errors import MachineFailed, Refused


def configured(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("named", "socket"),
    [
        ("unix:///var/run/docker.sock", SOCKET),
        ("unix:///run/user/1000/podman/podman.sock", Path("/run/user/1000/podman/podman.sock")),
        ("unix://", SOCKET),
        ("", SOCKET),
    ],
)
def test_a_socket_is_taken_as_it_is(tmp_path: Path, named: str, socket: Path) -> None:
    assert find({"DOCKER_HOST": named}, tmp_path) == socket


@pytest.mark.parametrize(
    "named",
    [
        "tcp://10.0.0.1:2375",
        "ssh://vps.example.org",
        "npipe:////./pipe/docker_engine",
        "fd://",
        "/var/run/docker.sock",
        "unix://run/docker.sock",
    ],
)
def test_a_foreign_host_is_refused_by_name(tmp_path: Path, named: str) -> None:
    with pytest.raises(Refused) as refused:
        find({"DOCKER_HOST": named}, tmp_path)
    assert named in refused.value.what
    assert "unset DOCKER_HOST" in refused.value.remedy


def test_a_password_in_a_host_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        find({"DOCKER_HOST": "ssh://me:hunter2@vps.example.org"}, tmp_path)
    assert "ssh://vps.example.org" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["{}", '{"currentContext": ""}', '{"currentContext": "default"}'])
def test_the_default_context_is_this_machine(tmp_path: Path, text: str) -> None:
    configured(tmp_path / ".docker", text)
    assert find({}, tmp_path) == SOCKET


def test_without_a_configuration_it_is_this_machine(tmp_path: Path) -> None:
    assert find({"DOCKER_CONFIG": str(tmp_path / "none")}, tmp_path) == SOCKET


def test_another_context_is_refused_by_name(tmp_path: Path) -> None:
    configured(tmp_path / ".docker", '{"currentContext": "vps"}')
    with pytest.raises(Refused, match="context is vps") as refused:
        find({}, tmp_path)
    assert "docker context use default" in refused.value.remedy


def test_the_variable_for_the_context_comes_before_the_file(tmp_path: Path) -> None:
    configured(tmp_path / ".docker", '{"currentContext": "vps"}')
    assert find({"DOCKER_CONTEXT": "default"}, tmp_path) == SOCKET
    with pytest.raises(Refused, match="context is other") as refused:
        find({"DOCKER_CONTEXT": "other"}, tmp_path)
    assert "unset DOCKER_CONTEXT" in refused.value.remedy


def test_the_variable_for_the_host_comes_before_every_context(tmp_path: Path) -> None:
    configured(tmp_path / ".docker", '{"currentContext": "vps"}')
    given = {"DOCKER_HOST": "unix:///run/d.sock", "DOCKER_CONTEXT": "other"}
    assert find(given, tmp_path) == Path("/run/d.sock")


def test_the_folder_of_the_configuration_can_be_elsewhere(tmp_path: Path) -> None:
    folder = configured(tmp_path / "conf", '{"currentContext": "vps"}')
    with pytest.raises(Refused, match="vps"):
        find({"DOCKER_CONFIG": str(folder)}, tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"currentContext": 5}'])
def test_a_damaged_configuration_is_never_taken_for_none(tmp_path: Path, text: str) -> None:
    folder = configured(tmp_path / ".docker", text)
    with pytest.raises(MachineFailed) as failed:
        find({}, tmp_path)
    assert str(folder / "config.json") in str(failed.value)
