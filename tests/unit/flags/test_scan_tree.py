"""Whole trees: which files are read, ten planted cases in the example, and none without."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from datetime import date
from pathlib import Path

import pytest

from partywall.flags.scanning.found import Found
from partywall.flags.scanning.scan import scan
from partywall.flags.stale import Known, stale
from partywall.model.errors import Place
from unit.flags.asking import flat

ROOT = Path(__file__).parents[3]
ASKS = 'client.get_boolean_value("a", False)\n'


def put(folder: Path, name: str, text: str | bytes = ASKS) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def files(folder: Path) -> list[str]:
    return [use.place.file for use in scan(folder).uses]


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("examples/makapix", [("new_upload_flow", "makapix/features.py")]),
        ("examples/tides", []),
    ],
)
def test_the_examples_ask_for_what_they_define(name, asked):
    found = scan(ROOT / name)
    assert [(use.key, use.place.file) for use in found.uses] == asked
    assert found.unreadable == ()


def test_partywall_asks_for_no_flag():
    assert scan(ROOT / "src").uses == ()


def test_what_git_ignores_is_not_read_and_what_is_new_is(tmp_path):
    git(tmp_path, "init", "-q")
    for name in ("known.py", "new.py", "ignored.py", "build/known.py", "node_modules/x.py"):
        put(tmp_path, name)
    put(tmp_path, ".gitignore", "ignored.py\n")
    git(tmp_path, "add", "known.py", "build/known.py", "node_modules/x.py", ".gitignore")
    assert files(tmp_path) == ["build/known.py", "known.py", "new.py"]
    assert files(tmp_path / "build") == ["known.py"]


def test_a_file_that_git_knows_and_that_is_gone_is_passed_over(tmp_path):
    git(tmp_path, "init", "-q")
    put(tmp_path, "known.py")
    gone = put(tmp_path, "gone.py")
    git(tmp_path, "add", ".")
    gone.unlink()
    assert files(tmp_path) == ["known.py"]


def test_without_git_everything_is_read_that_people_write(tmp_path):
    for name in (
        "a.py", "deep/er/b.py", ".hidden/x.py", "node_modules/y/x.py", "vendor/x.py", "dist/x.py",
        "mine/x.py", "target/x.py",
    ):  # fmt: skip
        put(tmp_path, name)
    put(tmp_path, "mine/pyvenv.cfg", "")
    assert files(tmp_path) == ["a.py", "deep/er/b.py"]


def test_what_is_too_large_or_no_text_is_not_read(tmp_path):
    put(tmp_path, "large.py", ASKS + "#" * 1024 * 1024)
    put(tmp_path, "latin.py", ASKS.encode() + b"# \xe9")
    put(tmp_path, "fine.py", ASKS + "#" * 1024)
    os.mkfifo(tmp_path / "pipe.py")
    assert files(tmp_path) == ["fine.py"]


def test_links_are_not_followed(tmp_path):
    put(tmp_path, "outside/a.py")
    inside = tmp_path / "inside"
    put(inside, "b.py")
    (inside / "link.py").symlink_to(tmp_path / "outside/a.py")
    (inside / "folder").symlink_to(tmp_path / "outside")
    assert files(inside) == ["b.py"]


def test_pages_that_mention_a_call_are_no_code(tmp_path):
    for name in ("README.md", "notes.txt", "flags.yaml", "a.min.js"):
        put(tmp_path, name, "client.getBooleanValue('a', false)\n" + ASKS)
    assert scan(tmp_path) == Found()


def test_places_are_in_the_order_of_names(tmp_path):
    put(tmp_path, "b.py", "\n" + ASKS + "client.get_string_value(key, '')\n")
    put(tmp_path, "a.go", 'client.BooleanValue(ctx, "z", false, e)')
    assert flat(scan(tmp_path)) == [("z", 1), ("a", 2), (None, 3)]
    assert str(scan(tmp_path).uses[1].place) == "b.py:2"


def test_two_thousand_files_take_about_a_second(tmp_path):
    body = "".join(f"def f{one}(x):\n    return get(x, 'value {one}')\n\n" for one in range(120))
    for one in range(2000):
        put(tmp_path, f"p{one % 40}/m{one}.py", body + (ASKS if one % 20 == 0 else ""))
    scan(tmp_path / "p1")
    started = time.process_time()
    assert len(scan(tmp_path).uses) == 100
    assert time.process_time() - started < 3


# Ten cases, planted in the example: each kind at least once, in several languages.

TODAY = date(2026, 6, 30)
FLAGS = Place("flags.yaml", 1)
PLANTED = {
    "makapix/cart.py": 'from openfeature import api\n\nNEW = "new-cart"\nflags = api.get_client()\n'
    'if flags.get_boolean_value(NEW, False):\n    flags.get_string_value("cart-colour", "")\n',
    "makapix/page/static/shop.js": "const on = client.getBooleanValue('dark-mode', false);\n"
    "// client.getBooleanValue('gone-long-ago', false)\n",
    "makapix/page/Shop.tsx": "const { value } = useFlag('typo-in-react', false);\n",
    "gate/main.go": 'v, _ := client.BooleanValue(ctx, "slow-lane", false, e)\n',
    "gate/Gate.java": 'class Gate { boolean on = client.getBooleanValue("typo-in-java", true); }\n',
    "gate/ask.rb": 'client.fetch_boolean_value(flag_key: "old-gate", default_value: false)\n',
    "docs/flags.md": "Call `client.get_boolean_value('only-mentioned', False)`.\n",
}
COUNTED = 1_700_000_000.0
DEFINED = [
    Known(key="new-cart", place=FLAGS, on_days=31),
    Known(key="cart-colour", place=FLAGS, on_days=200, counted=COUNTED, evaluated=COUNTED),
    Known(key="dark-mode", place=FLAGS, off_days=90),
    Known(key="slow-lane", place=FLAGS, expires="2026-05-31", owner="ada"),
    Known(key="old-gate", place=FLAGS, counted=COUNTED),
    Known(key="gone-long-ago", place=FLAGS),
    Known(key="only-mentioned", place=FLAGS, expires="2026-07-31", on_days=3),
    Known(key="new_upload_flow", place=FLAGS, expires="2027-12-31"),  # the example's own
]


def test_ten_planted_cases_are_found_and_nothing_else(tmp_path):
    shutil.copytree(ROOT / "examples/makapix", tmp_path / "app", ignore=_not_made_here)
    for name, text in PLANTED.items():
        put(tmp_path / "app", name, text)
    found = scan(tmp_path / "app")
    assert found.unreadable == ()
    said = [(one.kind.value, one.flag, str(one.place)) for one in stale(DEFINED, found, TODAY)]
    assert said == [
        ("expired", "slow-lane", "flags.yaml:1"),
        ("fully-off", "dark-mode", "flags.yaml:1"),
        ("fully-on", "cart-colour", "flags.yaml:1"),
        ("fully-on", "new-cart", "flags.yaml:1"),
        ("undefined", "typo-in-java", "gate/Gate.java:1"),
        ("undefined", "typo-in-react", "makapix/page/Shop.tsx:1"),
        ("unevaluated", "cart-colour", "flags.yaml:1"),
        ("unevaluated", "old-gate", "flags.yaml:1"),
        ("unused", "gone-long-ago", "flags.yaml:1"),
        ("unused", "only-mentioned", "flags.yaml:1"),
    ]


def _not_made_here(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"__pycache__", ".partywall"}]
