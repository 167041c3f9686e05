"""One page, and one for those who are known: `app.py serve`, `healthy`, `open` or `close`."""

import http.server
import secrets
import signal
import sys
import urllib.request
from pathlib import Path

KNOWN = Path("/files/known")


class Page(http.server.BaseHTTPRequestHandler):
    """Answers everybody on `/`, and on `/me` whoever is known."""

    def do_GET(self) -> None:
        name = self.headers.get("Cookie", "").partition("=")[2]
        known = name.isalnum() and (KNOWN / name).exists()
        self.send_response(401 if self.path == "/me" and not known else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Quietly: the edge keeps a log."""


def main(verb: str) -> None:
    """Do what the word says."""
    if verb == "serve":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        http.server.ThreadingHTTPServer(("", 8080), Page).serve_forever()
    elif verb == "healthy":
        urllib.request.urlopen("http://127.0.0.1:8080/", timeout=2)
    elif verb == "open":
        KNOWN.mkdir(exist_ok=True)
        name = secrets.token_hex(8)
        (KNOWN / name).touch()
        print(f"visitor={name}")  # noqa: T201  (that is how a cookie is handed over)
    else:
        (KNOWN / sys.stdin.readline().strip().partition("=")[2]).unlink()


main(sys.argv[1])
