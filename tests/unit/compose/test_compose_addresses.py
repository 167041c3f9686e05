"""Fixed addresses are left out; who is told one gets a name."""

from pathlib import Path

from partywall.compose import addresses, understand
from partywall.compose.environment import Given
from partywall.compose.place import Sources
from partywall.compose.understand import Reading

HUB = {"networks": {"lan": {"ipv4_address": "10.9.0.1"}}}


def test_who_shares_the_network_is_told_the_name():
    said = {
        "hub": HUB,
        "it": {
            "networks": {"lan": None},
            "environment": {"URL": "tcp://10.9.0.1:1883", "LONGER": "10.9.0.10", "N": None},
            "command": ["x", "--hub=10.9.0.1"],
            "healthcheck": {"test": ["CMD-SHELL", "ping 10.9.0.1"], "retries": 3},
        },
        "inside": {"network_mode": "service:it", "entrypoint": "x 10.9.0.1"},
        "apart": {"environment": {"URL": "10.9.0.1"}},
    }
    made = addresses.followed(said)
    assert made["it"]["environment"] == {"URL": "tcp://hub:1883", "LONGER": "10.9.0.10", "N": None}
    assert made["it"]["command"] == ["x", "--hub=hub"]
    assert made["it"]["healthcheck"] == {"test": ["CMD-SHELL", "ping hub"], "retries": 3}
    assert made["inside"]["entrypoint"] == "x hub"
    assert made["apart"] == said["apart"]
    assert made["hub"] == HUB


def test_a_network_that_is_named_by_its_first_address_is_no_service():
    said = {"hub": HUB, "it": {"networks": {"lan": None}, "environment": {"NET": "10.9.0.1/24"}}}
    assert addresses.followed(said) == said


def test_where_it_cannot_be_followed_is_said(tmp_path):
    file = tmp_path / "bridge.conf"
    file.write_text("address 10.9.0.1:1883\n")
    volume = {"type": "bind", "source": str(file), "target": "/etc/x.conf", "read_only": True}
    said = {"hub": HUB, "it": {"volumes": [volume], "dns": ["10.9.0.1"]}}
    found = list(addresses.left(said))
    assert [one.what.rpartition(" stands in ")[2] for one in found] == [
        f"the file {file}",
        "`dns` of it",
    ]
    assert {one.action for one in found} == {"say the name hub there"}
    assert list(addresses.left({"it": said["it"]})) == []


def test_an_app_is_read_with_the_names():
    app = understand.app(
        {
            "name": "x",
            "services": {
                "hub": {"image": "x", **HUB},
                "it": {"image": "x", "networks": {"lan": None}, "command": "call 10.9.0.1"},
            },
        },
        Reading(
            given=Given(folder=Path("/srv/app"), variables={}),
            environment="dev",
            near=Sources.of({}),
        ),
    )
    assert app.services["it"].command == ("call", "hub")
