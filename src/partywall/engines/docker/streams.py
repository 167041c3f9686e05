"""What containers write, as the engine hands it on: frames, lines and times; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from partywall.engines.docker.understand import Inspected, epoch

_HEAD = 8
"""Bytes before each piece without a terminal: which stream it is of, and its size."""
_SECOND = len("2006-01-02T15:04:05")


def framed(inspected: Inspected) -> bool:
    """Whether pieces have heads: a terminal has one stream alone."""
    return not inspected["Config"].get("Tty")


def lines(pieces: Iterable[bytes], *, framed: bool) -> Iterator[str]:
    """Each line as soon as it is whole; one without an end comes last."""
    rests: dict[int, bytes] = {}
    for stream, data in _frames(pieces) if framed else ((0, piece) for piece in pieces):
        *whole, rests[stream] = (rests.get(stream, b"") + data).split(b"\n")
        yield from map(_text, whole)
    yield from (_text(rest) for rest in rests.values() if rest)


def _frames(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The stream and the bytes of every frame, wherever the pieces end."""
    held = b""
    for piece in pieces:
        held += piece
        while len(held) >= _HEAD:
            size = int.from_bytes(held[4:_HEAD], "big")
            if len(held) < _HEAD + size:
                break
            yield held[0], held[_HEAD : _HEAD + size]
            held = held[_HEAD + size :]


def timed(line: str) -> tuple[str, str]:
    """The time before a line, and the line; times of one container compare as texts."""
    time, _, text = line.partition(" ")
    return time, text


def since(time: str) -> str:
    """A time as the engine takes it in a question: seconds and nanoseconds since the epoch."""
    seconds = epoch(f"{time[:_SECOND]}Z") or 0.0
    return f"{int(seconds)}.{time[_SECOND:].strip('.Z') or 0}"


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode(errors="replace")
