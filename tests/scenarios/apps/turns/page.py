"""Says who it is; a number that is handed in is acknowledged when all three stores have it."""

import http.client
import http.server
import os
import socket
import struct
import sys
from pathlib import Path

NAME = os.environ["NAME"]
SICK = Path(f"/marks/{NAME}.sick")


class Page(http.server.BaseHTTPRequestHandler):
    """One page, and a place for numbers."""

    def do_GET(self) -> None:
        self._answer(500 if SICK.exists() else 200, f"{NAME} says hello")

    def do_POST(self) -> None:
        number = int(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            to_database(number)
            to_cache(number)
            to_file(number)
        except OSError as error:
            self._answer(500, str(error))
        else:
            self._answer(200, "taken")

    def log_message(self, *_words: object) -> None:
        """Quietly: the edge keeps a log."""

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


def to_file(number: int) -> None:
    with Path("/files/notes").open("a") as file:
        file.write(f"{number}\n")
        file.flush()
        os.fsync(file.fileno())


def to_cache(number: int) -> None:
    with socket.create_connection(("cache", 6379), 5) as cache:
        cache.sendall(f"RPUSH seen {number}\r\n".encode())
        if not cache.recv(64).startswith(b":"):
            raise OSError("the cache did not take it")


def to_database(number: int) -> None:
    """The few words of PostgreSQL's protocol that one statement takes."""
    with socket.create_connection(("db", 5432), 5) as database, database.makefile("rb") as said:
        words = b"user\0app\0database\0app\0\0"
        database.sendall(struct.pack("!ii", 8 + len(words), 196608) + words)
        until_ready(said)
        statement = f"INSERT INTO seen VALUES ({number})\0".encode()
        database.sendall(b"Q" + struct.pack("!i", 4 + len(statement)) + statement)
        until_ready(said)


def until_ready(said) -> None:
    while (head := said.read(5))[:1] != b"Z":
        if len(head) < 5 or head[:1] == b"E":
            raise OSError("the database did not take it")
        said.read(struct.unpack("!i", head[1:])[0] - 4)
    said.read(struct.unpack("!i", head[1:])[0] - 4)


def healthy() -> None:
    """What the health check asks."""
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=2)
    connection.request("GET", "/")
    status = connection.getresponse().status
    sys.stdout.write(f"answered {status}\n")
    sys.exit(status != 200)


if sys.argv[1:] == ["healthy"]:
    healthy()
http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()
