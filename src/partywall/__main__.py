"""`python -m partywall` and the `partywall` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Answer `--version` at once; everything else needs the command line interface."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from partywall import __version__  # noqa: PLC0415  (the point is to import nothing else)

        sys.stdout.write(f"partywall {__version__}\n")
        return
    from partywall.cli.main import main as command_line  # noqa: PLC0415  (slow to import)

    sys.exit(command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
