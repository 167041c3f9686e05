"""The site: a page, its figures as JSON, the log book."""

import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from psycopg import Error

from tides import book
from tides.harmonics import Harbour, harbours

LONGEST = 2000
"""Bytes of a request's body."""


class Site(BaseHTTPRequestHandler):
    """Answers one visitor."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    timeout = 30
    places: ClassVar[list[Harbour]] = []

    def do_GET(self) -> None:
        """`/`, `/tides`, `/book` and `/healthz`."""
        if self.path == "/healthz":
            self.answer("ok\n")
        elif self.path == "/":
            name = os.environ.get("ENVIRONMENT", "production")
            lines = [f"Tides ({name})", *self.highs().values()]
            self.answer("\n".join(lines) + "\n")
        elif self.path == "/tides":
            self.answer(json.dumps(self.highs()), kind="application/json")
        elif self.path == "/book":
            try:
                self.answer(json.dumps(book.latest()), kind="application/json")
            except Error:
                self.answer("the log book cannot be read\n", 503)
        else:
            self.answer("not found\n", 404)

    def do_POST(self) -> None:
        """`/book`: the body is a line."""
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/book" or not 0 < length <= LONGEST:
            self.close_connection = True
            self.answer("a line is posted to /book\n", 400)
            return
        try:
            book.write(self.rfile.read(length).decode())
        except UnicodeDecodeError:
            self.answer("a line is UTF-8\n", 400)
        except Error:
            self.answer("the log book cannot be written\n", 503)
        else:
            self.answer("written\n", 201)

    def highs(self) -> dict[str, str]:
        """Harbour → when it is next high there, in words."""
        now = int(time.time() // 60)
        return {one.name: f"{one.name}: high in {one.next_high(now)} min" for one in self.places}

    def answer(self, text: str, status: int = 200, kind: str = "text/plain; charset=utf-8") -> None:
        """Send a whole answer."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing: the edge keeps a log."""


def main() -> None:
    """Compute the tables, then serve on HOST and PORT."""
    Site.places = harbours()
    for place in Site.places:
        place.fill()
    address = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8080")))
    ThreadingHTTPServer(address, Site).serve_forever()


if __name__ == "__main__":
    main()
