"""Changes behind a flag that bring a migration: which files are which, and what is said."""

from __future__ import annotations

import subprocess

import pytest

from partywall.flags import defined
from partywall.flags.migrations import Changed, check, judge
from partywall.flags.recognised import is_migration
from partywall.model.errors import BadInput

ASKS = 'client.get_boolean_value("new-cart", False)\n'
TABLE = "CREATE TABLE carts (id int);\n"
ARE = [
    ("migrations/versions/m0004_counters.py", 'revision = "4"\ndown_revision: str | None = "3"\n'),
    ("app/alembic/versions/ab12_carts.py", "down_revision = None\n"),
    ("shop/migrations/0002_carts.py", ""),
    ("shop/migrations/later.py", "class Migration(migrations.Migration):\n"),
    ("migrations/003_carts.sql", TABLE),
    ("migrate/1_carts.up.sql", "SELECT 1;"),
    ("db/carts.sql", "alter table carts add column x int;"),
    ("db/migration/V1__carts.sql", ""),
    ("src/main/resources/sql/V2.1__x.sql", ""),
    ("src/V1__Carts.java", ""),
    ("R__views.sql", ""),
    ("prisma/migrations/20260101_carts/migration.sql", TABLE),
    ("db/migrate/20260101000000_add_carts.rb", ""),
    ("migrations/20260101_carts.js", "exports.up = (knex) => knex.schema.createTable('carts')"),
    ("db/migrations/20260101-carts.cjs", "module.exports = { async up(queryInterface) {} }"),
    ("src/migrations/1700-Carts.ts", "export class Carts1700 implements MigrationInterface {}"),
    ("drizzle/0001_carts.sql", TABLE),
    ("database/migrations/2026_01_01_carts.php", "return new class extends Migration {}"),
    ("Migrations/20260101_Carts.cs", "public partial class Carts : Migration"),
    ("db/changelog/1.xml", "<databaseChangeLog>"),
]
ARE_NOT = [
    ("api/versions/v2.py", "VERSION = 2"),
    ("migrations/env.py", "from alembic import context"),
    ("shop/migrations/__init__.py", ""),
    ("shop/views.py", "class Migration: pass"),
    ("db/queries/carts.sql", "SELECT * FROM carts WHERE created > now();"),
    ("reports/carts.sql", TABLE),
    ("db/migrate.rb", ""),
    ("migrations/README.md", TABLE),
    ("migrations/index.ts", "export * from './1700-Carts'"),
    ("docs/0001_migrations.py", ""),
    ("v1__x.py", ""),
]


@pytest.mark.parametrize(("path", "text"), ARE)
def test_is_a_migration(path, text):
    assert is_migration(path, text)


@pytest.mark.parametrize(("path", "text"), ARE_NOT)
def test_is_none(path, text):
    assert not is_migration(path, text)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("flags.yaml", "flags:\n  new-cart: {default: off}\n", {"new-cart"}),
        ("flagd.json", '{"flags": {"new-cart": {"state": "ENABLED"}}}', {"new-cart"}),
        ("flags.yaml", "flags: [new-cart]\n", set()),
        ("flags.yaml", "flags: {\n", set()),
        ("flags.yaml", "- flags\n", set()),
        ("flags.py", "flags = {'new-cart': 1}", set()),
        ("other.yaml", "new-cart: 1\n", set()),
    ],
)
def test_what_defines_a_flag(path, text, expected):
    assert defined.keys(path, text) == expected


def test_code_behind_a_flag_with_a_migration_is_warned_of():
    code = Changed("shop/cart.py", None, ASKS)
    caution = judge([code, Changed("migrations/1.sql", None, TABLE)], ["new-cart", "other"])
    assert caution is not None
    assert (caution.flags, caution.behind) == (("new-cart",), ("shop/cart.py",))
    assert caution.migrations == ("migrations/1.sql",)
    assert "this change is behind the flag new-cart and contains a migration" in caution.says
    assert "a flag does not make a change of the schema safe" in caution.says
    assert "partywall rehearse" in caution.remedy


def test_a_flag_that_is_added_counts_and_one_that_was_there_does_not():
    migration = Changed("migrations/1.sql", "", TABLE)
    one, two = "flags:\n  a: {}\n", "flags:\n  a: {}\n  b: {}\n"
    caution = judge([migration, Changed("flags.yaml", one, two)], ["a", "b"])
    assert caution is not None
    assert caution.flags == ("b",)
    assert judge([migration, Changed("flags.yaml", two, one)], ["a", "b"]) is None


@pytest.mark.parametrize(
    "changed",
    [
        [],
        [Changed("shop/cart.py", None, ASKS)],
        [Changed("migrations/1.sql", None, TABLE)],
        [Changed("migrations/1.sql", TABLE, None), Changed("shop/cart.py", None, ASKS)],
        [Changed("migrations/1.sql", None, TABLE), Changed("a.py", None, ASKS.replace("new", "x"))],
        [Changed("migrations/1.sql", None, TABLE), Changed("a.py", ASKS, "# " + ASKS)],
    ],
)
def test_without_both_nothing_is_said(changed):
    assert judge(changed, ["new-cart"]) is None


@pytest.fixture
def tree(tmp_path):
    def git(*words):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    def put(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    git("init", "-q", "-b", "main")
    put("app/old.py", ASKS)
    put("app/migrations/1.sql", TABLE)
    git("add", ".")
    git("commit", "-qm", "base")
    return tmp_path, git, put


def test_commits_and_the_working_tree_are_one_change(tree):
    folder, git, put = tree
    assert check(folder, "main", ["new-cart"]) is None
    git("checkout", "-qb", "work")
    put("app/migrations/2.sql", TABLE)
    git("add", ".")
    git("commit", "-qm", "migration")
    assert check(folder, "main", ["new-cart"]) is None
    put("app/cart.py", ASKS)
    caution = check(folder, "main", ["new-cart"])
    assert caution is not None
    assert (caution.behind, caution.migrations) == (("app/cart.py",), ("app/migrations/2.sql",))
    inner = check(folder / "app", "main", ["new-cart"])
    assert inner is not None
    assert (inner.behind, inner.migrations) == (("cart.py",), ("migrations/2.sql",))


def test_what_the_base_did_meanwhile_is_not_of_this_change(tree):
    folder, git, put = tree
    git("checkout", "-qb", "work")
    put("app/cart.py", ASKS)
    git("add", ".")
    git("commit", "-qm", "cart")
    git("checkout", "-q", "main")
    put("app/migrations/2.sql", TABLE)
    git("add", ".")
    git("commit", "-qm", "migration")
    git("checkout", "-q", "work")
    assert check(folder, "main", ["new-cart"]) is None


def test_a_removed_migration_is_none(tree):
    folder, _, put = tree
    (folder / "app/migrations/1.sql").unlink()
    put("app/cart.py", ASKS)
    assert check(folder, "main", ["new-cart"]) is None


def test_a_flag_that_is_added_to_a_file_is_seen(tree):
    folder, git, put = tree
    put("flags.yaml", "flags:\n  a: {}\n")
    git("add", ".")
    git("commit", "-qm", "flags")
    put("flags.yaml", "flags:\n  a: {}\n  b: {}\n")
    put("app/migrations/2.sql", TABLE)
    caution = check(folder, "HEAD", ["a", "b"])
    assert caution is not None
    assert caution.flags == ("b",)


def test_an_unknown_revision_and_no_repository_are_said(tree, tmp_path_factory):
    folder, _, _ = tree
    for base in ("nowhere", "--all"):
        with pytest.raises(BadInput, match="there is no revision"):
            check(folder, base, [])
    with pytest.raises(BadInput, match="no git repository"):
        check(tmp_path_factory.mktemp("bare"), "main", [])
