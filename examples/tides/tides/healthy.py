"""`python -m tides.healthy`: whether the site of this container answers."""

import os
import socket
import sys

SECONDS = 2.0


def main() -> int:
    """0 when it does, else 1."""
    host = os.environ.get("HOST", "0.0.0.0").replace("0.0.0.0", "127.0.0.1")
    address = (host, int(os.environ.get("PORT", "8080")))
    try:
        with socket.create_connection(address, SECONDS) as link:
            link.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return 0 if b" 200 " in link.makefile("rb").readline() else 1
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
