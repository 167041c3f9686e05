"""The documents of --json have the keys that are documented, on a project where nothing stands."""

import json
import re
import shutil

import pytest

from docs.pages import DOCS, ROOT
from fakes import measured
from partywall.cli.main import main
from partywall.cli.render.sent_text import sent_document
from partywall.execution.owner import myself
from partywall.proof.matrix.derive import rated
from partywall.workflows.pool.shown import Shown
from partywall.workflows.sending.record import Begun, Sent

PAGE = (DOCS / "reference" / "json.md").read_text()


def documented(title):
    """The paths in the tables of one section, `a[].b` and `a.*.b` as they are written there."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {path for cell in cells for path in re.findall(r"`([^`]+)`", cell)}


def top(paths):
    return {re.split(r"[.\[]", path)[0] for path in paths}


def below(paths, prefix):
    return {path.removeprefix(prefix) for path in paths if path.startswith(prefix)}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("app") / "makapix"
    ignored = shutil.ignore_patterns(".partywall", ".env.*", "__pycache__")
    shutil.copytree(ROOT / "examples" / "makapix", folder, ignore=ignored)
    return folder


@pytest.fixture
def document(app, capsys):
    def ask(*words):
        main(["-C", str(app), *words, "--json"])
        return json.loads(capsys.readouterr().out)

    return ask


def test_a_plan(document):
    said = documented("`plan`, every `--dry-run`, and every change")
    found = document("plan")
    assert set(found) == top(said)
    assert set(found["steps"][0]) == below(said, "steps[].")
    assert found == document("up", "--dry-run")


def test_architectures(document):
    said = documented("`architectures`")
    found = document("architectures")
    assert set(found) == top(said)
    assert set(found["architectures"]["dual"]) == below(said, "architectures.*.") - {""}


def test_advise(document):
    said = documented("`advise`")
    found = document("advise", "--goal", "staging", "--memory", "2G")
    assert set(found) == top(said)
    for row in found["ranked"]:
        assert set(row) == below(said, "ranked[].")
        assert row["fits"] is (row["peak_bytes"] <= found["machine"]["room_bytes"])
    assert found["ranked"][0]["architecture"] == found["recommended"]["architecture"]
    assert "architecture: " in found["settings"]


def test_flags_and_their_changes(document):
    said = documented("`flags list`, `flags show`")
    one = document("flags", "show", "new_upload_flow")
    assert document("flags", "list")["flags"] == [one]
    assert set(one) == top(said)
    made = document("flags", "create", "newer", "--dry-run")
    assert set(made) == documented("`flags create`")
    document("flags", "target", "new_upload_flow", "on", "--users", "anna", "--in", "dev")
    there = document("flags", "show", "new_upload_flow")["environments"]["dev"]
    inner = below(said, "environments.*.")
    assert set(there) == top(inner)
    assert set(there["rules"][0]) == below(inner, "rules[].")
    changed = document("flags", "on", "new_upload_flow", "--in", "dev", "--dry-run")
    page = documented("`flags on`, `off`, `rollout`, `target`, `reset`, `promote`")
    assert set(changed) == top(page)
    assert set(changed["changed"][0]) == below(page, "changed[].")
    document("flags", "rollout", "new_upload_flow", "1,2", "--every", "1h", "--in", "dev")
    page = documented("`flags climb`")
    looked = document("flags", "climb")
    assert set(looked) == top(page)
    assert set(looked["rollouts"][0]) == below(page, "rollouts[].")
    document("flags", "reset", "new_upload_flow", "--in", "dev")
    page = documented("`flags history`")
    assert set(document("flags", "history")["changes"][0]) == below(page, "changes[].")


def test_flags_that_have_had_their_time(document, app):
    said = documented("`flags stale`")
    (app / "asks.py").write_text('client.get_boolean_value("nowhere", False)\n')
    found = document("flags", "stale")
    checked = document("flags", "check")
    (app / "asks.py").unlink()
    assert set(found) == top(said)
    assert set(checked) == top(documented("`flags check`"))
    for finding in [*found["findings"], *checked["errors"]]:
        assert set(finding) == below(said, "findings[].")
    assert [one["flag"] for one in checked["errors"]] == ["nowhere"]


def test_outcomes_of_flags(document, app):
    said = documented("`flags outcome`")
    one = {"days": {}, "last": "", "users": 9, "users_before": 0, "outcomes": {"bought": 1}}
    flag = {"users_full": False, "outcomes_full": False, "variants": {"on": one, "off": one}}
    counts = {"version": 1, "since": "", "written": "", "flags": {"new_upload_flow": flag}}
    folder = app / ".partywall" / "flags" / "prod" / "counts"
    folder.mkdir(parents=True)
    (folder / "counts.json").write_text(json.dumps(counts))
    found = document("flags", "outcome", "new_upload_flow")
    shutil.rmtree(app / ".partywall")
    assert set(found) == top(said)
    assert set(found["outcomes"][0]) == below(said, "outcomes[].")


def test_status(document):
    said = documented("`status`")
    found = document("status")
    assert set(found) <= top(said)
    assert set(found["environments"]["dev"]) == below(said, "environments.*.")


def test_doctor(document):
    found = document("doctor")
    said = documented("`doctor`")
    assert set(found) == top(said)
    for finding in found["findings"]:
        assert set(finding) <= below(said, "findings[].")


def test_what_is_understood(document):
    found = document("init", "--report")
    assert set(found) == documented("`init --report`")
    assert set(found["services"]["db"]) == {"role", "why", "confidence"}


def test_variables_are_hidden(document):
    found = document("env", "dev")
    assert set(found) == documented("`env`")
    assert all(set(one) == {"secret", "value"} for one in found["variables"].values())
    assert all(one["value"] is None for one in found["variables"].values())


def test_the_trash(document):
    assert document("trash", "list") == {"trash": []}


def test_a_pool(document):
    assert document("pool", "show") == {"pool": None}
    assert {f"pool.{key}" for key in Shown.__struct_fields__} | {"pool"} == documented(
        "`pool show`"
    )


def test_what_was_sent(document):
    assert document("snapshot", "sent") == {"sent": []}
    begun = Begun(
        id="a", at=1.0, snapshot="s", environment="prod", database="app", target="host:a",
        owner=myself(), rows=True, said="typed",
    )  # fmt: skip
    found = sent_document(Sent(begun=begun, ended=None))
    assert set(found) == documented("`snapshot send`, `snapshot sent`")


def test_nothing_was_written(app, document):
    document("plan")
    assert not (app / ".partywall").exists()
    assert not list(app.glob(".env.[dp]*"))


def test_a_matrix():
    said = documented("`matrix`")
    found = rated(measured.document())
    assert set(found) == top(said)
    one = found["architectures"]["dual"]
    assert set(one) == top(below(said, "architectures.*."))
    assert set(one["figures"]) == below(said, "architectures.*.figures.")
    (each,) = found["architectures"]["dual"]["disagreements"]
    assert set(each) == {"rating", "customary", "found", "why"}


def test_snapshots_that_go_and_copies_that_are_closed(document):
    said = documented("`snapshot drop`, `snapshot prune`")
    assert set(document("snapshot", "prune", "--dry-run")) == said
    found = documented("`snapshot warm`, `snapshot close`")
    assert document("snapshot", "close", "--all") == {"closed": []}
    assert {"closed", "snapshot", "count", "new"} == found
