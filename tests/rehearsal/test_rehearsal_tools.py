"""Migrations of Alembic and of Django, planted as those of SQL are."""

import pytest

from partywall.rehearsal.document import document
from partywall.rehearsal.rehearse import rehearse
from partywall.rehearsal.wanted import Wanted
from rehearsal import apps

pytestmark = pytest.mark.scenario
ADDED = ("op.add_column('users', sa.Column('nick', sa.Text()))", "op.drop_column('users', 'nick')")
ALONE = (
    "with op.get_context().autocommit_block():"
    " op.create_index('made', 'orders', ['made'], postgresql_concurrently=True)"
)
ALEMBIC = {
    "a column": (*ADDED, "safe", [], ""),
    "not null with nulls": (
        "op.alter_column('users', 'phone', nullable=False)", "pass",
        "fails", ["real-data"], "ALTER COLUMN phone SET NOT NULL",
    ),
    "an index": (
        "op.create_index('made', 'orders', ['made'])", "op.drop_index('made', 'orders')",
        "risky", ["index"], "CREATE INDEX made",
    ),
    "an index, concurrently": (
        ALONE, "op.drop_index('made', 'orders')",
        "safe", [], "",
    ),
    "a type": (
        "op.alter_column('orders', 'total', type_=sa.BigInteger())",
        "op.alter_column('orders', 'total', type_=sa.Integer())",
        "risky", ["rewrite"], "ALTER COLUMN total TYPE BIGINT",
    ),
    "no way back": (
        "op.execute(\"UPDATE countries SET name = upper(name)\")",
        "raise NotImplementedError('there is no way back')",
        "risky", ["irreversible"], "",
    ),
    "half of the way back": (
        f"{ADDED[0]}; op.create_index('what', 'countries', ['name'])", ADDED[1],
        "risky", ["irreversible"], "",
    ),
    "every row": (
        "op.execute(sa.text(\"UPDATE orders SET note = 'x'\"))", "pass",
        "risky", ["many-rows"], "UPDATE orders SET note",
    ),
}  # fmt: skip
DJANGO = {
    "a field": (
        "migrations.AddField('user', 'nick', models.TextField(null=True))",
        "safe", [], "",
    ),
    "a field that is renamed": (
        "migrations.RenameField('user', 'phone', 'mobile')",
        "risky", ["old-code"], 'RENAME COLUMN "phone" TO "mobile"',
    ),
    "null no more": (
        "migrations.AlterField('user', 'phone', models.TextField())",
        "fails", ["real-data"], 'ALTER COLUMN "phone" SET NOT NULL',
    ),
    "unique": (
        "migrations.AlterField('user', 'email', models.CharField(max_length=99, unique=True))",
        "fails", ["real-data"], 'UNIQUE ("email")',
    ),
    "a field with a default": (  # the database keeps none: old code cannot insert
        "migrations.AddField('order', 'gift', models.TextField(default=''))",
        "risky", ["old-code"], '"gift" DROP DEFAULT',
    ),
    "rows without a way back": (
        "migrations.RunPython(fill)", "risky", ["many-rows", "irreversible"], 'UPDATE "orders"',
    ),
    "an index": (
        "migrations.AddIndex('order', models.Index(fields=['total'], name='total'))",
        "risky", ["index"], 'CREATE INDEX "total"',
    ),
}  # fmt: skip


def judged(copies, migrate, **more):
    return rehearse(copies, Wanted(migrate=migrate, **more), lambda _: None)


def kinds(report):
    return [str(one.kind) for one in report.reasons]


@pytest.mark.parametrize("name", ALEMBIC)
def test_a_migration_of_alembic(copies, tmp_path, name):
    forth, back, verdict, expected, fragment = ALEMBIC[name]
    alembic = apps.alembic(tmp_path / "app", {"one": ("", forth, back)})
    back = (*alembic, "downgrade", "base")
    report = judged(copies, (*alembic, "upgrade", "head"), again=True, downgrade=back)
    assert (report.verdict, kinds(report)) == (verdict, expected), report.reasons
    assert not fragment or fragment in report.reasons[0].text
    if verdict != "fails":
        assert document(report)["migrations"] == {"Alembic": {"gone": [], "applied": ["one"]}}


def test_two_heads_of_alembic(copies, tmp_path):
    three = {
        "one": ("", *ADDED),
        "left": ("one", "pass", "pass"),
        "right": ("one", "pass", "pass"),
    }
    alembic = apps.alembic(tmp_path / "app", three)
    report = judged(copies, (*alembic, "upgrade", "head"))
    assert (report.verdict, kinds(report)) == ("fails", ["heads"])
    assert "Multiple head revisions" in report.reasons[0].what
    report = judged(copies, (*alembic, "upgrade", "heads"))
    assert (report.verdict, kinds(report)) == ("fails", ["heads"])
    assert report.reasons[0].what == "migrations have 2 heads now: left, right"
    assert "alembic_version" in report.reasons[0].text


@pytest.mark.parametrize("name", DJANGO)
def test_a_migration_of_django(copies, tmp_path, name):
    operations, verdict, expected, fragment = DJANGO[name]
    django = apps.django(tmp_path / "app", {"second": ("first", operations)})
    report = judged(copies, django, again=True, downgrade=(*django, "first"))
    assert (report.verdict, kinds(report)) == (verdict, expected), report.reasons
    assert not fragment or fragment in report.reasons[0].text


def test_two_leaves_of_django(copies, tmp_path):
    both = {
        "left": ("first", "migrations.AddField('user', 'nick', models.TextField(null=True))"),
        "right": ("first", "migrations.AddField('user', 'nack', models.TextField(null=True))"),
    }
    report = judged(copies, apps.django(tmp_path / "app", both))
    assert (report.verdict, kinds(report)) == ("fails", ["heads"])
    assert "multiple leaf nodes" in report.reasons[0].what
