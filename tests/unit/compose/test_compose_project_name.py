"""What a project is called when partywall.yaml does not say."""

import pytest

from partywall.compose.folder import project_name


@pytest.mark.parametrize(
    ("env", "text", "name"),
    [
        ("A=b\nCOMPOSE_PROJECT_NAME=ledger\n", "name: shop\n", "ledger"),
        ('export COMPOSE_PROJECT_NAME="ledger"\r\n', "services: {}\n", "ledger"),
        ("COMPOSE_PROJECT_NAME=${X}\n", "name: shop\n", "shop"),
        ("# COMPOSE_PROJECT_NAME=ledger\n", "name: 'shop'\r\n", "shop"),
        ("", "services: {}\n", "ourshop"),
    ],
)
def test_it_is_called_as_compose_calls_it(tmp_path, env, text, name):
    folder = tmp_path / "Our Shop"
    folder.mkdir()
    (folder / ".env").write_bytes(env.encode())
    (folder / "compose.yaml").write_bytes(text.encode())
    assert project_name(folder, ()) == name
