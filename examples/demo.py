"""Brings Makapix Club up as production and development, side by side, and proves the wall."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent / "makapix"
PARTYWALL = (str(Path(sys.executable).with_name("partywall")), "-C", str(HERE))


def run(*words: str) -> int:
    """One verb, shown as the user would type it."""
    print(f"\n$ partywall {' '.join(words)}", flush=True)
    return subprocess.run([*PARTYWALL, *words], check=False).returncode


def password() -> str:
    """The password for development, which only its owner may see."""
    words = ("env", "dev", "PARTYWALL_PASSWORD", "--reveal")
    done = subprocess.run([*PARTYWALL, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def main() -> int:
    """Up, status, proof; the first failure ends it."""
    for words in (("up", "--yes"), ("status",)):
        if code := run(*words):
            return code
    crossed = run("prove")
    print(f"\ndevelopment: user dev, password {password()}")
    if crossed and os.geteuid() != 0:
        print("Without root all environments run as you, so some walls cannot stand: see above.")
        return 0
    print("`make demo-down` removes it again.")
    return crossed


if __name__ == "__main__":
    sys.exit(main())
