"""The service needs nothing of the project: its folder can be copied alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import partywall.flags.service

FOLDER = Path(partywall.flags.service.__file__).parent


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_it_imports_itself_the_standard_library_and_the_evaluator() -> None:
    names = {name for path in FOLDER.rglob("*.py") for name in imported(path)}
    foreign = {name for name in names if not name.startswith(".")}
    assert not any(name.startswith("..") for name in names)
    assert {name.partition(".")[0] for name in foreign} <= sys.stdlib_module_names | {"openfeature"}
