"""The bounds between what is said and what is a risk, chosen before anything was measured.

Each is a number with its reason. Why these:
docs/decisions/0030-migrations-are-watched-from-the-server.md.
"""

from __future__ import annotations

READS_BLOCKED = 1.0
"""Seconds for which a table cannot even be read. A page that takes a second longer is felt;
requests that wait longer fill the pool of connections, and then the whole app stands."""
WRITES_BLOCKED = 2.0
"""Seconds for which a table cannot be written. Twice that of reads: fewer requests write."""
MANY_ROWS = 100_000
"""Rows of a table that is not small any more. To read or write them all takes a good part of a
second on a fast machine with everything in memory, and several where production is busy; tables of
that size grow. Below it, a lock of a moment is one."""
MANY_BYTES = 64 * 1024 * 1024
"""The same for few and wide rows."""
MANY_WRITTEN = 50_000
"""Rows that one transaction changes. Each is locked until it ends, and leaves a dead former one."""
READ_WHOLE = 0.25
"""Share of a table's rows, from which on a change of the schema has read the table whole: the
processes that help it count for themselves."""
LIVELY_ROWS = 1_000
"""Rows of a table that visitors' transactions are expected in. Two such, locked one after the other
in one transaction, are an order that some visitor's transaction has the other way round."""
VISITOR_WAITED = 1.0
"""Seconds that a statement of the traffic stood still: as for reads, whatever the lock was."""
TRAFFIC_BEFORE = 1.0
"""Seconds that the traffic runs before the migration begins, so that it is on its way."""
TRAFFIC_AFTER = 1.0
"""Seconds that it goes on after it, with the old code on the new schema."""
