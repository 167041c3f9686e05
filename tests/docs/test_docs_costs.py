"""Tables of what architectures cost: as the figures are, between the marks of a page."""

import msgspec
import pytest

from docs import costs, pages
from partywall import catalog
from partywall.proof.matrix.derive import rated
from partywall.proof.matrix.figures import (
    Burn,
    Change,
    Effort,
    Figures,
    Migration,
    Parallel,
    Taken,
    Walls,
)

MIB = 1 << 20
BURNT = "| production's 99th percentile beside a burning development |"
ALONE = Taken(
    memory_bytes={"prod": 160 * MIB, "machine": 40 * MIB},
    data_bytes=50 * MIB,
    files_bytes=0,
    idle_cores=0.01,
    running=10,
    up_seconds=10.0,
)
BOTH = Taken(
    memory_bytes={"dev": 140 * MIB, "machine": 60 * MIB, "prod": 200 * MIB},
    data_bytes=100 * MIB,
    files_bytes=3 * MIB,
    idle_cores=0.02,
    running=17,
    up_seconds=12.5,
)
HELD = {"database": {"held": 40}, "http": {"held": 30, "shared by design": 2}}
DUAL = Figures(
    parallel=Parallel(environments=2, asked=20, both=20),
    walls=Walls(probes=HELD, own_stores={"prod": 4, "dev": 4}),
    taken=BOTH,
    alone=ALONE,
    migration=Migration(tried=True, worked=True),
    effort=Effort(things=40, rendered_lines=300, settings_lines=0, secrets=9, rights=0),
    burns=(Burn(limits=False, word="failed", ratio=2.5, spread=1.1),),
    changes=(Change(kind="deploy", asked=100, failed=0, gap_seconds=0.1),),
)


def document(**architectures):
    every = {name: {"figures": one} for name, one in architectures.items()}
    return rated({"engine": "docker", "quick": False, "architectures": every})


def changed(**more):
    return msgspec.structs.replace(DUAL, **more)


def test_a_page_has_each_engine_s_figures_beside_production_alone():
    small = changed(changes=(), burns=())
    every = {"docker": document(dual=DUAL), "embedded": {**document(dual=small), "quick": True}}
    assert costs.table("dual", every).splitlines() == [
        "| | docker | beside production alone | docker, quickly | beside production alone |",
        "|---|---|---|---|---|",
        "| memory at rest | 400 MiB | 2.00 | 400 MiB | 2.00 |",
        "| · of it prod | 200 MiB |  | 200 MiB |  |",
        "| · of it dev | 140 MiB |  | 140 MiB |  |",
        "| · of it the edge | 60 MiB |  | 60 MiB |  |",
        "| disk, when new | 103 MiB | 2.06 | 103 MiB | 2.06 |",
        "| servers and programs that run | 17 | 1.70 | 17 | 1.70 |",
        "| time of `up` |  | 1.25 |  | 1.25 |",
        "| steps of the plan that makes it | 40 |  | 40 |  |",
        "| lines of Compose and Caddy files that do the same | 300 |  | 300 |  |",
        "| lines of `partywall.yaml` beyond those of `dual` | 0 |  | 0 |  |",
        "| secrets | 9 |  | 9 |  |",
        "| rights inside shared servers | 0 |  | 0 |  |",
        "| left to do by hand | nothing |  | nothing |  |",
        f"{BURNT} 2.50 times (failed) |  | not measured |  |",
        "| failed requests of a deploy | 0 of 100 |  | — |  |",
        "| attempts of the proof: held | 70 |  | 70 |  |",
        "| attempts of the proof: shared by design | 2 |  | 2 |  |",
    ]


def test_files_of_checkouts_are_shown_where_the_source_is_a_branch():
    said = costs.table("branches", {"docker": document(branches=DUAL)})
    assert "| · of it files of checkouts | 3 MiB |  |" in said
    few = changed(taken=msgspec.structs.replace(BOTH, files_bytes=9))
    said = costs.table("branches", {"docker": document(branches=few)})
    assert "| · of it files of checkouts | less than 1 MiB |  |" in said


def test_what_could_not_be_measured_is_no_figure():
    loud = Burn(limits=True, word="not measurable here", ratio=1.39, spread=1.47)
    said = costs.table("limits", {"docker": document(limits=changed(burns=(loud,)))})
    assert "| not measurable here (quiet rounds differed by 1.47) |" in said
    assert "1.39" not in said


def test_one_without_figures_is_said_to_have_none():
    every = {"docker": document(dual=DUAL)}
    assert costs.table("ports", every) == costs.MISSING
    rows = costs.comparison(every["docker"]).splitlines()[2:]
    assert [row.split(" | ")[3] for row in rows] == ["400 MiB, 2.00"] + ["—"] * (len(rows) - 1)
    assert len(rows) == len(catalog.presets())
    assert rows[0].endswith("| 2.06 | 1.25 | 17 | 70 held, 2 shared by design |")


def test_a_customary_rating_stands_where_it_holds_and_is_corrected_where_it_does_not():
    alone = changed(taken=ALONE)
    rows = costs.ratings(document(dual=DUAL, profiles=alone, hybrid=DUAL)).splitlines()[2:]
    assert rows[0] == "| [dual](dual.md) | yes | full | medium | yes | high → **low** |"
    assert "| high → **very high** |" in rows[1]
    assert rows[2] == "| [hybrid](hybrid.md) | yes | full | medium | yes | low |"
    broken = changed(walls=Walls(probes={"database": {"crossed": 1}}))
    assert "full → **crossed**" in costs.ratings(document(dual=broken))


def test_every_kept_document_is_named_after_its_app_and_engine():
    for app in (costs.APP, costs.SECOND):
        for engine, said in costs.kept(app).items():
            assert (costs.KEPT / f"{app}-{engine}.json").exists()
            assert said["project"] == app
            assert said["architectures"].keys() <= catalog.presets().keys()
    assert not costs.kept()[costs.FIRST]["quick"], "the comparison shows a full run"


def test_a_page_without_marks_is_an_error(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{costs.BEGIN}old\n{costs.END}after\n")
    assert costs.filled(page, ["new"]) == f"before\n{costs.BEGIN}\nnew\n\n{costs.END}after\n"
    for tables in ([], ["one", "two"]):
        with pytest.raises(AssertionError, match="no marks"):
            costs.filled(page, tables)
    page.write_text(f"before\n{costs.BEGIN}old\nafter\n")
    with pytest.raises(AssertionError, match="no end"):
        costs.filled(page, ["new"])


def test_readme_and_comparison_name_every_architecture_and_lead_to_its_page():
    for name, preset in catalog.presets().items():
        readme = (pages.ROOT / "README.md").read_text()
        row = f"| [{name}](docs/architectures/{name}.md) | {preset.title} |"
        assert row in readme, f"README.md lacks the row {row}"
        index = costs.INDEX.read_text().partition(costs.BEGIN)[0]
        assert f"[{name}]({name}.md)" in index, f"{costs.INDEX} lacks {name} under `Which one`"
