"""What the catalogue of a PostgreSQL server is asked about one schema: a question per kind.

Each answers with rows of what a thing is part of, its name, and its facts as JSON. The search path
is the schema's own, so that nothing in a definition says which schema it is. PostgreSQL 13 and
later understand them all.
"""

from __future__ import annotations

_OURS = """NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = {oid} AND e.deptype IN ('e', 'i')
    AND e.classid = '{catalogue}'::regclass AND e.objsubid = 0)"""
"""What an extension brought is the extension's, and what a range did is the range's.

The columns that a table is partitioned by depend on it in the same way: those are its own.
"""


def _own(oid: str, catalogue: str = "pg_class") -> str:
    return _OURS.format(oid=oid, catalogue=catalogue)


_ROLE = """CASE WHEN {oid} = 0 THEN 'PUBLIC'
    WHEN {oid}::regrole::text = quote_ident(%(owner)s) THEN 'the owner'
    ELSE {oid}::regrole::text END"""
_OTHERS = "(SELECT quote_ident(o) FROM unnest(%(others)s::text[]) o)"

_EXTENSION = """
SELECT '', extname, jsonb_build_object('version', extversion) FROM pg_extension ORDER BY extname"""

_ENUM = f"""
SELECT '', t.typname, jsonb_build_object('labels',
    (SELECT jsonb_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
    'comment', obj_description(t.oid, 'pg_type'))
FROM pg_type t WHERE t.typnamespace = %(ns)s AND t.typtype = 'e' AND {_own("t.oid", "pg_type")}
ORDER BY t.oid"""

_DOMAIN = f"""
SELECT '', t.typname, jsonb_build_object('type', format_type(t.typbasetype, t.typtypmod),
    'not null', CASE WHEN t.typnotnull THEN 'yes' END, 'default', pg_get_expr(t.typdefaultbin, 0),
    'checks', (SELECT jsonb_agg(quote_ident(conname) || ' ' || pg_get_constraintdef(oid, true)
        ORDER BY conname) FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'),
    'comment', obj_description(t.oid, 'pg_type'))
FROM pg_type t WHERE t.typnamespace = %(ns)s AND t.typtype = 'd' AND {_own("t.oid", "pg_type")}
ORDER BY t.oid"""

_TYPE = f"""
SELECT '', t.typname, jsonb_build_object('attributes', (SELECT jsonb_agg(
        quote_ident(attname) || ' ' || format_type(atttypid, atttypmod) ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped),
    'range of', (SELECT format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = t.oid),
    'comment', obj_description(t.oid, 'pg_type'))
FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = %(ns)s AND (t.typtype = 'r' OR c.relkind = 'c')
    AND {_own("t.oid", "pg_type")} ORDER BY t.oid"""

_SEQUENCE = f"""
SELECT '', c.relname, jsonb_build_object('type', format_type(s.seqtypid, NULL),
    'start', s.seqstart::text, 'increment', s.seqincrement::text, 'minimum', s.seqmin::text,
    'maximum', s.seqmax::text, 'cache', s.seqcache::text,
    'cycle', CASE WHEN s.seqcycle THEN 'yes' END,
    'owned by', (SELECT d.refobjid::regclass::text || '.' || quote_ident(a.attname)
        FROM pg_depend d JOIN pg_attribute a ON (a.attrelid, a.attnum) = (d.refobjid, d.refobjsubid)
        WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
            AND d.refclassid = 'pg_class'::regclass),
    'comment', obj_description(c.oid, 'pg_class'))
FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE c.relnamespace = %(ns)s AND {_own("c.oid")} AND NOT EXISTS (SELECT FROM pg_depend i
    WHERE i.objid = c.oid AND i.classid = 'pg_class'::regclass AND i.deptype = 'i')
ORDER BY c.oid"""

_TABLE = f"""
SELECT '', c.relname, jsonb_build_object(
    'form', CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' END,
    'unlogged', CASE WHEN c.relpersistence = 'u' THEN 'yes' END,
    'partitioned by', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
    'partition', CASE WHEN c.relispartition THEN (SELECT inhparent::regclass::text || ' ' ||
        pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits WHERE inhrelid = c.oid) END,
    'inherits', CASE WHEN NOT c.relispartition THEN (SELECT string_agg(inhparent::regclass::text,
        ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid) END,
    'options', to_jsonb(c.reloptions),
    'row security', CASE WHEN c.relrowsecurity THEN 'on' END,
    'row security for the owner', CASE WHEN c.relforcerowsecurity THEN 'on' END,
    'replica identity', CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' END,
    'comment', obj_description(c.oid, 'pg_class'))
FROM pg_class c WHERE c.relnamespace = %(ns)s AND c.relkind IN ('r', 'p', 'f')
    AND {_own("c.oid")} ORDER BY c.oid"""

_COLUMN = f"""
SELECT c.relname, a.attname, jsonb_build_object('type', format_type(a.atttypid, a.atttypmod),
    'not null', CASE WHEN a.attnotnull THEN 'yes' END,
    'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid, true) END,
    'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid, true) ||
        CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END,
    'identity', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
    'identity options', (SELECT jsonb_build_array('START WITH ' || s.seqstart,
            'INCREMENT BY ' || s.seqincrement, 'MINVALUE ' || s.seqmin, 'MAXVALUE ' || s.seqmax,
            'CACHE ' || s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)
        FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid
        WHERE i.refclassid = 'pg_class'::regclass AND i.refobjid = c.oid
            AND i.refobjsubid = a.attnum AND i.deptype = 'i'),
    'collation', (SELECT l.oid::regcollation::text FROM pg_collation l, pg_type t
        WHERE l.oid = a.attcollation AND t.oid = a.atttypid AND t.typcollation <> l.oid),
    'storage', CASE WHEN a.attstorage <> (SELECT typstorage FROM pg_type WHERE oid = a.atttypid)
        THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
            ELSE 'EXTENDED' END END,
    'comment', col_description(c.oid, a.attnum))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
WHERE c.relnamespace = %(ns)s AND c.relkind IN ('r', 'p', 'f') AND a.attnum > 0
    AND NOT a.attisdropped AND (a.attislocal OR a.attinhcount = 0) AND {_own("c.oid")}
ORDER BY c.oid, a.attnum"""

_CONSTRAINT = f"""
SELECT c.relname, o.conname, jsonb_build_object('definition', pg_get_constraintdef(o.oid, true),
    'comment', obj_description(o.oid, 'pg_constraint'))
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
WHERE c.relnamespace = %(ns)s AND o.contype IN ('c', 'p', 'u', 'x', 'f') AND o.conislocal
    AND o.conparentid = 0 AND {_own("c.oid")}
ORDER BY array_position('{{p,u,x,c,f}}'::"char"[], o.contype), o.oid"""

_INDEX = f"""
SELECT t.relname, c.relname, jsonb_build_object(
    'definition', regexp_replace(pg_get_indexdef(c.oid, 0, true), ' ON ONLY ', ' ON '),
    'valid', CASE WHEN NOT i.indisvalid THEN 'no' END,
    'clustered', CASE WHEN i.indisclustered THEN 'yes' END,
    'replica identity', CASE WHEN i.indisreplident THEN 'yes' END,
    'comment', obj_description(c.oid, 'pg_class'))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = %(ns)s AND t.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p','u','x'))
    AND {_own("t.oid")}
ORDER BY c.oid"""


def _view(kind: str, more: str = "") -> str:
    return f"""
SELECT '', c.relname, jsonb_build_object('definition', pg_get_viewdef(c.oid, true),
    'columns', (SELECT jsonb_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
        ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0),
    'options', to_jsonb(c.reloptions), 'comment', obj_description(c.oid, 'pg_class'){more})
FROM pg_class c WHERE c.relnamespace = %(ns)s AND c.relkind = '{kind}' AND {_own("c.oid")}
ORDER BY c.oid"""


_POPULATED = ", 'populated', CASE WHEN NOT c.relispopulated THEN 'no' END"

_SIGNATURE = "p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'"
_QUOTED = "quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'"
_WORD = "CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END"

_FUNCTION = f"""
SELECT '', {_SIGNATURE}, jsonb_build_object('word', {_WORD}, 'signature', {_QUOTED},
    'returns', pg_get_function_result(p.oid), 'definition',
    'CREATE OR REPLACE ' || {_WORD} || ' ' || quote_ident(p.proname) || substr(
        pg_get_functiondef(p.oid), length('CREATE OR REPLACE ' || {_WORD} || ' ' ||
            quote_ident(n.nspname) || '.' || quote_ident(p.proname)) + 1),
    'comment', obj_description(p.oid, 'pg_proc'))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.pronamespace = %(ns)s AND p.prokind IN ('f', 'p', 'w') AND {_own("p.oid", "pg_proc")}
ORDER BY p.oid"""

_AGGREGATE = f"""
SELECT '', {_SIGNATURE}, jsonb_build_object('step', g.aggtransfn::text,
    'state', format_type(g.aggtranstype, NULL), 'final', nullif(g.aggfinalfn::text, '-'),
    'starts with', g.agginitval, 'comment', obj_description(p.oid, 'pg_proc'))
FROM pg_proc p JOIN pg_aggregate g ON g.aggfnoid = p.oid
WHERE p.pronamespace = %(ns)s AND {_own("p.oid", "pg_proc")} ORDER BY p.oid"""

_TRIGGER = """
SELECT c.relname, t.tgname, jsonb_build_object('definition', pg_get_triggerdef(t.oid, true),
    'enabled', CASE t.tgenabled WHEN 'D' THEN 'no' WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA'
    END, 'comment', obj_description(t.oid, 'pg_trigger'))
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %(ns)s AND NOT t.tgisinternal AND t.tgparentid = 0 ORDER BY t.oid"""

_RULE = """
SELECT c.relname, r.rulename, jsonb_build_object('definition', pg_get_ruledef(r.oid, true),
    'comment', obj_description(r.oid, 'pg_rewrite'))
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = %(ns)s AND r.rulename <> '_RETURN' ORDER BY r.oid"""

_POLICY = f"""
SELECT c.relname, p.polname, jsonb_build_object(
    'form', CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    'for', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
        WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    'to', (SELECT jsonb_agg(x.name ORDER BY x.name) FROM (SELECT {_ROLE.format(oid="one")} AS name
        FROM unnest(p.polroles) one) x),
    'using', pg_get_expr(p.polqual, p.polrelid, true),
    'check', pg_get_expr(p.polwithcheck, p.polrelid, true),
    'comment', obj_description(p.oid, 'pg_policy'))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = %(ns)s ORDER BY p.oid"""

_STATISTICS = """
SELECT c.relname, s.stxname, jsonb_build_object('kinds', to_jsonb(s.stxkind::text[]),
    'columns', (SELECT jsonb_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = c.oid AND attnum = ANY (s.stxkeys)),
    'comment', obj_description(s.oid, 'pg_statistic_ext'))
FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
WHERE s.stxnamespace = %(ns)s ORDER BY s.oid"""

_OTHER = f"""
SELECT '', 'operator ' || o.oid::regoperator::text, '{{}}'::jsonb FROM pg_operator o
    WHERE o.oprnamespace = %(ns)s AND {_own("o.oid", "pg_operator")}
UNION ALL SELECT '', 'collation ' || l.collname, '{{}}' FROM pg_collation l
    WHERE l.collnamespace = %(ns)s AND {_own("l.oid", "pg_collation")}
UNION ALL SELECT '', 'text search configuration ' || f.cfgname, '{{}}' FROM pg_ts_config f
    WHERE f.cfgnamespace = %(ns)s AND {_own("f.oid", "pg_ts_config")}
UNION ALL SELECT '', 'text search dictionary ' || y.dictname,
    jsonb_build_object('options', y.dictinitoption) FROM pg_ts_dict y
    WHERE y.dictnamespace = %(ns)s AND {_own("y.oid", "pg_ts_dict")}
ORDER BY 2"""

_GRANTED = f"""
SELECT g.of, g.what || ' to ' || g.role, jsonb_build_object('on', g.what || ' ' || g.quoted,
    'to', g.role, 'privileges', jsonb_agg(g.privilege ORDER BY g.privilege))
FROM (
    SELECT o.of, o.what, o.quoted, a.privilege_type || o.part ||
        CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END AS privilege,
        {_ROLE.format(oid="a.grantee")} AS role
    FROM (
        SELECT c.relname AS of, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS what,
            quote_ident(c.relname) AS quoted, '' AS part, coalesce(c.relacl, acldefault(
                CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
        FROM pg_class c WHERE c.relnamespace = %(ns)s
            AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {_own("c.oid")}
        UNION ALL SELECT c.relname, 'TABLE', quote_ident(c.relname),
            ' (' || quote_ident(a.attname) || ')', a.attacl
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = %(ns)s AND a.attacl IS NOT NULL AND NOT a.attisdropped
        UNION ALL SELECT {_SIGNATURE}, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
            {_QUOTED}, '', coalesce(p.proacl, acldefault('f', p.proowner))
        FROM pg_proc p WHERE p.pronamespace = %(ns)s AND {_own("p.oid", "pg_proc")}
        UNION ALL SELECT t.typname, 'TYPE', quote_ident(t.typname), '',
            coalesce(t.typacl, acldefault('T', t.typowner))
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = %(ns)s AND t.typtype IN ('e', 'd', 'c')
            AND (t.typtype <> 'c' OR c.relkind = 'c') AND {_own("t.oid", "pg_type")}
    ) o, aclexplode(o.acl) a
) g
WHERE g.role <> ALL {_OTHERS} AND g.role <> 'the owner'
GROUP BY g.of, g.what, g.quoted, g.role ORDER BY g.of, g.what, g.role"""

_DEFAULT_PRIVILEGE = f"""
SELECT '', CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
    WHEN 'f' THEN 'FUNCTIONS' ELSE 'TYPES' END || ' to ' || {_ROLE.format(oid="a.grantee")},
    jsonb_build_object('privileges', jsonb_agg(a.privilege_type ORDER BY a.privilege_type))
FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE d.defaclnamespace = %(ns)s
    AND {_ROLE.format(oid="a.grantee")} <> ALL {_OTHERS}
GROUP BY d.defaclobjtype, a.grantee ORDER BY 2"""

QUESTIONS: dict[str, str] = {
    "extension": _EXTENSION,
    "enum": _ENUM,
    "domain": _DOMAIN,
    "type": _TYPE,
    "sequence": _SEQUENCE,
    "table": _TABLE,
    "function": _FUNCTION,
    "aggregate": _AGGREGATE,
    "column": _COLUMN,
    "constraint": _CONSTRAINT,
    "index": _INDEX,
    "view": _view("v"),
    "materialized view": _view("m", _POPULATED),
    "trigger": _TRIGGER,
    "rule": _RULE,
    "policy": _POLICY,
    "statistics": _STATISTICS,
    "other": _OTHER,
    "privilege": _GRANTED,
    "default privilege": _DEFAULT_PRIVILEGE,
}
OF_THE_DATABASE = frozenset({"extension"})
"""Asked once, not for each schema."""
