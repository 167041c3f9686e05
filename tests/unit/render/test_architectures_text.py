"""Architectures in words: a line for each, or everything about those that are named."""

import pytest

from partywall import catalog
from partywall.cli.render.architectures_text import list_text, named_text
from partywall.cli.render.style import Style
from partywall.model.choices import Choices
from partywall.model.errors import BadInput
from partywall.workflows.architectures import architectures

NAMES = [
    "dual", "shared", "profiles", "branches", "ports", "schemas", "limits", "snapshots", "flags",
    "hybrid",
]  # fmt: skip


def test_the_list_begins_with_the_default_and_has_every_one_with_its_letter():
    lines = list_text(architectures(), Style()).split("\n\n")[0].splitlines()
    lettered = lines[: len(NAMES)]
    assert [line.split()[0] for line in lettered] == NAMES
    assert [line.split()[1] for line in lettered] == [*"PABCDEFGH", "P+F+G+H"]
    assert len(lines) == len(catalog.presets())
    assert "Two whole stacks behind one Caddy" in lines[0]
    assert [line.endswith("(beside another: dual + …)") for line in lines].index(True) == 6


def test_one_that_is_named_says_all_that_it_gives_and_costs():
    text = named_text(architectures(["limits"]), Style(width=60))
    assert text.splitlines() == [
        "limits  F  A budget for every environment but production (beside another: dual + …)",
        "",
        "It gives",
        "  + development can never take more than its share of cores,",
        "    memory and processes",
        "  + part of its memory is reserved, so that it starts even",
        "    on a busy machine",
        "",
        "It costs",
        "  - development runs slower than production would on the",
        "    same machine",
        "  - a limit may hide a real problem: watch throttled time",
        "    and processes killed for memory",
        "",
        "It sets  limits: budget",
    ]


def test_a_base_has_a_whole_point_and_an_overlay_what_it_moves():
    found = architectures(["hybrid", "shared", "limits", "flags"])["architectures"]
    assert found["hybrid"]["choices"]["limits"] == found["limits"]["choices"]["limits"] == "budget"
    axes = set(Choices.__struct_fields__)
    assert set(found["hybrid"]["choices"]) == set(found["shared"]["choices"]) == axes
    assert len(found["limits"]["choices"]) == 1
    assert [found[name]["beside"] for name in ("hybrid", "limits", "flags")] == [False, True, True]


def test_a_name_that_nobody_has_is_an_error_with_the_nearest_one():
    with pytest.raises(BadInput) as error:
        architectures(["dual", "shred"])
    assert "did you mean `shared`?" in error.value.remedy
