"""What there is has its page, and pages speak of what there is."""

import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from architectures import plans
from docs.pages import DOCS, ROOT
from partywall import __version__, catalog
from partywall.axes.world import AXES
from partywall.compose import marks
from partywall.engines.embedded.engine import LIMITS, NO_VIEW, ONE_USER
from partywall.model import errors
from partywall.model.choices import Choices
from partywall.proof.probe import Verdict
from partywall.proof.probes import found

SOURCE = ROOT / "src" / "partywall"
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
ARCHITECTURES = DOCS / "architectures"
EMBEDDED = (DOCS / "engines" / "embedded.md").read_text()
JSON = (DOCS / "reference" / "json.md").read_text()
PARTS = [
    "What it gives",
    "What it costs",
    "What it costs on the example",
    "When to choose it",
    "What it does not give",
    "Settings",
    "What is made",
    "From `dual` and back",
]
"""What every architecture's page has, in this order; more of its own may follow."""
RECORDS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


def test_every_architecture_has_a_page_with_its_honest_words_and_a_golden_plan():
    for name, preset in catalog.presets().items():
        assert (ARCHITECTURES / f"{name}.md").is_file(), f"write docs/architectures/{name}.md"
        page = (ARCHITECTURES / f"{name}.md").read_text()
        for sentence in (preset.title, *preset.gives, *preset.costs):
            assert sentence in page, f"{name}.md lacks: {sentence}"
        golden = plans.file(f"dual+{name}" if preset.overlay else name)
        for link in (f"../../tests/architectures/golden/{golden.name}", f"{name}.svg"):
            assert f"]({link})" in page, f"{name}.md lacks a link to {link}"


def test_every_option_of_every_axis_is_explained_on_a_page():
    pages = "\n".join(path.read_text() for path in ARCHITECTURES.glob("*.md"))
    for axis, options in AXES.items():
        for option in options:
            row = rf"^\| {axis} \| `{option}`"
            said = f"`{axis}: {option}`" in pages or re.search(row, pages, re.MULTILINE)
            assert said, f"say on a page in docs/architectures what `{axis}: {option}` is"


def test_every_architecture_s_page_has_the_same_parts_and_names_every_option():
    for name, preset in catalog.presets().items():
        page = (DOCS / "architectures" / f"{name}.md").read_text()
        parts = re.findall(r"^## (.*)$", page, re.MULTILINE)
        assert parts[: len(PARTS)] == PARTS, f"{name}.md has not the parts that all have"
        assert all(part.strip() for part in re.split(r"^## .*$", page, flags=re.MULTILINE)), name
        rows = dict(re.findall(r"^\| (\w+) \| `([\w-]+)`", page, re.MULTILINE))
        point = msgspec.to_builtins(preset.over(Choices()))
        said = {axis: point[axis] for axis in (preset.choices if preset.overlay else point)}
        assert rows.items() >= said.items(), f"{name}.md: its table of axes is not its point"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shared", ["leaking"]),
        ("profiles", ["downtime", "side by side"]),
        ("branches", ["disk", "drift"]),
        ("ports", ["cookies", "firewalls"]),
        ("schemas", ["pool", "search_path", "drift"]),
        ("limits", ["hide a real problem", "throttled", "killed for memory"]),
        ("snapshots", ["no standing", "personal data"]),
        ("flags", ["schema", "debt"]),
    ],
)
def test_what_each_way_is_known_to_cost_is_not_hidden(name, words):
    said = " ".join(catalog.presets()[name].costs)
    assert [word for word in words if word not in said] == []


def test_every_engine_has_a_page_and_no_page_is_left_over():
    names = {path.stem for path in (DOCS / "engines").glob("*.md")}
    assert names == set(catalog.engine_names())
    pages = {path.stem for path in ARCHITECTURES.glob("*.md")}
    assert pages == {*catalog.presets(), "README"}


def test_the_embedded_engine_s_limits_are_on_its_page():
    for sentence in (*LIMITS, ONE_USER, NO_VIEW):
        assert f"- {sentence}\n" in EMBEDDED


def test_every_mark_of_a_service_is_on_its_page():
    table = EMBEDDED.partition("## `x-partywall`")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(marks._KNOWN)


def packages():
    """Every package below partywall, as the map writes it."""
    return {
        f"{path.parent.relative_to(SOURCE)}/"
        for path in SOURCE.rglob("__init__.py")
        if path.parent != SOURCE
    }


def the_map():
    block = ARCHITECTURE.partition("src/partywall/\n")[2].partition("```")[0]
    return [line.split()[0] for line in block.splitlines()]


def test_the_map_names_every_package_and_no_other():
    named = {name for name in the_map() if name.endswith("/")}
    assert named == packages()
    modules = {name for name in the_map() if name.endswith(".py")}
    assert modules == {
        path.name for path in SOURCE.glob("*.py") if path.stem not in {"__init__", "__main__"}
    }


def test_the_layers_are_those_that_are_checked():
    contract = (
        (ROOT / ".importlinter").read_text().partition("\nlayers =\n")[2].partition("\n\n")[0]
    )
    checked = [
        re.sub(r"\s*\|?\s*\(\w+\)\s*\|?\s*", " | ", line).strip(" |")
        for line in contract.split("\n")
    ]
    said = ARCHITECTURE.partition("Imports go only downward: ")[2].partition(";")[0]
    layers = [re.sub(r"\s+", " ", layer).replace("`", "").strip() for layer in said.split("\u203a")]
    assert layers == [layer for layer in checked if layer]


def test_the_folders_of_tests_are_said():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    said = set(re.findall(r"^\| `tests/(\w+)/` \|", text, re.MULTILINE))
    there = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert said == {name for name in there if not name.startswith("_")}


def test_no_two_modules_of_tests_have_one_name():
    counts = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    twice = {name for name, count in counts.items() if count > 1}
    assert not twice, f"pytest runs one module of a name: rename all {twice} but one"


def test_decisions_are_numbered_and_listed_and_have_all_parts():
    numbers = [int(path.name[:4]) for path in RECORDS]
    assert numbers == list(range(1, len(RECORDS) + 1))
    index = (DOCS / "decisions" / "README.md").read_text()
    for path in RECORDS:
        text = path.read_text()
        assert text.startswith(f"# {path.name[:4]} ")
        parts = re.findall(r"^## (.*)$", text, re.MULTILINE)
        assert parts == ["Why", "Decision", "Alternatives", "Consequences"], path.name
        assert f"({path.name})" in index


def test_exit_codes_are_those_of_the_errors():
    said = {int(code) for code in re.findall(r"^\| (\d+) \|", JSON, re.MULTILINE)}
    kinds = [errors.PartywallError, *errors.PartywallError.__subclasses__()]
    assert said == {0, 130} | {kind.code for kind in kinds}


def test_every_verdict_and_every_wall_is_said():
    for verdict in Verdict:
        assert f"`{verdict.value}`" in JSON
    changelog = (ROOT / "CHANGELOG.md").read_text()
    for path in (SOURCE / "proof" / "probes").glob("[!_]*.py"):
        assert f"`{path.stem}`" in JSON
        assert f"`{path.stem}`" in changelog


def test_every_wall_is_on_the_page_of_the_proof():
    page = (DOCS / "proof.md").read_text()
    for probe in found():
        assert f"| `{probe.name}` | {probe.shows} |" in page


def test_the_changelog_has_this_version():
    assert f"\n## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("target", ["setup", "demo", "test", "check", "long", "bench", "docs"])
def test_targets_that_are_documented_exist(target):
    assert f"\n{target}:" in (ROOT / "Makefile").read_text()
    assert f"make {target} " in (ROOT / "CONTRIBUTING.md").read_text()


def test_paths_in_the_checklists_exist():
    for page in (ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md"):
        for name in re.findall(r"`((?:src|tests|docs|examples)/[\w./]+)`", page.read_text()):
            assert Path(ROOT, name).exists(), f"{page.name}: {name}"
