"""What of a container is needed to have it again, and what would be missed of it."""

from __future__ import annotations

import msgspec
import pytest

from partywall.engines.docker.succession import kept_nowhere, levels, original
from partywall.interfaces import Held, Original

WEB = Original(id="w", name="web-1", service="web", image="web", running=True, restart="always")


def service(name: str, *waits: str) -> Original:
    return msgspec.structs.replace(WEB, id=name, service=name, waits=waits)


def test_a_container_is_known_as_it_must_be_again():
    found = original(
        {
            "Id": "abc",
            "Name": "/shop-db-1",
            "Config": {
                "Image": "postgres:18",
                "StopTimeout": 30,
                "Labels": {
                    "com.docker.compose.service": "db",
                    "com.docker.compose.depends_on": "init:service_completed_successfully:false,"
                    "cache:service_healthy:true",
                },
            },
            "HostConfig": {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}},
            "State": {"Running": True},
            "Mounts": [
                {"Type": "volume", "Name": "shop_rows", "Destination": "/rows"},
                {"Type": "volume", "Name": "f" * 64, "Destination": "/x"},
                {"Type": "bind", "Source": "/srv/conf", "Destination": "/conf"},
                {"Type": "tmpfs", "Destination": "/tmp"},
            ],
        }
    )
    assert found == Original(
        id="abc",
        name="shop-db-1",
        service="db",
        image="postgres:18",
        running=True,
        restart="on-failure",
        retries=5,
        waits=("cache", "init"),
        grace=30.0,
        patience=120.0,
        held={
            "/rows": Held(kind="volume", source="shop_rows"),
            "/x": Held(kind="volume", source="f" * 64, unnamed=True),
            "/conf": Held(kind="bind", source="/srv/conf"),
        },
    )


@pytest.mark.parametrize(
    ("waits", "wanted"),
    [
        ({"web": ["db", "cache"], "db": [], "cache": []}, [{"db", "cache"}, {"web"}]),
        ({"a": ["b"], "b": ["c"], "c": ["elsewhere"]}, [{"c"}, {"b"}, {"a"}]),
        ({"a": ["b"], "b": ["a"]}, [{"a", "b"}]),
        ({"a": ["a"]}, [{"a"}]),
        ({}, []),
    ],
)
def test_what_others_depend_on_comes_first(waits, wanted):
    found = levels([service(name, *needs) for name, needs in waits.items()])
    assert [{one.service for one in level} for level in found] == wanted


def test_files_that_would_be_missed_are_told_from_those_that_pass():
    changes = [
        {"Path": "/app", "Kind": 0},
        {"Path": "/app/data.db", "Kind": 1},
        {"Path": "/app/__pycache__", "Kind": 1},
        {"Path": "/app/__pycache__/x.pyc", "Kind": 1},
        {"Path": "/rows", "Kind": 1},
        {"Path": "/srv/up/loads", "Kind": 1},
        {"Path": "/run/web.pid", "Kind": 1},
        {"Path": "/tmp", "Kind": 0},
        {"Path": "/usr/sbin/docker-init", "Kind": 1},
        {"Path": "/etc/removed", "Kind": 2},
        {"Path": "/etc/app.conf", "Kind": 0},
    ]
    found = kept_nowhere(changes, ["/rows", "/srv/up/loads/kept"])
    assert found == ["/app/data.db", "/etc/app.conf"]
