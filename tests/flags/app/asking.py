"""Answers whether the user in the query has the feature; `features.py` is the reference app's."""

import http.server
import os
from urllib.parse import parse_qs, urlsplit

import features

features.REMEMBERED_SECONDS = float(os.environ["REMEMBERED_SECONDS"])
FEATURES = features.Features(os.environ["FLAGS_URL"])


class Page(http.server.BaseHTTPRequestHandler):
    """One page: `on` or `off`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        user = parse_qs(urlsplit(self.path).query).get("user", ["0"])[0]
        self._answer(200, b"on" if FEATURES.new_upload_flow(int(user)) else b"off")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(404, b"no such page")

    def log_message(self, *_words: object) -> None:
        """Quietly: the edge keeps a log."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = os.environ.get("HOST", ""), int(os.environ.get("PORT", "8080"))
    http.server.ThreadingHTTPServer(address, Page).serve_forever()
