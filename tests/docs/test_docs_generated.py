"""Generated pages are what the code makes of them now."""

import pytest

from architectures import plans
from docs import pages

AGAIN = "run `make docs` and read the difference"


@pytest.fixture(scope="module")
def made():
    return pages.everything(plans.worlds())


def test_generated_pages_are_up_to_date(made):
    for path, text in made.items():
        assert path.is_file(), f"{path.name} is not there: {AGAIN}"
        assert path.read_text() == text, f"{path.name}: {AGAIN}"


def test_every_command_is_in_the_reference(made):
    text = made[pages.DOCS / "reference" / "cli.md"]
    for name in pages.COMMANDS:
        assert f"\n## partywall {name}\n" in text


def test_every_key_of_the_settings_is_in_the_reference(made):
    text = made[pages.DOCS / "reference" / "settings.md"]
    for shape in pages.schema()["$defs"].values():
        for key in shape.get("properties", ()):
            assert f"\n| `{key}` |" in text
