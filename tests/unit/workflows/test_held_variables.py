"""Which variables are secret because the Compose file says so."""

from pathlib import Path

import pytest

from partywall.compose import settings
from partywall.workflows.variables import held_by_secrets


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("secrets:\n  pin:\n    environment: DOOR_PIN\n", {"DOOR_PIN"}),
        ("secrets: {pin: {environment: 'DOOR_PIN'}}", {"DOOR_PIN"}),
        ('{"secrets": {"pin": {"environment": "DOOR_PIN"}}}', {"DOOR_PIN"}),
        ("secrets:\r\n  pin:\r\n    environment: DOOR_PIN\r\n", {"DOOR_PIN"}),
        ("configs:\n  site:\n    environment: SITE\n", set()),
        ("services:\n  web:\n    environment:\n      A: b\n", set()),
        ("secrets:\n  pin:\n    environment: DOOR_PIN\n  broken: [", set()),
        ("", set()),
    ],
)
def test_a_variable_is_secret_when_a_secret_holds_it(tmp_path: Path, text: str, held: set[str]):
    (tmp_path / "compose.yaml").write_text(text)
    assert held_by_secrets(settings.load(tmp_path, None)) == held
