"""`advise` answers for the example, refuses what makes no sense, and reckons what then stands."""

from __future__ import annotations

import pytest

from scenarios.installation import makapix

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def club(tmp_path_factory):
    with makapix(tmp_path_factory.mktemp("advised") / "makapix") as made:
        yield made


def test_it_answers_before_anything_stands_and_leaves_nothing(club):
    tree = club.tree()
    found = club.document("advise", "--goal", "memory", "--memory", "1G")
    assert found["recommended"]["architecture"] == "profiles"
    assert all(line["source"] == "guessed" for line in found["ranked"][0]["memory"])
    said = club.call("advise").out
    assert said.index("Recommended: ") < said.index("partywall.yaml")
    assert "customarily recommended" in said
    assert club.tree() == tree


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--memory", "2"), "less than any machine has"),
        (("--memory", "much"), "no size such as 512M"),
        (("--goal", "fame"), "'fame' is not one of"),
        (("--alone", "--both"), "--alone says that there is no second environment"),
        (("--ask",), "nobody can be asked here"),
        (("--cores", "0"), "--cores"),
    ],
)
def test_what_makes_no_sense_is_refused(club, words, what):
    assert what in club.call("advise", *words, code=2).err


def test_what_was_reckoned_is_what_then_stands(club):
    """A ratio of memory, which no load of the machine moves."""
    rows = club.document("advise")["ranked"]
    reckoned = next(row for row in rows if row["architecture"] == "dual")["memory"]
    club.call("up", "--yes")
    status = club.document("status")
    measured = {
        f"{name}/{service}": row["memory_bytes"]
        for name, one in status["environments"].items()
        for service, row in one["services"].items()
    }
    sizes = {line["key"]: line["bytes"] for line in reckoned}
    assert measured.keys() == {key for key in sizes if not key.startswith("machine/")}
    ratio = sum(sizes[key] for key in measured) / sum(measured.values())
    assert 0.8 <= ratio <= 1.2, f"{ratio:.2f}"

    rows = club.document("advise")["ranked"]
    again = next(row for row in rows if row["architecture"] == "dual")["memory"]
    assert {line["source"] for line in again} == {"measured"}
    ratio = sum(line["bytes"] for line in again if line["key"] in measured) / sum(measured.values())
    assert 0.8 <= ratio <= 1.2, f"{ratio:.2f}"
