"""Whatever a scratch copy would have in common with the installation is found, each by a plant."""

from __future__ import annotations

from typing import Any

import pytest

from partywall.axes.site import EDGE
from partywall.model.app import Mount, Port, Role
from partywall.model.world import AnyThing, Instance, Network, Volume, World
from partywall.workflows.matrix.apart import meetings

ROOT = "/var/tmp/copy"


def found(mine: list[AnyThing], theirs: list[AnyThing], **links: str) -> list[str]:
    """`links`: where a path of the copy leads; others are where they say."""

    def resolved(path: str) -> str:
        return links.get(path.lstrip("./"), path if path.startswith("/") else f"{ROOT}/app/{path}")

    return list(meetings(World.of(mine), [World(), World.of(theirs)], ROOT, resolved))


def web(**more: Any) -> Instance:
    return Instance(key="prod/web", service="web", role=Role.WEB, **more)


def volume(name: str, **more: Any) -> Volume:
    return Volume(key="prod/volume/data", name=name, **more)


def test_a_copy_with_names_of_its_own_meets_nothing() -> None:
    mine = [volume("copy_data"), Network(key="prod/network/default", name="copy_net"), web()]
    theirs = [volume("data"), Network(key="prod/network/default", name="net"), web()]
    assert found([*mine], [*theirs]) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [
        (volume("data"), volume("data"), "would be called data"),
        (volume("data", external=True), volume("other"), "was there before"),
        (
            volume("mine", options={"device": ":/x", "o": "addr=nas"}),
            volume("theirs", options={"o": "addr=nas", "device": ":/x"}),
            "would be at :/x",
        ),
        (
            Network(key="prod/network/n", name="n"),
            Network(key="dev/network/n", name="n"),
            "network is",
        ),
        (
            Network(key="prod/network/n", name="n", external=True),
            web(),
            "is the network n that was there before",
        ),
        (
            web(published=(Port(target=80, published="5432"),)),
            web(published=(Port(target=5432, published="5432", host="127.0.0.1"),)),
            "port 5432 of the host",
        ),
        (
            Instance(key=EDGE, service="edge", role=Role.EDGE, ports=(8080, 8443)),
            Instance(key=EDGE, service="edge", role=Role.EDGE, ports=(8080, 9443)),
            "port 8080 of the host",
        ),
        (
            web(mounts=(Mount(kind="bind", source="/srv/data", target="/data"),)),
            web(),
            "would write into /srv/data",
        ),
        (
            volume("bound", options={"device": "/srv/pg", "o": "bind", "type": "none"}),
            web(),
            "would write into /srv/pg",
        ),
        (web(definition={"network_mode": "host"}), web(), "the host's own network"),
        (web(definition={"pid": "host"}), web(), "the host's own processes"),
        (web(definition={"privileged": True}), web(), "all rights on the host"),
    ],
)
def test_a_planted_meeting_is_found(mine: AnyThing, theirs: AnyThing, words: str) -> None:
    said = found([mine], [theirs])
    assert len(said) == 1
    assert words in said[0]


def test_a_folder_of_the_copy_may_be_written_and_one_of_the_host_read() -> None:
    inside = Mount(kind="bind", source="./files", target="/files")
    read = Mount(kind="bind", source="/etc/ssl", target="/etc/ssl", read_only=True)
    assert found([web(mounts=(inside, read))], []) == []


def test_a_link_that_leads_out_of_the_copy_is_followed() -> None:
    inside = Mount(kind="bind", source="./files", target="/files")
    said = found([web(mounts=(inside,))], [], files="/srv/files")
    assert said == ["prod/web would write into /srv/files, a folder of the host"]


def test_a_neighbour_of_the_copys_folder_is_not_in_it() -> None:
    beside = Mount(kind="bind", source=f"{ROOT}-other", target="/files")
    assert len(found([web(mounts=(beside,))], [])) == 1
