"""The document of a rehearsal, as one came out."""

from typing import Any

DOCUMENT: dict[str, Any] = {
    "verdict": "risky",
    "passed": False,
    "reasons": [
        {
            "kind": "rewrite",
            "fatal": False,
            "accepted": True,
            "what": "every row of orders (250,000 rows, 22 MiB) is written anew, while "
            "nobody can read or write it",
            "remedy": "add a new column, fill it in batches, and let the code change over "
            "to it; or do it when nobody uses the table",
            "statement": 2,
            "sql": "ALTER TABLE orders ALTER total TYPE bigint",
            "table": "orders",
            "where": "0042_shop.sql:3",
        },
        {
            "kind": "index",
            "fatal": False,
            "accepted": False,
            "what": "nobody can write orders (250,000 rows, 22 MiB) while its index is built",
            "remedy": "CREATE INDEX CONCURRENTLY, outside of a transaction",
            "statement": 3,
            "sql": "CREATE INDEX orders_made ON orders (made)",
            "table": "orders",
            "where": "0042_shop.sql:4",
        },
        {
            "kind": "data-loss",
            "fatal": False,
            "accepted": False,
            "what": "column users.phone is dropped with what is in it",
            "remedy": "keep them until the new version has stayed: drop in a later migration",
            "statement": 5,
            "sql": "ALTER TABLE users DROP phone",
            "table": "users",
            "where": "0042_shop.sql:6",
        },
        {
            "kind": "old-code",
            "fatal": False,
            "accepted": False,
            "what": "old code that uses column users.phone fails: it is dropped",
            "remedy": "first a version that does not use it, then this migration",
            "statement": 5,
            "sql": "ALTER TABLE users DROP phone",
            "table": "users",
            "where": "0042_shop.sql:6",
        },
        {
            "kind": "old-code",
            "fatal": False,
            "accepted": False,
            "what": "the old code's tests fail on the new schema: "
            'psycopg.errors.UndefinedColumn: column "phone" does not exist (code '
            "1)",
            "remedy": "let both versions work on it, or have nobody use the app meanwhile",
            "statement": None,
            "sql": "",
            "table": "",
            "where": "",
        },
        {
            "kind": "not-again",
            "fatal": False,
            "accepted": False,
            "what": "it does not run a second time: psql:0042_shop.sql:2: ERROR:  "
            'column "nick" of relation "users" already exists (code 3)',
            "remedy": "let it look first (`IF NOT EXISTS`), or keep a record of what was applied",
            "statement": None,
            "sql": "",
            "table": "",
            "where": "",
        },
        {
            "kind": "irreversible",
            "fatal": False,
            "accepted": False,
            "what": "the way back leads elsewhere: enum order_state, column users.phone, "
            "column orders.total, index orders.orders_made",
            "remedy": "write it so that all comes back",
            "statement": None,
            "sql": "",
            "table": "",
            "where": "",
        },
        {
            "kind": "traffic",
            "fatal": False,
            "accepted": False,
            "what": "visitors' `SELECT count(phone) FROM users WHERE id < 10` fails: "
            'column "phone" does not exist [42703]',
            "remedy": "let the old code work on the new schema",
            "statement": 5,
            "sql": "ALTER TABLE users DROP phone",
            "table": "",
            "where": "0042_shop.sql:6",
        },
    ],
    "notes": [
        (
            "there is no `lock_timeout` at `ALTER TABLE users ADD nick text`: behind it "
            "everybody waits, for as long as it waits itself"
        ),
        "values of order_state cannot be taken away again by PostgreSQL",
    ],
    "seconds": 0.279,
    "statements": [
        {
            "number": 1,
            "sql": "ALTER TABLE users ADD nick text",
            "times": 1,
            "seconds": 0.0029,
            "waited_seconds": 0,
            "transaction": "28101:8/2",
            "error": None,
            "locks": [
                {
                    "table": "users",
                    "mode": "ACCESS EXCLUSIVE",
                    "blocks": "reads and writes",
                    "seconds": 0.0029,
                }
            ],
            "rewritten": [],
            "rows_read": {},
            "wal_bytes": 27160,
        },
        {
            "number": 2,
            "sql": "ALTER TABLE orders ALTER total TYPE bigint",
            "times": 1,
            "seconds": 0.1775,
            "waited_seconds": 0,
            "transaction": "28101:8/3",
            "error": None,
            "locks": [
                {
                    "table": "orders",
                    "mode": "ACCESS EXCLUSIVE",
                    "blocks": "reads and writes",
                    "seconds": 0.1775,
                },
                {"table": "orders", "mode": "SHARE", "blocks": "writes", "seconds": 0.1775},
            ],
            "rewritten": ["orders"],
            "rows_read": {"orders": 395018},
            "wal_bytes": 31507528,
        },
        {
            "number": 3,
            "sql": "CREATE INDEX orders_made ON orders (made)",
            "times": 1,
            "seconds": 0.0865,
            "waited_seconds": 0,
            "transaction": "28101:8/4",
            "error": None,
            "locks": [{"table": "orders", "mode": "SHARE", "blocks": "writes", "seconds": 0.0865}],
            "rewritten": [],
            "rows_read": {"orders": 151696},
            "wal_bytes": 1568104,
        },
        {
            "number": 4,
            "sql": "UPDATE countries SET name = upper(name)",
            "times": 1,
            "seconds": 0.0004,
            "waited_seconds": 0,
            "transaction": "28101:8/5",
            "error": None,
            "locks": [],
            "rewritten": [],
            "rows_read": {},
            "wal_bytes": 1098640,
        },
        {
            "number": 5,
            "sql": "ALTER TABLE users DROP phone",
            "times": 1,
            "seconds": 0.0007,
            "waited_seconds": 0,
            "transaction": "28101:8/6",
            "error": None,
            "locks": [
                {
                    "table": "users",
                    "mode": "ACCESS EXCLUSIVE",
                    "blocks": "reads and writes",
                    "seconds": 0.0007,
                }
            ],
            "rewritten": [],
            "rows_read": {},
            "wal_bytes": 432,
        },
        {
            "number": 6,
            "sql": "ALTER TYPE order_state ADD VALUE 'lost'",
            "times": 1,
            "seconds": 0.0004,
            "waited_seconds": 0,
            "transaction": "28101:8/7",
            "error": None,
            "locks": [],
            "rewritten": [],
            "rows_read": {},
            "wal_bytes": 1088,
        },
    ],
    "tables": {
        "audit": {
            "rows_before": 2000,
            "rows_after": 2000,
            "exact": True,
            "bytes_before": 212992,
            "bytes_after": 212992,
            "rewritten": False,
            "lock": None,
        },
        "countries": {
            "rows_before": 50,
            "rows_after": 50,
            "exact": True,
            "bytes_before": 65536,
            "bytes_after": 65536,
            "rewritten": False,
            "lock": None,
        },
        "drafts": {
            "rows_before": 0,
            "rows_after": 0,
            "exact": True,
            "bytes_before": 16384,
            "bytes_after": 16384,
            "rewritten": False,
            "lock": None,
        },
        "orders": {
            "rows_before": 250000,
            "rows_after": 250000,
            "exact": True,
            "bytes_before": 23175168,
            "bytes_after": 26812416,
            "rewritten": True,
            "lock": {
                "mode": "ACCESS EXCLUSIVE",
                "blocks": "reads and writes",
                "seconds": 0.1775,
                "statement": 2,
            },
        },
        "users": {
            "rows_before": 120000,
            "rows_after": 120000,
            "exact": True,
            "bytes_before": 14802944,
            "bytes_after": 14802944,
            "rewritten": False,
            "lock": {
                "mode": "ACCESS EXCLUSIVE",
                "blocks": "reads and writes",
                "seconds": 0.0029,
                "statement": 1,
            },
        },
    },
    "schema_diff": [
        {
            "kind": "enum",
            "name": "order_state",
            "change": "changed",
            "facts": {
                "labels": {
                    "before": ["new", "paid", "sent"],
                    "after": ["new", "paid", "sent", "lost"],
                }
            },
        },
        {"kind": "column", "name": "users.phone", "change": "gone", "facts": {}},
        {
            "kind": "column",
            "name": "orders.total",
            "change": "changed",
            "facts": {"type": {"before": "integer", "after": "bigint"}},
        },
        {"kind": "column", "name": "users.nick", "change": "new", "facts": {}},
        {"kind": "index", "name": "orders.orders_made", "change": "new", "facts": {}},
    ],
    "migrations": {},
    "wal_bytes": 33154328,
    "disk": {"before_bytes": 46356159, "after_bytes": 50001599, "needed_bytes": 12075008},
    "runs": {
        "migrate": {"code": 0, "seconds": 0.279, "last_lines": ["ALTER TYPE"]},
        "again": {
            "code": 3,
            "seconds": 0.013,
            "last_lines": [
                'psql:0042_shop.sql:2: ERROR:  column "nick" of relation "users" already exists'
            ],
        },
        "downgrade": {"code": 0, "seconds": 0.16, "last_lines": []},
        "old_tests": {"code": 1, "seconds": 0.341, "last_lines": ["               ^"]},
        "old_tests_before": {"code": 0, "seconds": 0.279, "last_lines": []},
    },
    "traffic": {"statements": 18, "longest_wait_seconds": 0.133, "failures": {"42703": 1}},
    "lint": {
        "run": True,
        "hints": [
            {
                "rule": "require-lock-timeout",
                "message": "Missing `set lock_timeout` before potentially slow ACCESS "
                "EXCLUSIVE lock operations",
                "help": "Configure a `lock_timeout` before this statement. Statement "
                "requires: ACCESS EXCLUSIVE lock; blocking: reads, writes, "
                "schema changes.",
                "statement": 1,
                "sql": "ALTER TABLE users ADD nick text",
            },
            {
                "rule": "require-statement-timeout",
                "message": "Missing `set statement_timeout` before potentially slow operations",
                "help": "Configure a `statement_timeout` before this statement",
                "statement": 1,
                "sql": "ALTER TABLE users ADD nick text",
            },
            {
                "rule": "prefer-robust-stmts",
                "message": "Missing `IF NOT EXISTS`, the migration can't be rerun if it "
                "fails part way through.",
                "help": "",
                "statement": 1,
                "sql": "ALTER TABLE users ADD nick text",
            },
            {
                "rule": "prefer-robust-stmts",
                "message": "Missing transaction, the migration can't be rerun if it "
                "fails part way through.",
                "help": "",
                "statement": 2,
                "sql": "ALTER TABLE orders ALTER total TYPE bigint",
            },
            {
                "rule": "changing-column-type",
                "message": "Changing a column type requires an `ACCESS EXCLUSIVE` lock "
                "on the table which blocks reads and writes while the table "
                "is rewritten. Changing the type of the column may also "
                "break other clients reading from the table.",
                "help": "",
                "statement": 2,
                "sql": "ALTER TABLE orders ALTER total TYPE bigint",
            },
            {
                "rule": "prefer-robust-stmts",
                "message": "Missing `IF NOT EXISTS`, the migration can't be rerun if it "
                "fails part way through.",
                "help": "Use an explicit name for a concurrently created index",
                "statement": 3,
                "sql": "CREATE INDEX orders_made ON orders (made)",
            },
            {
                "rule": "require-concurrent-index-creation",
                "message": "During normal index creation, table updates are blocked, "
                "but reads are still allowed.",
                "help": "Use `concurrently` to avoid blocking writes.",
                "statement": 3,
                "sql": "CREATE INDEX orders_made ON orders (made)",
            },
            {
                "rule": "ban-drop-column",
                "message": "Dropping a column may break existing clients.",
                "help": "",
                "statement": 5,
                "sql": "ALTER TABLE users DROP phone",
            },
            {
                "rule": "prefer-robust-stmts",
                "message": "Missing `IF EXISTS`, the migration can't be rerun if it "
                "fails part way through.",
                "help": "",
                "statement": 5,
                "sql": "ALTER TABLE users DROP phone",
            },
            {
                "rule": "require-enum-value-ordering",
                "message": "ADD VALUE without BEFORE or AFTER appends the value to the "
                "end of the enum, which may result in unexpected ordering.",
                "help": "Add `BEFORE` or `AFTER` to specify the position of the new enum value.",
                "statement": 6,
                "sql": "ALTER TYPE order_state ADD VALUE 'lost'",
            },
        ],
    },
}
