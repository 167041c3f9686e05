"""Answers a health check: of this container's HTTP server, or of its worker by heartbeat.

Only the standard library, and little of it: this runs every few seconds.
"""

import os
import socket
import sys
from functools import partial

from makapix.environment import listen_address, optional, required

TIMEOUT = 2.0
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def http_is_healthy(path: str) -> bool:
    """Tell whether the server on HOST and PORT answers 200."""
    host, port = listen_address()
    request = f"GET {path} HTTP/1.0\r\nHost: health\r\n\r\n"
    with socket.create_connection((ANY_ADDRESS.get(host, host), port), TIMEOUT) as link:
        link.sendall(request.encode())
        return link.makefile("rb").readline().split()[1:2] == [b"200"]


def prefixed(key: str) -> str:
    """Return the name of a key in a cache that others may use too."""
    return optional("REDIS_PREFIX", "") + key


def heartbeat_key() -> str:
    """Return the cache key that this machine's (or container's) worker keeps alive."""
    return prefixed(f"heartbeat:{socket.gethostname()}")


def worker_is_healthy() -> bool:
    """Tell whether the worker's heartbeat is still in the cache."""
    from urllib.parse import unquote, urlsplit  # late: the HTTP check does without

    url = urlsplit(required("REDIS_URL"))
    commands = []
    if url.password:
        commands.append(["AUTH", unquote(url.username or "default"), unquote(url.password)])
    commands += [["SELECT", url.path.strip("/") or "0"], ["EXISTS", heartbeat_key()]]
    with socket.create_connection((url.hostname or "127.0.0.1", url.port or 6379), TIMEOUT) as link:
        link.sendall(b"".join(map(_encoded, commands)))
        replies = link.makefile("rb")
        return [replies.readline() for _ in commands][-1].strip() == b":1"


def _encoded(command: list[str]) -> bytes:
    """Write one command in the Redis protocol (RESP arrays of bulk strings)."""
    parts = [part.encode() for part in command]
    head = b"*%d\r\n" % len(parts)
    return head + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def main(arguments: list[str]) -> int:
    """Return 0 when healthy, 1 when not, 2 on wrong use."""
    match arguments:
        case ["http", path]:
            check = partial(http_is_healthy, path)
        case ["heartbeat"]:
            check = partial(worker_is_healthy)
        case _:
            sys.stderr.write("use: python -m makapix.healthy http PATH | heartbeat\n")
            return 2
    try:
        return 0 if check() else 1
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # skips the interpreter's clean-up, which takes longer than the check
