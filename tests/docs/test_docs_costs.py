"""Tables of what architectures cost: as the figures are, between the marks of a page."""

import msgspec
import pytest
from benchmarks.costs import Figures, Measured

from docs import costs, pages
from partywall import catalog

DUAL = Figures(
    memory_mib={"prod": 200, "dev": 180, "machine": 60},
    memory_ratio=1.0,
    disk_mib=110,
    files_mib=0,
    disk_ratio=1.0,
    running=17,
    things=40,
    up_ratio=1.0,
    walls={"shared by design": 2, "held": 70},
)
ALONE = msgspec.structs.replace(
    DUAL, memory_mib={"prod": 200, "machine": 40}, memory_ratio=0.55, files_mib=3, switch_ratio=0.8
)
PLAIN = msgspec.structs.replace(ALONE, files_mib=0, switch_ratio=None)


def measured(**architectures):
    return Measured(machine={}, rounds=1, busy_share=0.0, architectures=architectures)


def test_a_page_has_each_engine_s_figures_with_their_ratios_to_dual():
    every = {"docker": measured(profiles=ALONE), "embedded": measured(profiles=PLAIN)}
    assert costs.table("profiles", every).splitlines() == [
        "| | docker | beside `dual` | embedded | beside `dual` |",
        "|---|---|---|---|---|",
        "| memory at rest | 240 MiB | 0.55 | 240 MiB | 0.55 |",
        "| · of it prod | 200 MiB |  | 200 MiB |  |",
        "| · of it the edge | 40 MiB |  | 40 MiB |  |",
        "| disk, when new | 110 MiB | 1.00 | 110 MiB | 1.00 |",
        "| servers and programs that run | 17 |  | 17 |  |",
        "| steps of the plan that makes it | 40 |  | 40 |  |",
        "| time of that plan |  | 1.00 |  | 1.00 |",
        "| downtime of a switch, beside one by hand | 0.80 |  | — |  |",
        "| attempts of the proof: held | 70 |  | 70 |  |",
        "| attempts of the proof: shared by design | 2 |  | 2 |  |",
    ]


def test_production_comes_first_and_what_belongs_to_all_last():
    both = msgspec.structs.replace(DUAL, memory_mib={"dev": 1, "machine": 2, "prod": 3})
    said = costs.table("dual", {"docker": measured(dual=both)})
    rows = [line.split(" | ")[0] for line in said.splitlines()]
    assert rows[3:6] == ["| · of it prod", "| · of it dev", "| · of it the edge"]


def test_files_of_checkouts_are_shown_where_there_are_some():
    said = [costs.table("branches", {"docker": measured(branches=one)}) for one in (ALONE, PLAIN)]
    assert "| · of it files of checkouts | 3 MiB |  |" in said[0]
    assert "| · of it files of checkouts | less than 1 MiB |  |" in said[1]


def test_times_that_were_taken_beside_others_at_work_are_left_out():
    busy = msgspec.structs.replace(measured(profiles=ALONE), busy_share=0.5)
    table = costs.table("profiles", {"docker": busy})
    assert "| time of that plan |  | — |" in table
    assert "| downtime of a switch, beside one by hand | — |  |" in table
    assert "240 MiB, 0.55 | 1.00 | — | 17" in costs.comparison(busy)


def test_one_without_figures_is_said_to_have_none():
    every = {"docker": measured(dual=DUAL)}
    assert costs.table("ports", every) == costs.MISSING
    rows = costs.comparison(every["docker"]).splitlines()[2:]
    assert [row.split(" | ")[3] for row in rows] == ["440 MiB, 1.00"] + ["—"] * (len(rows) - 1)
    assert len(rows) == len(catalog.presets())
    assert rows[0].endswith("| 17 | 70 held, 2 shared by design |")


def test_a_customary_rating_stands_where_it_holds_and_is_corrected_where_it_does_not():
    rows = costs.ratings(measured(dual=DUAL, profiles=ALONE)).splitlines()[2:]
    asked = "**a line, and a second host name**"
    assert rows[0] == f"| [dual](dual.md) | yes | full | medium | yes | high → {asked} |"
    assert "| no | full | high → **very high** | yes |" in rows[1]
    crossed = msgspec.structs.replace(DUAL, walls={"crossed": 1})
    assert "full → **crossed**" in costs.ratings(measured(dual=crossed))


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
