"""What of the machine a container has inside, from a `mountinfo` as the kernel writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.engines.docker.labels import COMPOSE_SERVICE, KEY
from partywall.engines.docker.mounts import mounts, understood
from partywall.interfaces import Mounted
from partywall.model.errors import MachineFailed

VOLUMES = "/var/lib/docker/volumes"
TEXT = rf"""
107 61 0:39 / / rw,relatime master:11 - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w
108 107 0:46 / /proc rw,nosuid - proc proc rw
109 107 0:47 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
111 107 0:49 / /sys ro,nosuid - sysfs sysfs ro
113 111 0:29 /partywall/club/dev/f00d /sys/fs/cgroup/cpu ro,nosuid - cgroup cgroup rw,cpu
124 109 0:51 / /dev/shm rw,nosuid - tmpfs shm rw,size=65536k
125 107 254:0 {VOLUMES}/club-dev_data/_data /data rw,relatime master:1 - ext4 /dev/vda rw
126 107 254:0 /var/lib/docker/containers/f00d/hosts /etc/hosts rw,relatime - ext4 /dev/vda rw
127 107 254:0 /usr/bin/docker-init /usr/sbin/docker-init ro,relatime - ext4 /dev/vda rw
128 107 254:0 /srv/my\040club/app.py /srv/app.py ro,relatime - ext4 /dev/vda rw
129 107 0:22 /docker.sock /run/docker.sock rw,nosuid shared:2 - tmpfs tmpfs rw
130 107 0:77 / /cached rw,nosuid - tmpfs tmpfs rw,size=8192k
69 108 0:47 /null /proc/keys rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
""".lstrip()


def test_only_what_is_the_machines_counts() -> None:
    assert list(understood("dev/web", TEXT)) == [
        Mounted(
            key="dev/web", device="254:0", root=f"{VOLUMES}/club-dev_data/_data", point="/data"
        ),
        Mounted(
            key="dev/web",
            device="254:0",
            root="/srv/my club/app.py",
            point="/srv/app.py",
            writable=False,
        ),
        Mounted(key="dev/web", device="0:22", root="/docker.sock", point="/run/docker.sock"),
        Mounted(key="dev/web", device="0:77", root="/", point="/cached"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (("8:1", "/a"), ("8:1", "/a"), True),
        (("8:1", "/a/b"), ("8:1", "/a"), True),
        (("8:1", "/"), ("8:1", "/a/b"), True),
        (("8:1", "/a"), ("8:1", "/ab"), False),
        (("8:1", "/a"), ("8:2", "/a"), False),
    ],
)
def test_two_meet_where_one_is_a_part_of_the_other(
    one: tuple[str, str], other: tuple[str, str], *, meets: bool
) -> None:
    first, second = (
        Mounted(key="x/y", device=device, root=root, point="/p") for device, root in (one, other)
    )
    assert first.meets(second) is meets
    assert second.meets(first) is meets


def test_the_containers_of_others_are_called_by_their_service(tmp_path: Path) -> None:
    for pid in (7, 8):
        (tmp_path / f"proc/{pid}").mkdir(parents=True)
        (tmp_path / f"proc/{pid}/mountinfo").write_text(TEXT.splitlines()[6])
    labels = ({KEY: "prod/web"}, {COMPOSE_SERVICE: "db"})
    containers = [
        {"State": {"Pid": 7 + number}, "Config": {"Labels": said}}
        for number, said in enumerate(labels)
    ]
    assert [one.key for one in mounts("prod", containers, tmp_path)] == ["prod/web", "prod/db"]


def test_what_cannot_be_seen_from_here_is_said(tmp_path: Path) -> None:
    gone = {"State": {"Pid": 7}, "Config": {"Labels": {KEY: "dev/web"}}}
    with pytest.raises(MachineFailed, match="mounted in dev/web cannot be seen"):
        mounts("dev", [gone], tmp_path)
