"""An app's own process: names in its command and in its health check find what they mean."""

from pathlib import Path

import pytest

from partywall.engines.embedded.allocations import Address
from partywall.engines.embedded.servers.process import program
from partywall.engines.embedded.servers.setup import Setup
from partywall.model.app import HealthCheck, Role
from partywall.model.world import Instance

OWN = Address("127.70.1.9", {8000: 41000})
HOSTS = {"db": Address("127.70.1.1", {5432: 5432})}


def _setup(*run: str, health: HealthCheck | None = None) -> Setup:
    web = Instance(key="dev/web", service="web", role=Role.WEB, run=run, health=health)
    here = Path("/p")
    return Setup(
        instance=web, address=OWN, folder=here, data=here, environment={}, paths={"/v": "/p/v"},
        hosts=HOSTS, project=here,
    )  # fmt: skip


def test_its_command_reaches_the_services_that_it_names() -> None:
    launch = program(_setup("serve", "--db=host=db", "db:5432", "/v/x", "db"))
    assert launch.command == ("serve", "--db=host=127.70.1.1", "127.70.1.1:5432", "/p/v/x", "db")


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("curl -f http://[::1]:8000/up", "curl -f http://127.70.1.9:41000/up"),
        ("curl -f http://127.0.0.1:8000", "curl -f http://127.70.1.9:41000"),
        ("nc -z localhost 8000", "nc -z 127.70.1.9 41000"),
        ("nc -z 127.0.0.1  9", "nc -z 127.70.1.9  9"),
        ("ping ::1", "ping 127.70.1.9"),
        ("localhost", "127.70.1.9"),
        ("open('http://localhost:8000')", "open('http://127.70.1.9:41000')"),
        ('wget "0.0.0.0:8000"', 'wget "127.70.1.9:41000"'),
        ("curl -H 'Host: localhost' localhost:8000", "curl -H 'Host: localhost' 127.70.1.9:41000"),
        ("echo mylocalhost localhosts", "echo mylocalhost localhosts"),
    ],
)
def test_every_way_to_say_its_own_loopback_leads_to_it(said: str, means: str) -> None:
    health = program(_setup("serve", health=HealthCheck(command=(said,)))).health
    assert health is not None
    assert health.command == (means,)


def test_its_health_check_finds_it_on_the_loopback_of_its_container() -> None:
    check = HealthCheck(command=("curl -f http://localhost:8000/up && nc -z db:5432",), shell=True)
    health = program(_setup("serve", health=check)).health
    assert health is not None
    said = "curl -f http://127.70.1.9:41000/up && nc -z 127.70.1.1:5432"
    assert health.command == ("/bin/sh", "-c", said)
