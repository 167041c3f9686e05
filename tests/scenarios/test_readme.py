"""The README's tour, played from its first command to its last: what it shows is what comes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import tour
from docs.pages import DOCS, ROOT

pytestmark = pytest.mark.scenario

README = ROOT / "README.md"
SECONDS = 240


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Path]:
    """A copy of the example, as after a clone; everything of it is removed in the end."""
    folder = tmp_path / "makapix"
    ignored = shutil.ignore_patterns(".partywall", ".env.*", "__pycache__")
    shutil.copytree(ROOT / "examples" / "makapix", folder, ignore=ignored)
    try:
        yield folder
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            said(folder, ["partywall", "destroy", "--all", "--yes"])


def said(folder: Path, words: list[str]) -> tuple[int, str]:
    """Exit code and everything that a terminal would show."""
    own = str(Path(sys.executable).parent)
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PATH": f"{own}:{os.environ['PATH']}", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_tour_shows_what_comes(app: Path) -> None:
    for sample in tour.samples(README.read_text()):
        if sample.words[1] == "prove" and os.geteuid() != 0:
            continue  # without root some walls cannot stand, and the page says so
        code, real = said(app, sample.words)
        assert code == 0, f"$ {sample.command}\n{real}"
        lacks = tour.unlike(sample, real)
        assert lacks is None, f"$ {sample.command}\nshown:\n{lacks}\nreal:\n{real}"


def test_what_stands_is_drawn_and_told_as_documented(app: Path) -> None:
    from docs.test_docs_json import below, documented, top  # noqa: PLC0415  (its tests stay there)

    assert said(app, ["partywall", "up", "--yes"])[0] == 0
    drawn = said(app, ["partywall", "plan", "--picture", "-"])[1]
    assert drawn.strip() == (DOCS / "picture.svg").read_text().strip()
    status = _document(app, "status")
    paths = documented("`status`")
    services = {path for path in paths if path in _SERVICE}
    assert services == _SERVICE
    for environment in status["environments"].values():
        assert set(environment) == below(paths, "environments.*.")
        for service in environment["services"].values():
            assert set(service) == _SERVICE
    assert set(status["edge"]) == _SERVICE | {"present", "ports"}
    proof = documented("`prove`")
    made = _document(app, "prove")
    assert set(made) == top(proof)
    for attempt in made["probes"]:
        assert set(attempt) == below(proof, "probes[].")


_SERVICE = {
    *("role", "state", "healthy", "memory_bytes", "uptime_seconds", "restarts"),
    *("limit_bytes", "limit_enforced", "drift", "says", "throttled_seconds", "oom_kills"),
}


def _document(folder: Path, verb: str) -> dict:
    """The document on standard output alone."""
    done = subprocess.run(
        [sys.executable, "-m", "partywall", "-C", str(folder), verb, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return json.loads(done.stdout)
