"""The script a bare interpreter runs by path: supervisor, guardian, takeover, or inside."""

from __future__ import annotations

import importlib
import os
import sys


def main(words: list[str]) -> None:
    """Do what the first word names; the others are its arguments."""
    # Found last, so that no module beside this folder can stand in for one of Python's own.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    verb, run = words[0], words[1]
    if verb == "guardian":
        importlib.import_module("supervise.guardian").watch(run)
    elif verb == "inside":
        _inside(run, words[2:])
    else:
        supervisor = importlib.import_module("supervise.supervisor")
        lock = int(words[2]) if verb == "takeover" else -1
        supervisor.serve(run, lock)


def _inside(folder: str, words: list[str]) -> None:
    launch = importlib.import_module("supervise.launch")
    pathlib = importlib.import_module("pathlib")
    split = words.index("--")
    try:
        launch.inside(pathlib.Path(folder), words[split + 1 :], words[:split])
    except Exception as error:
        sys.exit(f"partywall: {launch.sentence_of(error)}")


if __name__ == "__main__":
    main(sys.argv[1:])
