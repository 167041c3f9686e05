"""Says who it is; a branch changes what it says."""

import http.server
import os

WORDS = "main's page"


class Page(http.server.BaseHTTPRequestHandler):
    """One page."""

    def do_GET(self) -> None:
        body = f"{os.environ['NAME']}: {WORDS}, {os.environ['WORD']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()
