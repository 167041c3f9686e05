"""Looks names up, connects to addresses without a word, and passes datagrams with one."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections import Counter

from partywall.proof.inside.answer import (
    DONE,
    FAILED,
    REFUSED,
    TIMED_OUT,
    UNREACHABLE,
    Answer,
    Ask,
    answer,
    of_error,
)

_SECONDS = 1.5
_BEAT = 0.1
"""Seconds between two datagrams to one port."""
_LONGEST = 64
"""Bytes of a datagram that are read: our own are shorter."""


def resolve(ask: Ask) -> Answer:
    """Look a name up; it counts when it leads to one of the addresses in question."""
    try:
        found = {
            str(one[4][0]) for one in socket.getaddrinfo(ask["name"], None, type=socket.SOCK_STREAM)
        }
    except OSError as error:
        return answer(REFUSED, error.strerror or error)
    if found & set(ask["addresses"]):
        return answer(DONE, f"{ask['name']} is {', '.join(sorted(found))}")
    return answer(REFUSED, "it is somebody else's name")


def connect(ask: Ask) -> Answer:
    """Open a connection and close it."""
    try:
        with socket.create_connection((ask["address"], ask["port"]), _SECONDS):
            return answer(DONE, f"connected to {ask['address']}:{ask['port']}")
    except OSError as error:
        return of_error(error)


def hear(ask: Ask) -> Answer:
    """Wait for datagrams on the first port that is free, and send back those that are ours.

    Ours begin with the proof's own word; what follows says who sent them. Others get no answer.
    """
    with contextlib.ExitStack() as stack:
        sockets = _listening(ask["ports"], stack)
        if not sockets:
            return answer(FAILED, "no port was free for it")
        heard: Counter[str] = Counter()
        deadline = time.monotonic() + ask["seconds"]
        while (left := deadline - time.monotonic()) > 0:
            for ready in select.select(sockets, [], [], left)[0]:
                with contextlib.suppress(OSError):
                    data, sender = ready.recvfrom(_LONGEST)
                    word, _, who = data.decode(errors="replace").partition(" ")
                    if word == ask["word"]:
                        heard[who] += 1
                        ready.sendto(data, sender)
    return answer(DONE, f"listened for datagrams for {ask['seconds']:g} s", heard=dict(heard))


def send(ask: Ask) -> Answer:
    """Send datagrams to ports of addresses for a while, until one comes back."""
    text = f"{ask['word']} {ask['who']}".encode()
    doors = [(address, port) for address in ask["addresses"] for port in ask["ports"]]
    failures: list[OSError] = []
    with contextlib.ExitStack() as stack:
        sockets = _sending(stack)
        deadline = time.monotonic() + ask["seconds"]
        while time.monotonic() < deadline:
            failures = [odd for door in doors if (odd := _sent(sockets, door, text))]
            if sender := _returned(sockets, text):
                return answer(DONE, f"a datagram came back from {sender}")
            if len(failures) == len(doors):
                time.sleep(_BEAT)
    if failures and len(failures) == len(doors):
        return answer(UNREACHABLE, failures[0].strerror or failures[0])
    return answer(TIMED_OUT, "no datagram came back")


def _listening(ports: list[int], stack: contextlib.ExitStack) -> list[socket.socket]:
    """On all addresses of the first port that is free for that, of each family that there is."""
    for port in ports:
        found = []
        for family in (socket.AF_INET, socket.AF_INET6):
            with contextlib.suppress(OSError):
                made = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
                if family == socket.AF_INET6:
                    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                made.bind(("", port))
                found.append(made)
        if found:
            return found
    return []


def _sending(stack: contextlib.ExitStack) -> dict[int, socket.socket]:
    """A socket for each family of addresses that there is here."""
    found = {}
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            made = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            made.setblocking(False)
            found[int(family)] = made
    return found


def _sent(sockets: dict[int, socket.socket], door: tuple[str, int], text: bytes) -> OSError | None:
    """Why a datagram could not be sent, if so."""
    family = socket.AF_INET6 if ":" in door[0] else socket.AF_INET
    try:
        sockets[int(family)].sendto(text, door)
    except KeyError:
        return OSError("there are no addresses of that kind here")
    except OSError as error:
        return error
    return None


def _returned(sockets: dict[int, socket.socket], text: bytes) -> str:
    """Who sent a datagram back within a beat; empty when nobody did."""
    for ready in select.select(list(sockets.values()), [], [], _BEAT)[0]:
        with contextlib.suppress(OSError):
            data, sender = ready.recvfrom(_LONGEST)
            if data == text:
                return f"{sender[0]}:{sender[1]}"
    return ""


ACTIONS = {"resolve": resolve, "connect": connect, "hear": hear, "send": send}
