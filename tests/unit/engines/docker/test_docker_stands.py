"""From where an environment is tried: as few positions as see and may do what all of them do."""

from __future__ import annotations

from typing import Any

import pytest

from partywall.engines.docker import rights
from partywall.engines.docker.agents import arguments
from partywall.engines.docker.labels import COMPOSE_SERVICE, KEY
from partywall.engines.docker.rights import Rights
from partywall.engines.docker.stands import Position, contact, contacts, positions
from partywall.interfaces import Contact
from partywall.model.errors import MachineFailed

APP = Rights(user=1000, group=1000)
ROOT = Rights(user=0, group=0, capabilities=("CHOWN", "KILL"))
KEYS = {"shop-dev_files": "dev/volume/files", "shop-prod_files": "prod/volume/files"}
FILES = ("/docker/shop-dev_files", "/files", True)
STATUS = """
Name:	server
Uid:	1000	1001	1001	1001
Gid:	100	101	101	101
Groups:	27 101
CapPrm:	0000000000000021
"""


def inspected(
    service: str,
    *mounts: tuple[str, str, bool],
    networks: tuple[str, ...] = ("shop-dev_default",),
    pid: int = 1,
    **host: object,
) -> dict[str, Any]:
    return {
        "Id": f"{service}0123456789abcdef",
        "Name": f"/shop-dev-{service}-1",
        "State": {"Pid": pid},
        "Config": {
            "Labels": {KEY: f"dev/{service}"},
            "ExposedPorts": {"6379/tcp": {}, "53/udp": {}, "80/tcp": {}},
        },
        "HostConfig": {"NetworkMode": "none", **host},
        "NetworkSettings": {
            "Networks": {
                name: {"IPAddress": "172.18.0.2", "GlobalIPv6Address": "", "Aliases": [service]}
                for name in networks
            }
        },
        "Mounts": [
            {"Name": source.rpartition("/")[2], "Source": source, "Destination": at, "RW": may}
            for source, at, may in mounts
        ],
    }


def found(*containers: dict[str, Any]) -> list[Position]:
    return positions("dev", containers, lambda _id, pid: ROOT if pid == 7 else APP, KEYS)


def names(*containers: dict[str, Any]) -> list[str]:
    return [one.stand.name for one in found(*containers)]


def test_who_sees_less_need_not_be_tried() -> None:
    source, at, _ = FILES
    reads = inspected("reader", (source, at, False))
    assert names(inspected("web"), reads, inspected("worker", FILES)) == ["dev/worker"]
    assert names(inspected("worker", FILES), reads, inspected("web")) == ["dev/worker"]
    elsewhere = inspected("backup", (source, "/backup", True))
    assert names(inspected("worker", FILES), elsewhere) == ["dev/worker", "dev/backup"]


def test_other_networks_rights_and_processes_are_other_positions() -> None:
    one = inspected("web")
    assert names(one, inspected("db", networks=("shop-dev_back",))) == ["dev/web", "dev/db"]
    assert names(one, inspected("db", networks=())) == ["dev/web", "dev/db"]
    assert names(one, inspected("root", pid=7)) == ["dev/web", "dev/root"]
    (_, watch) = found(one, inspected("watch", PidMode="host"))
    assert (watch.stand.alone, found(one)[0].stand.alone) == (False, True)


def test_a_stand_knows_its_own_volumes_and_those_that_it_may_only_read() -> None:
    written = ("/docker/shop-prod_files", "/elsewhere", True)
    (one,) = found(inspected("web", FILES, written, ("/home/me", "/src", False)))
    assert one.stand.folders == {"dev/volume/files": "/files"}
    read = ("/docker/shop-prod_files", "/elsewhere", False)
    (one,) = found(inspected("web", FILES, read, ("/home/me", "/src", False)))
    assert one.stand.folders == {"dev/volume/files": "/files", "prod/volume/files": "/elsewhere"}
    assert one.stand.networks == {"shop-dev_default"}


def test_two_containers_of_a_service_have_two_names() -> None:
    new = {**inspected("web", FILES), "Name": "/shop-dev-web-2"}
    back = {**inspected("web", networks=("back",)), "Id": "x", "Name": "/shop-dev-web-1"}
    assert names(new, back) == ["dev/web", "dev/shop-dev-web-1"]


def test_what_is_attached_is_known_by_composes_labels() -> None:
    theirs = inspected("web")
    theirs["Config"]["Labels"] = {COMPOSE_SERVICE: "shop"}
    assert names(theirs) == ["dev/shop"]
    assert contact("dev", theirs).key == "dev/shop"


def test_a_contact_has_every_name_and_address() -> None:
    assert contact("dev", inspected("web", networks=("a", "b"))) == Contact(
        key="dev/web",
        names=("shop-dev-web-1", "web012345678", "web"),
        addresses=("172.18.0.2", "172.18.0.2"),
        ports=(80, 6379),
    )


def test_what_others_use_too_is_met_in_the_environments_own_networks() -> None:
    mine = [inspected("web", networks=("dev_default",))]
    cache = inspected("cache", networks=("prod_default", "dev_default"))
    there = cache["NetworkSettings"]["Networks"]
    there["prod_default"] = {**there["prod_default"], "IPAddress": "172.19.0.3"}
    met = contacts("dev", mine, [cache, inspected("mqtt", networks=("prod_default",))])
    assert [one.key for one in met] == ["dev/web", "dev/cache"]
    assert met[1].addresses == ("172.18.0.2",)


def test_rights_are_those_that_the_kernel_tells() -> None:
    seen = rights.understood(STATUS, "         0          0 4294967295")
    capabilities = ("CHOWN", "KILL")
    assert seen == Rights(user=1001, group=101, groups=(27, 101), capabilities=capabilities)
    mapped = rights.understood(STATUS.replace("1001", "101001"), "0 100000 65536")
    assert mapped.user == 1001


def test_a_process_of_somebody_else_tells_nothing() -> None:
    with pytest.raises(MachineFailed, match="another program"):
        rights.of("no-such-container", 1)
    with pytest.raises(MachineFailed, match="cannot be seen from here"):
        rights.of("no-such-container", 1 << 30)


def test_an_agent_has_the_position_and_no_more() -> None:
    (one,) = found(inspected("root", FILES, pid=7))
    words = arguments(
        one, name="agent-1", image="agents:1", labels={"owner": "me"}, words=("python3", "-P")
    )
    like = "root0123456789abcdef"
    said = " ".join(words)
    for piece in (
        f"--network container:{like} --pid container:{like} --volumes-from {like}",
        "--rm --interactive --name agent-1",
        "--read-only",
        "--memory 256m --pids-limit 64 --security-opt no-new-privileges",
        "--user 0:0 --cap-drop ALL --cap-add CHOWN --cap-add KILL",
        "--label owner=me",
    ):
        assert piece in said
    assert said.endswith("agents:1 python3 -P")
    assert "--privileged" not in said
