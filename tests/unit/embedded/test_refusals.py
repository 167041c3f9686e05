"""What the embedded engine refuses of a service, in words."""

import pytest

from partywall.engines.embedded.servers.choose import refusal
from partywall.model.app import Attachment, Role
from partywall.model.secret import SecretRef
from partywall.model.world import Instance


def database(text: str, **variables: str) -> Instance:
    kept = Attachment(kind="secret", source="x", target="/run/secrets/x", text=text)
    return Instance(
        key="dev/db",
        service="db",
        role=Role.DATABASE,
        image="postgres:18",
        environment=variables,
        attachments=(kept,),
    )


@pytest.mark.parametrize("name", ["POSTGRES_USER", "POSTGRES_DB"])
def test_a_name_that_is_a_secret_is_refused_for_it_would_be_an_argument(name):
    one = database(str(SecretRef("X", 1)), **{f"{name}_FILE": "/run/secrets/x"})
    assert refusal(one) == (
        f"dev/db keeps {name} in a secret, and the embedded engine needs it openly:"
        f" say `{name}: …`, or let {name}_FILE name a config"
    )
    assert refusal(database("shop", **{f"{name}_FILE": "/run/secrets/x"})) is None


def test_a_password_by_file_is_fine():
    variables = {"POSTGRES_PASSWORD_FILE": "/run/secrets/x"}
    assert refusal(database(str(SecretRef("X", 1)), **variables)) is None
