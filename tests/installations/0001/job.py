"""Adds one line to a file in the vault: its lines tell how often the job has run."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    with Path(os.environ["VAULT_DIR"], f"{sys.argv[1]}.txt").open("a") as file:
        file.write(f"{os.environ['NAME']}\n")
