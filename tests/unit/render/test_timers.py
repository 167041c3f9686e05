"""Lines for cron and systemd: folders with spaces and percent signs stay what they are."""

from pathlib import Path

from partywall.cli.render.timers import cron, systemd

FOLDER = Path("/srv/my app 100%")


def test_cron_and_systemd_read_a_percent_sign_otherwise():
    assert cron(FOLDER).startswith("*/15 * * * * ")
    assert cron(FOLDER).endswith("-C '/srv/my app 100\\%' reap")
    assert "-C '/srv/my app 100%%' reap\n" in systemd(FOLDER, "shop")
    assert systemd(FOLDER, "shop").count("partywall-reap-shop.timer") == 2
