"""Answers with the environment's name and its word; a POST adds a line to the vault."""

import http.server
import os
import signal
import sys
from pathlib import Path


class Page(http.server.BaseHTTPRequestHandler):
    """One page, and a place for notes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(f"{os.environ['NAME']} says {os.environ['WORD']}\n")

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        with Path(os.environ["VAULT_DIR"], "notes.txt").open("ab") as file:
            file.write(text + b"\n")
        self._answer("noted\n")

    def log_message(self, *_words: object) -> None:
        """Quietly: the edge keeps a log."""

    def _answer(self, text: str) -> None:
        body = text.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


def main() -> None:
    """Serve until told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = os.environ["HOST"], int(os.environ["PORT"])
    http.server.ThreadingHTTPServer(address, Page).serve_forever()


if __name__ == "__main__":
    main()
