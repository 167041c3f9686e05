"""What can be said against a migration is on its page, and its document in the reference."""

import re

import pytest

from docs.pages import DOCS
from fakes.rehearsed import DOCUMENT
from partywall.rehearsal import thresholds as t
from partywall.rehearsal.reasons import FATAL, RISKS

PAGE = (DOCS / "rehearse.md").read_text()
SECTION = (
    (DOCS / "reference" / "json.md")
    .read_text()
    .partition("\n## `rehearse`\n")[2]
    .partition("\n## ")[0]
)


@pytest.mark.parametrize(("word", "kinds"), [("`fails`:", FATAL), ("`risky`:", RISKS)])
def test_every_kind_is_on_the_page(word, kinds):
    rows = PAGE.partition(f"\n{word}")[2].split("\n\n")[1]
    said = re.findall(r"^\| `([\w-]+)` \|", rows, re.MULTILINE)
    assert set(said) == {str(kind) for kind in kinds}


def test_the_bounds_on_the_page_are_those_of_the_code():
    for said in (
        f"be read for {t.READS_BLOCKED:.0f} s", f"be written for {t.WRITES_BLOCKED:.0f} s",
        f"{t.MANY_WRITTEN:,} rows", f"{t.MANY_ROWS:,} rows", f"{t.MANY_BYTES // 1024 ** 2} MiB",
        f"waited for {t.VISITOR_WAITED:.0f} s",
    ):  # fmt: skip
        assert said in PAGE, said


def test_every_key_of_the_document_is_in_the_reference():
    paths = set(re.findall(r"`([a-z_\[\].*]+)`", SECTION))
    for name, value in DOCUMENT.items():
        inner = value[0] if isinstance(value, list) and value else None
        if name == "tables":
            keys = {f"tables.*.{key}" for key in next(iter(value.values()))}
        elif isinstance(inner, dict):
            keys = {f"{name}[].{key}" for key in inner}
        else:
            keys = {name}
        assert keys <= paths, keys - paths
