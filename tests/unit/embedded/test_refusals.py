"""What the embedded engine refuses of a service, in words."""

import pytest

from partywall.engines.embedded.servers.choose import reading_others, refusal
from partywall.model.app import Attachment, Mount, Role
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


def test_files_of_another_environment_are_refused_once_for_all_who_would_read_them():
    own, theirs = (
        Mount(kind="volume", source=f"{name}/volume/vault", target="/v") for name in ("dev", "prod")
    )

    def reading(name: str, mount: Mount) -> Instance:
        return Instance(key=f"dev/{name}", service=name, role=Role.APP, mounts=(mount,))

    assert reading_others([reading("web", own)]) == ""
    assert reading_others([reading(name, theirs) for name in ("web", "api")]) == (
        "dev/api, dev/web would read prod/volume/vault, and the embedded engine can mount nothing "
        "read-only: say `files: folder`"
    )
