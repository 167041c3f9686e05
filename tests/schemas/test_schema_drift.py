"""Every kind of drift is found; statements that are given make both schemas the same."""

import pytest

from partywall.data.postgres.schemas import statements
from partywall.data.postgres.schemas.catalogue import Side, items
from partywall.data.postgres.schemas.difference import difference
from schemas.planted import BASE, ODD, PLANTS

pytestmark = pytest.mark.scenario
ROLES = {"prod": "test_prod", "dev": "test_dev"}


@pytest.fixture(scope="module")
def template(server):
    """A database with the same in two schemas, each owned by a role of its own."""
    with server.connect() as connection:
        connection.execute("CREATE DATABASE template_of_two")
        for role in ROLES.values():
            connection.execute(f"CREATE ROLE {role}")
    with server.connect("template_of_two") as connection:
        for schema, role in ROLES.items():
            connection.execute(f"CREATE SCHEMA {schema} AUTHORIZATION {role}")
            told(connection, schema, BASE)
    return "template_of_two"


@pytest.fixture
def two(server, template, request):
    name = f"two_{abs(hash(request.node.name))}"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    with server.connect(name) as connection:
        yield connection
    with server.connect() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def told(connection, schema, sql):
    connection.execute(f"SET ROLE {ROLES[schema]}; SET search_path = {schema}; {sql}")
    connection.execute("RESET ROLE; RESET search_path")


def seen(connection, schema):
    return items(connection, Side(schemas={"": schema}, owner=ROLES[schema]))


def drifts(connection):
    return difference(seen(connection, "prod"), seen(connection, "dev"))


def test_the_same_is_the_same(two):
    assert drifts(two) == ()
    assert {item.kind for item in seen(two, "dev")} >= {"trigger", "policy", "rule", "privilege"}


@pytest.mark.parametrize("name", PLANTS)
def test_drift_is_found_and_mended_or_named(two, name):
    plant = PLANTS[name]
    told(two, "prod", plant.sql)
    found = drifts(two)
    assert plant.kind in {drift.item.kind for drift in found}, found
    answers = statements.answers(found)
    reasons = [said.why_not for _, said in answers if said.why_not]
    assert bool(reasons) is not plant.sure, reasons
    script = statements.text("dev", statements.script(answers))
    apply(two, script)
    left = drifts(two)
    if plant.sure:
        assert left == (), script
    else:
        assert left
        assert len(left) <= len(found)


def test_everything_together_that_is_sure_is_mended_at_once(two):
    for name in TOGETHER:
        told(two, "prod", PLANTS[name].sql)
    found = drifts(two)
    script = statements.text("dev", statements.script(statements.answers(found)))
    apply(two, script)
    assert drifts(two) == (), script
    rows = two.execute("SELECT count(*) FROM dev.users, dev.posts").fetchone()
    assert rows == (4,)


def test_odd_names_are_mended_too(two):
    """All but partitioned tables and what leans on them: those are named, each with why."""
    told(two, "prod", ODD)
    answers = statements.answers(drifts(two))
    apply(two, statements.text("dev", statements.script(answers)))
    left = {drift.item.of or drift.item.name for drift in drifts(two)}
    assert left == {"Parts", "Parts a", "Parts a1", "Parts rest", "Parts_id_seq"}
    named = {drift.item.of or drift.item.name for drift, said in answers if said.why_not}
    assert named == left


def test_a_role_that_has_to_be_quoted_is_the_owner_all_the_same(two):
    two.execute('CREATE ROLE "Odd Owner"; CREATE SCHEMA odd AUTHORIZATION "Odd Owner"')
    two.execute('SET ROLE "Odd Owner"; CREATE TABLE odd.notes (a integer)')
    two.execute('GRANT SELECT ON odd.notes TO "Odd Owner"; RESET ROLE')
    found = items(two, Side(schemas={"": "odd"}, owner="Odd Owner"))
    two.execute('DROP OWNED BY "Odd Owner" CASCADE; DROP ROLE "Odd Owner"')
    assert [item.kind for item in found if item.kind != "extension"] == ["table", "column"]


def test_the_kinds_are_as_many_as_promised():
    assert len(PLANTS) >= 25
    assert sum(plant.sure for plant in PLANTS.values()) >= 15


TOGETHER = [
    name for name, plant in PLANTS.items()
    if plant.sure and name not in {"another index", "an index less", "a function less",
        "another check", "another materialized view", "an unlogged table"}
]  # fmt: skip


def apply(connection, script):
    """As a client would that knows no more than the text; each statement of its own."""
    connection.execute(f"SET ROLE {ROLES['dev']}")
    for part in script.split(";\n"):
        if part.strip():
            connection.execute(part.encode())
    connection.execute("RESET ROLE; RESET search_path")
