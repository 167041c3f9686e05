"""Lines for cron and systemd: folders with spaces and percent signs stay what they are."""

from pathlib import Path

from partywall.cli.render.timers import cron, proving, systemd

FOLDER = Path("/srv/my app 100%")
TOLD = {"PARTYWALL_COMMONS": "/srv/the 'edge'"}


def test_cron_and_systemd_read_a_percent_sign_otherwise():
    assert cron(FOLDER, {}).startswith("*/15 * * * * /")
    assert cron(FOLDER, {}).endswith("-C '/srv/my app 100\\%' reap")
    said = systemd(FOLDER, "shop", "ada", {})
    assert '-C "/srv/my app 100%%" reap\n' in said
    assert said.count("partywall-reap-shop.timer") == 2
    assert "User=ada\nExecStart=/" in said


def test_what_leads_to_another_edge_is_passed_on():
    assert f" PARTYWALL_COMMONS='/srv/the '\"'\"'edge'\"'\"'' {'/'}" in cron(FOLDER, TOLD)
    said = systemd(FOLDER, "shop", "ada", TOLD)
    assert "Environment=\"PARTYWALL_COMMONS=/srv/the 'edge'\"\n" in said


def test_systemd_expands_nothing_of_a_folder():
    said = systemd(Path('/srv/$HOME "x"'), "shop", "ada", {})
    assert '-C "/srv/$$HOME \\"x\\"" reap\n' in said


def test_a_proof_by_the_clock_is_quiet():
    said = proving(FOLDER, ["dev"], {"DOCKER_HOST": "unix:///x"})
    assert said.startswith("17 * * * * DOCKER_HOST=unix:///x /")
    assert said.endswith("-C '/srv/my app 100\\%' prove --quiet dev")
