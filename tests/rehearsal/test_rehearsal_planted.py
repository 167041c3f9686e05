"""Every planted migration gets its verdict, for the right reason, at the right statement."""

import pytest

from partywall.rehearsal.document import document
from partywall.rehearsal.rehearse import rehearse
from partywall.rehearsal.wanted import Wanted
from rehearsal.planted import PLANTS

pytestmark = pytest.mark.scenario


def judged(copies, tmp_path, plant, **more):
    file = tmp_path / "migration.sql"
    file.write_text(plant.sql.replace("; ", ";\n") + ";\n")
    command = ("psql", "-X", *plant.options, "-f", str(file))
    return rehearse(copies, Wanted(migrate=command, folder=tmp_path, **more), lambda _: None)


@pytest.mark.parametrize("name", PLANTS)
def test_a_migration_is_judged(copies, tmp_path, name):
    plant = PLANTS[name]
    report = judged(copies, tmp_path, plant)
    verdict = "fails" if plant.fails else "risky" if plant.kind else "safe"
    said = [(str(one.kind), one.text, one.what) for one in report.reasons]
    assert report.verdict == verdict, (said, report.case.ran.done)
    assert report.passed is not bool(plant.kind)
    if plant.kind:
        mine = [text for kind, text, _ in said if kind == plant.kind]
        assert any(plant.fragment in text for text in mine), said
        one = next(one for one in report.reasons if str(one.kind) == plant.kind)
        assert one.text == "COMMIT" or str(one.where).startswith("migration.sql:"), one
    made = document(report)
    assert not [name for name in made["tables"] if "partywall" in name]
    assert "partywall" not in str(made["schema_diff"])
