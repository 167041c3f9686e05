"""Asks the Compose CLI for the canonical form of every folder under compose/ and keeps its exact answer."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CASES = Path(__file__).resolve().parent / "compose"
ANSWERS = ("expected.yaml", "stderr", "exit")
# The neutral place every case seems to lie in; its parent stands for the temporary folder really used.
NEUTRAL = "/srv/app"
NOBODY = 65534


def question(case: Path) -> list[str]:
    """Return the arguments of one case: -f, -p and the case's own, which come later and so win."""
    extra = case / "arguments"
    own = extra.read_text().split("\n")[:-1] if extra.exists() else []
    files = [] if "-f" in own else ["-f", "compose.yaml"]
    late = [
        word
        for word in own
        if word
        in ("--no-interpolate", "--no-env-resolution", "--no-consistency", "--no-path-resolution")
    ]
    early = [word for word in own if word not in late]
    return ["-p", case.name, *files, *early, "config", "--format", "yaml", *late]


def ask(program: str, case: Path) -> None:
    """Run one case in a copy under an empty environment and write its three answers."""
    with tempfile.TemporaryDirectory() as top:
        place = Path(top).resolve() / Path(NEUTRAL).name
        shutil.copytree(case, place, ignore=shutil.ignore_patterns(*ANSWERS))
        user = None
        if case.name == "unreadable":  # root reads everything, so this one is asked by nobody
            Path(top).chmod(0o755)
            (place / "compose.yaml").chmod(0)
            user = NOBODY
        done = subprocess.run(
            [program, *question(case)],
            cwd=place,
            env={},
            user=user,
            capture_output=True,
            check=False,
            timeout=60,
        )
        real, neutral = os.fsencode(place.parent), os.fsencode(Path(NEUTRAL).parent)
        (case / "expected.yaml").write_bytes(done.stdout.replace(real, neutral))
        (case / "stderr").write_bytes(done.stderr.replace(real, neutral))
        (case / "exit").write_text(f"{done.returncode}\n")


def capture(program: str) -> None:
    """Ask every case and note which Compose answered."""
    for case in sorted(CASES.iterdir()):
        if case.is_dir():
            ask(program, case)
    version = subprocess.run(
        [program, "version", "--format", "json"], env={}, capture_output=True, check=True
    )
    (CASES / "version.json").write_bytes(version.stdout)
