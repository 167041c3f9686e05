"""What acts on the world is off outside production, and mail reaches nobody there."""

from pathlib import Path

import pytest

from partywall.compose import canonical, mail, understand
from partywall.compose.environment import Given
from partywall.compose.place import Sources
from partywall.compose.settings import parse
from partywall.compose.understand import Reading
from partywall.model.app import App
from partywall.model.errors import BadInput


def read(services, outward=False) -> App:
    text = f"name: x\nservices:\n{services}"
    return understand.app(
        canonical.parse(text),
        Reading(
            given=Given(folder=Path("/srv/app"), variables={}),
            environment="dev",
            near=Sources.of({"compose.yaml": text}),
            outward=outward,
        ),
    )


def beside_an_app(body, outward=False) -> App:
    return read("  app: {image: acme/app, expose: ['80']}\n" + body, outward)


def said(app, kind):
    return {one.service: (one.what, one.action) for one in app.findings if one.kind == kind}


@pytest.mark.parametrize(
    ("service", "what"),
    [
        ("it: {image: boky/postfix}", "sends mail"),
        ("it: {image: 'ghcr.io/docker-mailserver/docker-mailserver:14'}", "sends mail"),
        ("it: {image: 'bytemark/smtp'}", "sends mail"),
        ("mailer: {build: ., command: python mailer.py}", "sends mail"),
        ("it: {image: 'containrrr/watchtower:1.7'}", "replaces containers"),
        ("it: {image: offen/docker-volume-backup}", "makes backups"),
        ("it: {image: prodrigestivill/postgres-backup-local}", "makes backups"),
        ("pg-backup: {image: 'postgres:16', command: /backup.sh}", "makes backups"),
        ("it: {image: 'postgres:16', command: sh -c 'while true; do pg_dump x; done'}", "backups"),
        ("it: {image: mcuadros/ofelia}", "by the clock"),
        ("it: {image: 'nextcloud:29-fpm', entrypoint: /cron.sh}", "by the clock"),
        ("it: {image: acme/app, command: celery -A shop beat}", "by the clock"),
        ("scheduler: {image: acme/app, command: bin/schedule}", "by the clock"),
        ("it: {image: cloudflare/cloudflared, command: tunnel run}", "a tunnel"),
        ("it: {image: 'certbot/dns-cloudflare'}", "certificates"),
        ("it: {image: favonia/cloudflare-ddns}", "the DNS"),
        ("it: {image: stripe/stripe-cli, command: listen}", "a payment provider"),
        ("federation-sender: {image: acme/app}", "a federation"),
    ],
)
def test_what_acts_on_the_world_is_off(service, what):
    name = service.partition(":")[0]
    app = beside_an_app(f"  {service}\n")
    assert list(app.services) == ["app"]
    found, action = said(app, "outward")[name]
    assert what in found
    assert found.endswith("and is off in dev")
    assert f"`environments: {{dev: {{outward: [{name}]}}}}` in partywall.yaml" in action


@pytest.mark.parametrize(
    "service",
    [
        "worker: {image: acme/app, command: celery -A shop worker -B}",
        "jobs: {image: acme/app, command: bin/jobs}",
        "scheduler: {image: acme/app, expose: ['8000']}",
        "cron: {image: acme/app, command: sh -c 'crond && php-fpm'}",
        "backup: {image: 'postgres:16', volumes: ['d:/var/lib/postgresql/data']}",
        "backup: {image: 'postgres:16', command: -c fsync=off}",
        "it: {image: cloudflare/cloudflared, command: proxy-dns}",
        "it: {image: acme/postfixadmin}",
        "it: {image: linuxserver/swag}",
        "it: {image: mailhog/mailhog}",
        "notes: {image: acme/backup-notes}",
    ],
)
def test_what_serves_the_app_stays(service):
    app = beside_an_app(f"  {service}\n")
    assert service.partition(":")[0] in app.services
    assert not said(app, "outward")


def test_nobody_waits_for_what_is_off():
    app = read(
        "  app: {image: acme/app, links: ['relay:mail'],"
        " depends_on: {relay: {condition: service_healthy}, db: {condition: service_started}}}\n"
        "  db: {image: postgres}\n"
        "  relay: {image: boky/postfix}\n"
    )
    one = app.services["app"]
    assert [wait.service for wait in one.depends_on] == ["db"]
    assert list(one.definition["depends_on"]) == ["db"]
    assert one.definition["links"] == []


@pytest.mark.parametrize(
    "more",
    [
        "network_mode: 'service:it'",
        "volumes_from: ['it:ro']",
        "environment: {IMAP_URL: 'imap://it:143'}",
    ],
)
def test_what_others_need_stays_and_is_said(more):
    app = read(f"  app: {{image: acme/app, {more}}}\n  it: {{image: tailscale/tailscale}}\n")
    assert list(app.services) == ["app", "it"]
    assert "runs in dev too, since app needs it" in said(app, "outward-kept")["it"][0]


def test_what_others_wait_for_to_complete_stays():
    app = read(
        "  app: {image: acme/app, depends_on: {it: {condition: service_completed_successfully}}}\n"
        "  it: {image: restic/restic, command: restore latest}\n"
    )
    assert list(app.services) == ["app", "it"]


def test_a_line_lets_one_or_all_of_them_act():
    both = "  backup: {image: restic/restic}\n  cron: {image: acme/app}\n"
    assert list(beside_an_app(both, True).services) == ["app", "backup", "cron"]
    one = beside_an_app(both, ("backup",))
    assert list(one.services) == ["app", "backup"]
    assert "{outward: [backup, cron]}" in said(one, "outward")["cron"][1]
    with pytest.raises(BadInput, match="speaks of a service bakup"):
        beside_an_app(both, ("bakup",))


@pytest.mark.parametrize(
    ("name", "value", "nowhere", "caught"),
    [
        ("SMTP_HOST", "smtp.acme.org", "mail.invalid", "box"),
        ("EMAIL_HOST", "10.0.0.25", "mail.invalid", "box"),
        ("GITEA__mailer__SMTP_ADDR", "smtp.acme.org", "mail.invalid", "box"),
        ("GF_SMTP_HOST", "smtp.acme.org:587", "mail.invalid:587", "box:1025"),
        ("ROUNDCUBEMAIL_SMTP_SERVER", "tls://mail", "mail.invalid", "box"),
        ("RELAYHOST", "[smtp.acme.org]:587", "mail.invalid:587", "box:1025"),
        ("MAIL_URL", "smtps://u:p@smtp.acme.org:465", "smtp://mail.invalid:25", "smtp://box:1025"),
        ("MAILER_DSN", "sendgrid://KEY@default", "smtp://mail.invalid:25", "smtp://box:1025"),
    ],
)
def test_mail_goes_nowhere_or_to_a_catcher(name, value, nowhere, caught):
    said = {"environment": {name: value}}
    assert mail.turned(said, None) == {name: nowhere}
    assert mail.turned(said, mail.Catcher("box", 1025)) == {name: caught}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_HOST", ""),
        ("SMTP_HOST", "sandbox.smtp.mailtrap.io"),
        ("EMAIL_ADDRESS", "me@acme.org"),
        ("MAIL_DB_HOST", "db"),
        ("EMAIL_IMAP_HOST", "imap.acme.org"),
        ("MAIL_URL", "https://mail.acme.org"),
        ("MAIL_SERVER", "true"),
        ("HOST", "acme.org"),
        ("MAILMAN_HOSTNAME", "core"),
    ],
)
def test_what_sends_no_mail_is_left(name, value):
    assert mail.turned({"environment": {name: value}}, None) == {}


def test_the_catcher_of_the_file_gets_the_mail_of_all():
    app = read(
        "  app: {image: acme/app, environment: {SMTP_HOST: smtp.acme.org, SMTP_PORT: 587}}\n"
        "  other: {image: acme/app, environment: {SMTP_HOST: box, SMTP_PORT: 1025}}\n"
        "  box: {image: 'axllent/mailpit:v1', environment: {MP_SMTP_RELAY_HOST: smtp.acme.org}}\n"
    )
    assert app.services["app"].environment == {"SMTP_HOST": "box", "SMTP_PORT": "1025"}
    assert app.services["app"].definition["environment"]["SMTP_HOST"] == "box"
    assert app.services["box"].environment == {"MP_SMTP_RELAY_HOST": "mail.invalid"}
    assert said(app, "mail").keys() == {"app", "box"}
    assert "goes to box" in said(app, "mail")["app"][1]


def test_mail_of_production_and_of_named_services_is_let_out():
    body = "  app: {image: acme/app, environment: {SMTP_HOST: smtp.acme.org}}\n"
    for outward in (True, ("app",)):
        app = read(body, outward)
        assert app.services["app"].environment == {"SMTP_HOST": "smtp.acme.org"}
        assert not said(app, "mail")
    assert "lets it out" in said(read(body), "mail")["app"][1]


def test_the_settings_say_it_for_an_environment():
    def outward(said):
        text = f"environments: {{prod: , dev: {said}}}\n"
        return parse(text.encode(), "partywall.yaml", Path("/srv/app")).environments

    assert outward("{}")["prod"].outward is True
    assert outward("{}")["dev"].outward is False
    assert outward("{outward: true}")["dev"].outward is True
    assert outward("{outward: false}")["dev"].outward is False
    assert outward("{outward: backup}")["dev"].outward == ("backup",)
    assert outward("{outward: [a, b]}")["dev"].outward == ("a", "b")
    with pytest.raises(BadInput, match="may always"):
        parse(
            b"environments: {prod: {outward: false}, dev: }\n", "partywall.yaml", Path("/srv/app")
        )
