"""Where a variable leads mail, as host and port."""

from __future__ import annotations

import pytest

from partywall.compose.mail import NOWHERE, place


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"SMTP_HOST": "smtp.acme.org"}, ("smtp.acme.org", 25)),
        ({"SMTP_HOST": "smtp.acme.org", "SMTP_PORT": "587"}, ("smtp.acme.org", 587)),
        ({"SMTP_HOST": "smtp.acme.org:465", "SMTP_PORT": "587"}, ("smtp.acme.org", 465)),
        ({"SMTP_HOST": "smtp.acme.org", "SMTP_PORT": "tls"}, ("smtp.acme.org", 25)),
        ({"EMAIL_URL": "smtp://me:a%40b@mail.acme.org:587/?x=1"}, ("mail.acme.org", 587)),
        ({"EMAIL_URL": f"smtp://{NOWHERE}:25"}, (NOWHERE, 25)),
        ({"EMAIL_URL": "mail.acme.org"}, None),
        ({"MAILER_DSN": "smtps://mail.acme.org"}, ("mail.acme.org", 25)),
        ({"ROUNDCUBEMAIL_SMTP_SERVER": "tls://mail"}, ("mail", 25)),
        ({"SMTP_HOST": "192.0.2.25"}, ("192.0.2.25", 25)),
        ({"SMTP_HOST": ""}, None),
        ({"SMTP_HOST": "false"}, None),
        ({"SMTP_HOST": "two words"}, None),
        ({"SMTP_USER": "smtp.acme.org"}, None),
        ({"DATABASE_HOST": "db"}, None),
    ],
)
def test_host_and_port_are_told_by_the_variable_and_the_one_beside_it(
    variables: dict[str, str], found: tuple[str, int] | None
) -> None:
    assert place(next(iter(variables)), variables) == found
