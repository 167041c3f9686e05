"""Draws made-up pixel art: the same number always gives the same file, on any machine."""

import colorsys
import hashlib
import struct
import zlib

SIDE = 16
Colour = tuple[int, int, int]


def choose(below: int, *what: object) -> int:
    """Return a number from 0 to ``below`` - 1 that depends on ``what`` alone.

    A digest, since the numbers of the random module differ between versions of Python.
    """
    digest = hashlib.sha256(":".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:8]) % below


def sprite(number: int) -> bytes:
    """Return a PNG of a creature, mirrored left to right as creatures are."""
    colours = palette(number)
    half = [[_pixel(number, x, y) for x in range(SIDE // 2)] for y in range(SIDE)]
    rows = [[colours[cell] for cell in row + row[::-1]] for row in half]
    return encode_png(rows)


def palette(number: int) -> list[Colour]:
    """Return four colours: a dark ground, two for the body, a light one for the eyes."""
    hue = choose(360, number, "hue")
    return [_colour(hue + 180, 0.16), _colour(hue, 0.9), _colour(hue + 40, 0.65), (250, 246, 232)]


def _pixel(number: int, x: int, y: int) -> int:
    """Return a colour's place in the palette; the ground shows more towards the rim."""
    distance = (SIDE // 2 - 1 - x) + abs(y - SIDE // 2)
    if choose(SIDE, number, x, y) < distance:
        return 0
    return 1 + choose(9, number, y, x, "body") // 4


def _colour(hue: int, value: float) -> Colour:
    """Return a fairly saturated colour of a hue in degrees and a value from 0 to 1."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 360 / 360, 0.62, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def encode_png(rows: list[list[Colour]]) -> bytes:
    """Write an RGB picture as PNG (ISO/IEC 15948), uncompressed so that the bytes never vary."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    lines = b"".join(b"\0" + bytes(part for pixel in row for part in pixel) for row in rows)
    chunks = [(b"IHDR", header), (b"IDAT", _stored(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _stored(data: bytes) -> bytes:
    """Wrap up to 64 KiB as one stored block (RFC 1950 and 1951): every zlib would agree."""
    length = struct.pack("<HH", len(data), len(data) ^ 0xFFFF)
    return b"\x78\x01\x01" + length + data + struct.pack(">I", zlib.adler32(data))
