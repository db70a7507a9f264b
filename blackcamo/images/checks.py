"""Which pictures are photos: bounds on size and shape, judged before anything is decoded."""

from __future__ import annotations

from PIL import ImageFile

from blackcamo.errors import PhotoError

MIN_SIDE_PX = 32
"""Smallest side: below it neither a scorer nor a person has anything to judge."""

MAX_SIDE_PX = 65_500
"""Longest side: libjpeg's JPEG_MAX_DIMENSION, since what comes out is a JPEG."""

MAX_ASPECT = 32
"""Longest side over smallest: a proxy of 1,024 px then still has MIN_SIDE_PX."""

MAX_PIXELS = 200_000_000
"""Most pixels: the largest sensors in phones; loading one takes about 2 GB of memory."""

# A MPO or HEIF file holds further pictures (depth, gain map, burst) beside its first or primary
# one, a TIFF file pages; in these formats more than one picture means an animation.
_ANIMATED = frozenset({"GIF", "PNG", "WEBP", "AVIF"})


def check_shape(image: ImageFile.ImageFile, name: str) -> None:
    """Refuse by the header what is no photo; ``name`` stands for the file in the message.

    Raises:
        PhotoError: animated, too small, too large or too narrow.
    """
    frames = getattr(image, "n_frames", 1)
    if image.format in _ANIMATED and frames > 1:
        raise PhotoError(f"{name} is animated ({frames} frames); save one frame as a still picture")
    _check_size(image.size, name)


def too_many_pixels(name: str) -> PhotoError:
    """The refusal of a picture with more than MAX_PIXELS pixels."""
    return PhotoError(
        f"{name} has more than {MAX_PIXELS // 10**6} megapixels, the most that is read; "
        "scale it down first"
    )


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    short, long = sorted(size)
    shape = f"{name} is {width}x{height} px"
    if width * height > MAX_PIXELS:
        raise too_many_pixels(name)
    if short < MIN_SIDE_PX:
        raise PhotoError(f"{shape}; each side must have at least {MIN_SIDE_PX}: use a larger photo")
    if long > MAX_SIDE_PX:
        raise PhotoError(f"{shape}; a side may have at most {MAX_SIDE_PX}: crop it or scale it")
    if long > MAX_ASPECT * short:
        raise PhotoError(
            f"{shape}; one side may be at most {MAX_ASPECT} times as long as the other: crop it"
        )
