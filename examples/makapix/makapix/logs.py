"""Sends plain log lines to stdout, the same way in every process."""

import logging
import sys


def log_to_stdout() -> None:
    """Set up logging for the whole process."""
    logging.basicConfig(
        stream=sys.stdout,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
