"""SQL that names the schema `public` is found in source of any language, and nothing else is."""

import pytest

from partywall.system.sqltexts import naming_public

NAMED = {
    "a.sql": "CREATE TABLE public.users (id int);",
    "b.sql": 'ALTER TABLE ONLY "public"."users" ADD x int;',
    "c.py": 'op.execute("INSERT INTO public.users VALUES (1)")',
    "d.py": 'op.create_table("users", schema="public")',
    "e.js": "knex.raw(`select * from public.users`)",
    "f.ts": 'query("SELECT * FROM \\"public\\".\\"User\\"")',
    "g.go": 'db.Exec("UPDATE public.users SET a = 1")',
    "h.sql": "SELECT nextval('public.users_id_seq');",
    "i.sql": "SET search_path TO public;",
    "j.sql": "SELECT pg_catalog.set_config('search_path', 'public', false);",
    "k.rb": "execute 'GRANT ALL ON SCHEMA public TO app'",
    "l.java": "WHERE table_schema = 'public'",
    "m.sql": "REFERENCES public.users (id)",
    "n.sql": "SELECT 1\nFROM\n  public.users",
}
OTHER = {
    "a.py": "class A: public = 1; a.public.b()",
    "b.js": "import x from '../public/index.js'",
    "c.java": "public class A { public.toString(); }",
    "d.sql": "SELECT is_public.x FROM public_posts.y",
    "e.md": "SELECT * FROM public.users",
    "f.css": "background: url(/public.png)",
    "g.py": "# served from public. The rest is private",
}


@pytest.mark.parametrize("name", NAMED)
def test_it_is_found(tmp_path, name):
    (tmp_path / name).write_text(NAMED[name])
    found = list(naming_public(tmp_path))
    assert [one.file.name for one in found] == [name]
    assert found[0].line in {1, 2}


@pytest.mark.parametrize("name", OTHER)
def test_nothing_else_is(tmp_path, name):
    (tmp_path / name).write_text(OTHER[name])
    assert not list(naming_public(tmp_path))


def test_the_line_is_said(tmp_path):
    (tmp_path / "a.sql").write_text("-- one\nSELECT 1;\n  TRUNCATE public.users;\n")
    assert [(one.line, one.text) for one in naming_public(tmp_path)] == [
        (3, "TRUNCATE public.users;")
    ]


def test_what_others_wrote_is_left_out(tmp_path):
    for folder in ("node_modules/x", ".git", "vendor"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.sql").write_text("SELECT * FROM public.users")
    (tmp_path / "big.sql").write_text("SELECT * FROM public.users;" * 50_000)
    assert not list(naming_public(tmp_path))
