"""The contracts of `.importlinter`: each planted violation is refused, the package is not."""

from __future__ import annotations

import ast
import contextlib
import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

import partywall

SOURCE = Path(partywall.__file__).parent
CONTRACTS = Path(__file__).parents[2] / ".importlinter"

DOWNWARD = "Imports go only downward"
PURITY = "The core touches neither the machine nor anything else"
ENGINES = "Engines do not know each other"
PROBES = "Probes do not know each other"

PURE = ("architectures.dual", "axes.route", "planning.diff", "interfaces.reach", "model.world")
"""A module of each package that must stay pure."""
LAYERS = (
    ("cli.main",),
    ("workflows.status",),
    ("catalog",),
    ("proof.prove",),
    ("data.observe", "flags.counts", "edge.caddy", "engines.embedded.build", "execution.state"),
    ("compose.read", "architectures.dual"),
    ("axes.world", "planning.diff"),
    ("system.files",),
    ("interfaces.reach",),
    ("model.world",),
)
"""A module of each package, top layer first."""


class Copy:
    """The package under another name, so that what is imported already stays as it is."""

    name = "planted_partywall"

    def __init__(self, folder: Path) -> None:
        self.config = folder / "contracts"
        self._source = folder / self.name
        shutil.copytree(SOURCE, self._source, ignore=shutil.ignore_patterns("__pycache__"))
        for path in self._source.rglob("*.py"):
            path.write_text(self._renamed(path.read_text()))
        self.config.write_text(self._renamed(CONTRACTS.read_text()))

    def _renamed(self, text: str) -> str:
        return re.sub(r"\bpartywall\b", self.name, text)

    @contextlib.contextmanager
    def with_line(self, module: str, line: str) -> Iterator[None]:
        """Add a line to a module while inside; a module that is not there is made."""
        path = self._source / f"{module.replace('.', '/')}.py"
        package = path.parent
        new = not package.exists()
        package.mkdir(exist_ok=True)
        if new:
            (package / "__init__.py").touch()
        before = path.read_text() if path.exists() else ""
        path.write_text(f"{before}\n{self._renamed(line)}\n")
        yield
        path.write_text(before)
        if new:
            shutil.rmtree(package)

    def passes(self) -> bool:
        """Whether every contract is kept."""
        return lint_imports(str(self.config), cache_dir=None, is_debug_mode=True, no_logo=True)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    configure()
    folder = tmp_path_factory.mktemp("copy")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield Copy(folder)


@pytest.fixture
def broken(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, str], tuple[list[str], str]]:
    """What is broken when a line is added to a module: names of contracts, and the report."""

    def lint(module: str, line: str) -> tuple[list[str], str]:
        with copy.with_line(module, line):
            assert not copy.passes()
        said = capsys.readouterr().out
        return re.findall(r"^(.+) BROKEN", said, re.MULTILINE), said

    return lint


def importing(module: str) -> str:
    package, _, name = f"partywall.{module}".rpartition(".")
    return f"from {package} import {name} as planted"


def test_the_package_keeps_every_contract(copy, capsys):
    assert copy.passes(), capsys.readouterr().out


@pytest.mark.parametrize(
    ("low", "high"),
    [
        *(pair for up, down in itertools.pairwise(LAYERS) for pair in itertools.product(down, up)),
        *(pair for layer in LAYERS for pair in itertools.permutations(layer, 2)),
        ("model.world", "cli.main"),
    ],
)
def test_an_import_upwards_or_sidewards_is_refused(broken, low, high):
    assert DOWNWARD in broken(low, importing(high))[0]


def test_a_package_without_a_layer_is_refused(broken):
    names, said = broken("helpers.more", "")
    assert names == [DOWNWARD]
    assert "planted_partywall.helpers" in said


EFFECTFUL = (
    "import os",
    "import subprocess",
    "import socket",
    "from time import time",
    "import random",
    "import psycopg",
    "import yaml",
    "from redis import Redis",
    "from paho.mqtt import client",
    "def planted() -> None:\n    import shutil",
)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        *itertools.product(PURE, (EFFECTFUL[0], importing("system.files"))),
        *itertools.product(["planning.diff"], EFFECTFUL),
    ],
)
def test_something_effectful_in_the_core_is_refused(broken, module, line):
    assert PURITY in broken(module, line)[0]


def test_what_is_pure_beyond_layers_is_its_own_contract(broken):
    assert broken("planning.diff", "import os")[0] == [PURITY]
    assert broken("planning.diff", importing("system.files"))[0] == [PURITY]


def test_an_engine_that_knows_another_is_refused(broken):
    assert broken("engines.other.build", importing("engines.embedded.build"))[0] == [ENGINES]


def test_a_probe_that_knows_another_is_refused(broken):
    assert broken("proof.probes.cache", importing("proof.probes.vault"))[0] == [PROBES]


def test_every_contract_has_a_planted_violation():
    names = re.findall(r"^name = (.+)$", CONTRACTS.read_text(), re.MULTILINE)
    assert set(names) == {DOWNWARD, PURITY, ENGINES, PROBES}


@pytest.fixture(scope="module")
def core() -> dict[Path, list[ast.AST]]:
    """Every node of every module of the core: contracts see modules, these see names."""
    packages = ("architectures", "axes", "planning", "model")
    paths = [path for package in packages for path in (SOURCE / package).rglob("*.py")]
    return {path: list(ast.walk(ast.parse(path.read_text()))) for path in paths}


def test_of_pathlib_the_core_takes_only_what_touches_no_disk(core):
    for path, nodes in core.items():
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "pathlib":
                assert {one.name for one in node.names} == {"PurePosixPath"}, path
            assert not (isinstance(node, ast.Import) and node.names[0].name == "pathlib"), path


def test_the_core_calls_no_built_in_that_reaches_out(core):
    forbidden = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}
    for path, nodes in core.items():
        called = {
            one.func.id
            for one in nodes
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
        }
        assert not called & forbidden, path
