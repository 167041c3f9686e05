"""Lines of the user's own files."""

import pytest

from partywall.compose.place import Sources
from partywall.model.errors import Place

TEXT = """\
# services: nothing ${A}
name: x
x-app: &app
  image: a
services:
  # web:
  web:
    environment:
      web: no
      PORT: ${PORT:-80}
    depends_on:
    - db
  db:
    image: "x:$TAG"
    environment:
      - PASSWORD=x
    cost: $$TAG2
volumes:
  db: {}
"""


@pytest.fixture
def near():
    return Sources.of({"c.yaml": TEXT})


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("web",), 7),
        (("web", "environment"), 8),
        (("web", "environment", "PORT"), 10),
        (("web", "environment", "ABSENT"), 8),
        (("web", "depends_on", "db"), 12),
        (("web", "absent"), 7),
        (("db",), 13),
        (("db", "environment", "PASSWORD"), 16),
    ],
)
def test_services(near, keys, line):
    assert near.service(*keys) == Place("c.yaml", line)


def test_what_is_not_there(near):
    assert near.service("environment") is None
    assert near.service("absent") is None
    assert near.variable("A") is None
    assert near.variable("TAG2") is None


def test_other_things(near):
    assert near.top("volumes", "db") == Place("c.yaml", 19)
    assert near.top("name") == Place("c.yaml", 2)
    assert near.variable("PORT") == Place("c.yaml", 10)
    assert near.variable("TAG") == Place("c.yaml", 14)
    assert near.word("PASSWORD") == Place("c.yaml", 16)
    assert near.line(Place("c.yaml", 2)) == "name: x"
    assert near.line(Place("c.yaml", 99)) == ""


def test_files_near_the_named_ones_are_looked_at_last(tmp_path):
    (tmp_path / "compose.yaml").write_text("include: [sub/db.yaml]\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/db.yaml").write_text("services:\n  db: {}\n")
    (tmp_path / "partywall.yaml").write_text("services:\n  db: {}\n")
    near = Sources([tmp_path / "compose.yaml"], tmp_path)
    assert near.service("db") == Place(str(tmp_path / "sub/db.yaml"), 2)
