"""Answers every GET with one word."""

import http.server
import os


class Page(http.server.BaseHTTPRequestHandler):
    """One page."""

    def do_GET(self) -> None:
        """The word."""
        body = os.environ["WORD"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    address = os.environ["HOST"], int(os.environ["PORT"])
    http.server.ThreadingHTTPServer(address, Page).serve_forever()
