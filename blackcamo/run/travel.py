"""How a camouflage travels: its score after what platforms and people do to a file.

Nothing here is searched for; it says what is left of a camouflage elsewhere.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.oracle import Oracle
from blackcamo.types import Pixels


def _encoded(pixels: Pixels, *, form: str, quality: int) -> Pixels:
    """What arrives of a picture in another format."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, quality=quality)
    with Image.open(file) as opened:
        return np.asarray(opened.convert("RGB"))


def _cropped(pixels: Pixels) -> Pixels:
    """One pixel less at the left and the top."""
    return Channel().send(np.ascontiguousarray(pixels[1:, 1:]))[1]


def _resized(pixels: Pixels, *, percent: int) -> Pixels:
    height_px, width_px = (max(round(side * percent / 100), 1) for side in pixels.shape[:2])
    small = Image.fromarray(pixels).resize((width_px, height_px), Image.Resampling.LANCZOS)
    return Channel().send(np.asarray(small))[1]


def _jpeg(pixels: Pixels, *, channel: Channel) -> Pixels:
    return channel.send(pixels)[1]


TRIPS: dict[str, Callable[[Pixels], Pixels]] = {
    "jpeg 75": partial(_jpeg, channel=Channel(75)),
    "jpeg 85": partial(_jpeg, channel=Channel(85)),
    "jpeg 95": partial(_jpeg, channel=Channel(95)),
    "jpeg 90 4:4:4": partial(_jpeg, channel=Channel(90, "4:4:4")),
    "webp 80": partial(_encoded, form="WEBP", quality=80),
    "avif 75": partial(_encoded, form="AVIF", quality=75),
    "crop 1 px": _cropped,
    "resize 90 %": partial(_resized, percent=90),
    "resize 75 %": partial(_resized, percent=75),
}
"""What may happen to a delivered file, by name; crops and resizes are sent as JPEG 90 again."""


def travelled(pixels: Pixels, oracle: Oracle) -> dict[str, float | None]:
    """The scores of a delivered picture (H, W, 3) after each trip; None where there is none.

    Each is asked for alone, in full precision, as a query of the oracle's own ledger.
    """
    asked = {
        name: oracle.ask([(name, trip(pixels))], kind="verify", reference=True)[0]
        for name, trip in TRIPS.items()
    }
    return {name: None if a.error is not None else a.score for name, a in asked.items()}
