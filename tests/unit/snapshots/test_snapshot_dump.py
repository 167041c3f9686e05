"""How a server is dumped, how its copy is made, and what of both is compared."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from partywall.data.postgres.snapshots import dump
from partywall.data.postgres.snapshots.contents import Contents, Relation, compare, countable
from partywall.data.postgres.snapshots.dump import Shape
from partywall.engines.docker import clusters
from partywall.interfaces import Door
from partywall.model.errors import MachineFailed
from partywall.workflows.snapshots.dumping import notes

DOOR = Door(host="10.0.0.1", port=5432)
SHAPE = Shape(
    first="app",
    encoding="UTF8",
    collate="C.UTF-8",
    ctype="C.UTF-8",
    checksums=True,
    segment=16,
    major=18,
)


def contents(**rows: int) -> Contents:
    tables = {("public", name): count for name, count in rows.items()}
    return Contents(relations=frozenset(("r", *table) for table in tables), rows=tables)


def test_a_dump_reads_one_moment_gently_and_waits_for_no_lock_for_ever() -> None:
    words = dump.database(DOOR, "app", "it's", "00000003-1")
    assert words[words.index("pg_dump") - 3 :][:3] == ["nice", "-n", "10"]
    assert "--snapshot=00000003-1" in words
    assert "--lock-wait-timeout=30s" in words
    assert r"--dbname=dbname='it\'s'" in words


def test_roles_are_written_without_passwords() -> None:
    assert "--no-role-passwords" in dump.roles(DOOR, "app")


def test_the_first_role_is_there_already() -> None:
    text = 'CREATE ROLE app;\nCREATE ROLE "Odd one";\nALTER ROLE app WITH SUPERUSER;\n'
    assert dump.without(text, "app") == text.removeprefix("CREATE ROLE app;\n")
    assert "Odd one" not in dump.without(text, "Odd one")


@pytest.mark.parametrize(
    ("checksums", "major", "said"),
    [
        (True, 13, "--data-checksums"),
        (True, 18, "--data-checksums"),
        (False, 18, "--no-data-checksums"),
        (False, 17, None),
    ],
)
def test_checksums_are_as_in_production(checksums: bool, major: int, said: str | None) -> None:
    shape = msgspec.structs.replace(SHAPE, checksums=checksums, major=major)
    found = [word for word in dump.initdb(shape) if word.endswith("data-checksums")]
    assert found == ([] if said is None else [said])


def test_settings_name_no_place_that_is_not_there() -> None:
    settings = (("default_tablespace", "fast"), ("temp_tablespaces", "fast"), ("work_mem", "4096"))
    assert dump.settled(settings) == (("work_mem", "4096"),)


def test_an_extension_that_lives_in_one_database_is_made_in_it() -> None:
    told = dump.meanwhile((("cron.database_name", "app"), ("work_mem", "4096")))
    assert told == {"cron.database_name": "app", "default_transaction_read_only": "off"}


def test_the_smallest_tables_are_counted() -> None:
    found = [
        Relation("r", "public", "large", 1000),
        Relation("r", "public", "small", 10),
        Relation("v", "public", "view"),
        Relation("r", "public", "middle", 90),
    ]
    assert [one.name for one in countable(found, 100)] == ["small", "middle"]


def test_what_is_as_it_was_dumped_is_good() -> None:
    compare("app", contents(one=3), contents(one=3, more=4))


def test_a_missing_table_is_named() -> None:
    with pytest.raises(MachineFailed, match=r"lacks 1 of its tables: public\.two"):
        compare("app", contents(one=3, two=0), contents(one=3))


def test_a_missing_row_is_said() -> None:
    with pytest.raises(MachineFailed, match=r"2 rows in public\.one, and 3"):
        compare("app", contents(one=3), contents(one=2))


def test_it_is_said_how_far_it_was_compared() -> None:
    large = msgspec.structs.replace(contents(one=3), uncounted=2)
    assert notes({"app": contents(one=3)}) == (
        "it has all tables that were dumped, and in 1 of them as many rows",
    )
    said = notes({"app": large, "other": contents()})
    assert "2 largest tables were not counted" in said[1]
    assert "a moment of its own" in said[2]


def test_a_cluster_is_made_without_a_network_by_its_own_user() -> None:
    place = clusters.Place(
        name="one",
        image="sha256:abc",
        labels={"mark": "x"},
        data=Path("/copies/data"),
        inside="/var/lib/postgresql/data",
        accounts=Path("/copies/.data.accounts"),
        uid=70,
        gid=71,
    )
    words = clusters.initdb(place, dump.initdb(SHAPE))
    assert words[words.index("--network") + 1] == "none"
    assert words[words.index("--user") + 1] == "70:71"
    assert words[words.index("--label") + 1] == "mark=x"
    assert words.index("sha256:abc") < words.index("initdb")
    assert words[-1] == "--pwfile=/dev/stdin"
    assert place.account() == "postgres:x:70:71::/:/bin/sh\n"


def test_values_of_variables_are_in_no_argument_list() -> None:
    words = clusters.reading("one", ["psql"], {"PGPASSWORD": "hidden"})
    assert words == ["exec", "--interactive", "--env", "PGPASSWORD", "one", "psql"]
