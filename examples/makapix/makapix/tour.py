"""Walks through a club that stands, as two people would: ``python -m makapix.tour URL``.

Everything goes over HTTP, as from a browser: both register, the artist logs out and in and uploads
a picture, the worker makes a thumbnail, the friend reacts and comments, the artist is told, and the
vault shows the picture. What happens is said on stderr; on stdout is what stays behind: the
artist's name and the picture's file. The exit code is 1 when a step does not go as it should.

Where the address asks for a password, the URL names the user (``https://dev@dev.example.org``) and
TOUR_PASSWORD has the password. SSL_CERT_FILE names the root of a certificate that nobody knows.
"""

import http.client
import os
import re
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from makapix.browser import Person, Site, Stopped, form
from makapix.sprites import sprite
from makapix.vault import key_of

USAGE = "usage: python -m makapix.tour URL"
PASSWORD = "TOUR_PASSWORD"
PATIENCE = 30.0
"""Seconds for what the worker does: it looks once a second, and the machine may be busy."""
_VAULT = re.compile(r'data-vault="([^"]*)"')
T = TypeVar("T")


def waits(found: Callable[[], T | None], what: str) -> T:
    """Return what is found as soon as there is something."""
    deadline = time.monotonic() + PATIENCE
    while not (said := found()):
        if time.monotonic() > deadline:
            raise Stopped(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.1)
    sys.stderr.write(f"{what}\n")
    return said


def walk(site: Site) -> tuple[str, str]:
    """Go through the club and return the artist's name and the picture's file."""
    mark = secrets.token_hex(4)
    artist, friend = Person(site, f"artist_{mark}"), Person(site, f"friend_{mark}")
    waits(lambda: artist.asks("GET", "/api/about").json().get("broker"), "the broker answers")
    arrive(artist, friend)
    picture = sprite(secrets.randbelow(10**9))
    post = upload(artist, picture)
    shown(friend, post, picture)
    talk(artist, friend, post)
    leave(artist, friend)
    return artist.handle, str(post["file"])


def arrive(artist: Person, friend: Person) -> None:
    """Both register; who logged out has to log in again, with the right password."""
    for one in (artist, friend):
        one.does("registers", 201, "POST", "/api/users", one.login())
    friend.does("follows", 204, "PUT", f"/api/users/{artist.handle}/follow")
    artist.does("logs out", 204, "DELETE", "/api/sessions")
    artist.does("is a stranger", 401, "GET", "/api/notifications")
    wrong = {**artist.login(), "password": "not this one"}
    artist.does("is not let in with another password", 401, "POST", "/api/sessions", wrong)
    artist.does("logs in", 200, "POST", "/api/sessions", artist.login())


def upload(artist: Person, picture: bytes) -> dict[str, Any]:
    """Upload a picture; return its post with the thumbnail that the worker makes."""
    body = form(f"By {artist.handle}", picture)
    made = artist.does("uploads a picture", 201, "POST", "/api/posts", body).json()["post"]

    def finished() -> dict[str, Any] | None:
        post = dict(artist.asks("GET", f"/api/posts/{made['id']}").json()["post"])
        return post if post["thumb"] else None

    return waits(finished, "the worker made a thumbnail")


def shown(friend: Person, post: dict[str, Any], picture: bytes) -> None:
    """The gallery has the post, and the vault, at its own address, has both files."""
    gallery = friend.does("sees the gallery", 200, "GET", "/api/posts").json()["posts"]
    if post["id"] not in [one["id"] for one in gallery]:
        raise Stopped("the post is not in the gallery")
    page = friend.does("opens the page", 200, "GET", "/").content.decode()
    vault = _VAULT.search(page)
    if vault is None:
        raise Stopped("the page names no vault")
    for name in (post["file"], post["thumb"]):
        found = friend.does("looks into the vault", 200, "GET", f"{vault[1]}/{name}").content
        if key_of(found) not in name or (name == post["file"] and found != picture):
            raise Stopped(f"the vault has another content of {name}")


def talk(artist: Person, friend: Person, post: dict[str, Any]) -> None:
    """What the friend does, the artist is told, and the post counts."""
    here = f"/api/posts/{post['id']}"
    friend.does("reacts", 204, "PUT", f"{here}/reactions/heart")
    friend.does("comments", 201, "POST", f"{here}/comments", {"body": "Shiny!"})

    def told() -> bool | None:
        notes = artist.asks("GET", "/api/notifications").json()["notifications"]
        kinds = {note["kind"] for note in notes if note["actor"] == friend.handle}
        return kinds == {"follow", "reaction", "comment"} or None

    waits(told, "the artist is told of all three")
    counted = friend.asks("GET", here).json()["post"]
    if (counted["comment_count"], counted["reaction_count"]) != (1, 1):
        raise Stopped(f"the post counts wrongly: {counted}")


def leave(*people: Person) -> None:
    """Everybody logs out, and is nobody then."""
    for one in people:
        one.does("logs out", 204, "DELETE", "/api/sessions")
        if one.asks("GET", "/api/me").json() != {"user": None}:
            raise Stopped(f"{one.handle} is still logged in")


def main() -> None:
    """Walk, and say what stays behind."""
    if len(sys.argv) != 2 or urlsplit(sys.argv[1]).scheme not in ("http", "https"):
        raise SystemExit(USAGE)
    try:
        artist, picture = walk(Site(sys.argv[1], os.environ.get(PASSWORD, "")))
    except (Stopped, OSError, http.client.HTTPException) as error:
        raise SystemExit(str(error)) from None
    sys.stdout.write(f"{artist} {picture}\n")


if __name__ == "__main__":
    main()
