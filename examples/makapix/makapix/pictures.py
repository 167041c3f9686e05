"""Judges uploaded pictures and makes thumbnails."""

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 1_000_000
MAX_SIDE = 256
MAX_FRAMES = 100
THUMB_SIDE = 128


class NotAPicture(ValueError):
    """The upload is not a picture Makapix takes; the message is for the user."""


@dataclass(frozen=True)
class Picture:
    """What is known of a valid upload; sides in pixels."""

    format: str
    width: int
    height: int


def examine(content: bytes) -> Picture:
    """Return what the picture is; NotAPicture says why it is refused."""
    if not content:
        raise NotAPicture("choose a file first")
    if len(content) > MAX_BYTES:
        raise NotAPicture(f"the file is larger than {MAX_BYTES // 1000} kB")
    image = _open(content)
    _check_shape(image)
    _check_frames(image)
    return Picture((image.format or "").lower(), image.width, image.height)


def thumbnail(content: bytes) -> bytes:
    """Return a PNG of the first frame, at most THUMB_SIDE pixels wide and high.

    Small pictures grow by whole factors, so that every pixel stays a square.
    """
    from PIL import Image  # late: only the worker and uploads need it

    image = _open(content).convert("RGBA")
    largest = max(image.size)
    factor = THUMB_SIDE // largest if largest <= THUMB_SIDE else THUMB_SIDE / largest
    size = (max(1, int(image.width * factor)), max(1, int(image.height * factor)))
    result = io.BytesIO()
    image.resize(size, Image.Resampling.NEAREST).save(result, "PNG")
    return result.getvalue()


def _open(content: bytes) -> "Image":
    from PIL import Image  # late: only the worker and uploads need it

    try:
        with warnings.catch_warnings():
            # A picture that unpacks to gigabytes is refused, not warned about.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(content), formats=("PNG", "GIF", "WEBP"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning) as error:
        raise NotAPicture("the file is not a PNG, GIF or WebP picture") from error
    except Image.DecompressionBombError as error:
        raise NotAPicture(f"a side is longer than {MAX_SIDE} pixels") from error


def _check_shape(image: "Image") -> None:
    """Look at the size named in the header, before any pixel is unpacked."""
    if max(image.size) > MAX_SIDE:
        raise NotAPicture(f"a side is longer than {MAX_SIDE} pixels")


def _check_frames(image: "Image") -> None:
    """Unpack every frame, so that a truncated file is refused now and not shown broken later."""
    try:
        frames = getattr(image, "n_frames", 1)
        if frames > MAX_FRAMES:
            raise NotAPicture(f"an animation has more than {MAX_FRAMES} frames")
        for frame in range(frames):
            image.seek(frame)
            image.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, NotAPicture):
            raise
        raise NotAPicture("the picture is damaged") from error
