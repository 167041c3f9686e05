"""A dump is taken apart as `psql` would read it."""

import pytest

from partywall.data.postgres.schemas.altering import wider
from partywall.data.postgres.schemas.phrases import literal
from partywall.data.postgres.schemas.script import parts
from partywall.model.errors import Refused

ATOMIC = "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END"


def texts(text):
    return [part.text for part in parts(text)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("-- a; b\nSELECT 1 /* ; */;", ["SELECT 1 /* ; */"]),
        ("SELECT ';', \";\", E'\\';';", ["SELECT ';', \";\", E'\\';'"]),
        ("SELECT $a$ ; $$ ; $a$; SELECT $$;$$", ["SELECT $a$ ; $$ ; $a$", "SELECT $$;$$"]),
        (f"{ATOMIC}; SELECT 3;", [ATOMIC, "SELECT 3"]),
        ("\\connect x\nSELECT 1;", ["\\connect x", "SELECT 1"]),
        ("  \\c x\n", ["\\c x"]),
        ("", []),
        ("SELECT 1", ["SELECT 1"]),
    ],
)
def test_statements(text, said):
    assert texts(text) == said


def test_rows_are_no_statements():
    text = "COPY a (b) FROM stdin;\n1;\n\\N\n\\.\n\nSELECT 1;\n"
    found = list(parts(text))
    assert [(part.text, part.rows) for part in found] == [
        ("COPY a (b) FROM stdin", "1;\n\\N\n"),
        ("SELECT 1", None),
    ]
    assert found[1].line == 6
    assert [part.rows for part in parts("COPY a FROM STDIN;\n\\.\n")] == [""]


def test_rows_without_an_end_are_refused():
    with pytest.raises(Refused, match="cut off") as refused:
        list(parts("SELECT 1;\nCOPY a FROM stdin;\n1\n"))
    assert refused.value.where.line == 2


@pytest.mark.parametrize(
    ("old", "new", "is_wider"),
    [
        ("integer", "bigint", True),
        ("bigint", "integer", False),
        ("character varying(10)", "character varying(20)", True),
        ("character varying(20)", "character varying(10)", False),
        ("character varying(10)", "text", True),
        ("text", "character varying(10)", False),
        ("text", "jsonb", False),
        ("date", "text", False),
    ],
)
def test_only_a_wider_type_is_surely_right(old, new, is_wider):
    assert wider(old, new) is is_wider


def test_texts_are_quoted():
    assert literal("it's") == "'it''s'"
    assert literal("a\\b'c") == "E'a\\\\b''c'"
