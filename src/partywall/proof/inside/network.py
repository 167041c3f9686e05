"""Looks names up and connects to addresses; nothing is sent."""

from __future__ import annotations

import socket

from partywall.proof.inside.answer import DONE, REFUSED, Answer, Ask, answer, of_error

_SECONDS = 1.5


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


ACTIONS = {"resolve": resolve, "connect": connect}
