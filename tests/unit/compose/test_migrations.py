"""The last migrations, as files of several kinds tell them."""

import pytest

from partywall.compose.migrations import heads, is_migration


def alembic(revision, *before):
    down = {0: "None", 1: repr(before[0]) if before else ""}.get(len(before), repr(before))
    return f"revision: str = {revision!r}\ndown_revision = {down}\n"


def django(*before):
    return f"class Migration(migrations.Migration):\n    dependencies = {list(before)!r}\n"


def test_alembic_by_what_comes_before():
    texts = {"m/versions/z.py": alembic("a"), "m/versions/b.py": alembic("b", "a")}
    assert heads(texts) == {"m/versions": ("b",)}
    texts["m/versions/c.py"] = alembic("c", "a")
    assert heads(texts) == {"m/versions": ("b", "c")}
    texts["m/versions/d.py"] = alembic("d", "b", "c")
    assert heads(texts) == {"m/versions": ("d",)}


def test_django_by_the_migrations_of_the_same_app():
    texts = {
        "shop/migrations/0001_initial.py": django(("auth", "0001_initial")),
        "shop/migrations/0002_price.py": django(("shop", "0001_initial"), ("auth", "0002_x")),
        "auth/migrations/0001_initial.py": django(),
    }
    assert heads(texts) == {
        "auth/migrations": ("0001_initial",),
        "shop/migrations": ("0002_price",),
    }


def test_others_by_the_order_of_their_names():
    names = ["V9__a.sql", "V10__b.sql", "readme.sql"]
    assert heads({f"db/migrations/{name}": "" for name in names}) == {
        "db/migrations": ("V10__b.sql",)
    }
    assert heads({"migrate/broken.py": "def ("}) == {"migrate": ("broken.py",)}


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("api/migrations/0001.sql", True),
        ("alembic/versions/ab.py", True),
        ("api/migrations/__init__.py", False),
        ("api/models/0001.sql", False),
        ("api/migrations/notes.md", False),
    ],
)
def test_what_is_a_migration(path, is_one):
    assert is_migration(path) is is_one
