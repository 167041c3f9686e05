"""Serves the files of the vault, and nothing above it."""

import http.server
import os
import signal
import sys
from functools import partial


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Python's own server of files, without a log."""

    def log_message(self, *_words: object) -> None:
        """Quietly: the edge keeps a log."""


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = os.environ["HOST"], int(os.environ["PORT"])
    handler = partial(Quiet, directory=os.environ["VAULT_DIR"])
    http.server.ThreadingHTTPServer(address, handler).serve_forever()
