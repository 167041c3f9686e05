"""Which uploads are taken, and what their thumbnails look like."""

import io

import pytest
from PIL import Image

from makapix.pictures import MAX_BYTES, NotAPicture, Picture, examine, thumbnail


def drawn(kind: str, size: tuple[int, int] = (16, 12), frames: int = 1) -> bytes:
    """Draw a picture of one kind; frames differ, so that none is dropped."""
    images = [Image.new("RGB", size, (n, 200, 90)) for n in range(frames)]
    images[0].putpixel((0, 0), (255, 0, 0))
    into = io.BytesIO()
    if frames > 1:
        images[0].save(into, kind, save_all=True, append_images=images[1:])
    else:
        images[0].save(into, kind)
    return into.getvalue()


@pytest.mark.parametrize("kind", ["png", "gif", "webp"])
def test_the_three_formats_are_taken(kind: str) -> None:
    assert examine(drawn(kind)) == Picture(kind, 16, 12)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_animations_are_taken(kind: str) -> None:
    assert examine(drawn(kind, frames=3)).format == kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "choose a file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG, GIF or WebP"),
        (b"\x89PNG\r\n\x1a\n", "not a PNG, GIF or WebP"),
        (drawn("bmp"), "not a PNG, GIF or WebP"),
        (drawn("jpeg"), "not a PNG, GIF or WebP"),
        (drawn("png", (257, 1)), "longer than 256"),
        (drawn("gif", (8, 8), frames=101), "more than 100 frames"),
        (drawn("png", (200, 200))[:-60], "damaged"),
        (drawn("webp", (64, 64))[:-20], "damaged|not a PNG"),
        (drawn("png") + b"\0" * MAX_BYTES, "larger than 1000 kB"),
    ],
)
def test_others_are_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises(NotAPicture, match=why):
        examine(content)


def test_a_bomb_is_refused_by_its_header() -> None:
    bomb = bytearray(drawn("png"))
    bomb[16:24] = (50_000).to_bytes(4) * 2
    with pytest.raises(NotAPicture):
        examine(bytes(bomb))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((16, 16), (128, 128)), ((60, 30), (120, 60)), ((256, 1), (128, 1)), ((1, 1), (128, 128))],
)
def test_thumbnails_fit_and_keep_square_pixels(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    small = Image.open(io.BytesIO(thumbnail(drawn("png", size))))
    assert (small.format, small.size) == ("PNG", expected)


def test_a_thumbnail_shows_the_pixels_unblurred() -> None:
    small = Image.open(io.BytesIO(thumbnail(drawn("png", (16, 16)))))
    assert small.getpixel((7, 7)) == (255, 0, 0, 255)
    assert small.getpixel((8, 8)) == (0, 200, 90, 255)
