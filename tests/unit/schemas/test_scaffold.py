"""Names of what a copy puts up on its way, and what is a dump's to say."""

import pytest

from partywall.data.postgres.schemas import scaffold, suspect
from partywall.data.postgres.schemas.script import parts


def test_names_fit_and_say_when_they_were_made():
    made = scaffold.planned("s" * 63, 1_795_000_000_123, keep=True)
    assert made.kept.endswith("_kept_20261118110640123")
    assert max(map(len, (made.kept, made.building, made.scratch))) <= 63
    assert len({made.kept, made.building, made.scratch}) == 3
    assert scaffold.planned("dev", 0, keep=False).kept == ""


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("ALTER TABLE public.posts OWNER TO app;", True),
        ('ALTER FUNCTION public."Odd; name"(a integer) OWNER TO "Some One";', True),
        ("GRANT SELECT ON TABLE x.y TO z;", True),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b;", True),
        ("ALTER TABLE a ADD CONSTRAINT owner_to CHECK (b = ' OWNER TO c');", False),
        ("COMMENT ON TABLE a IS 'x OWNER TO y';", False),
        ("CREATE TABLE grants (a integer);", False),
    ],
)
def test_whose_things_are_is_not_a_dump_s_to_say(text, is_so):
    [part] = parts(text)
    assert suspect.is_of_roles(part) is is_so


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CREATE SCHEMA public;", "public"),
        ("CREATE SCHEMA republic;", "republic"),
        ('CREATE SCHEMA IF NOT EXISTS "Odd";', "Odd"),
        ("CREATE TABLE schema (a integer);", ""),
    ],
)
def test_which_schema_a_statement_makes(text, name):
    [part] = parts(text)
    assert suspect.schema_made(part) == name
