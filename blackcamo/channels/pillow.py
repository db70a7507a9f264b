"""Formats that Pillow writes, sent there and back."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from blackcamo.types import Pixels


def encoded(pixels: Pixels, form: str, **settings: Any) -> bytes:
    """The file of a picture (H, W, 3) in a format of Pillow's, without metadata."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **settings)
    return file.getvalue()


def decoded(data: bytes) -> Pixels:
    """The pixels of a file, as uint8 (H, W, 3)."""
    with Image.open(io.BytesIO(data)) as opened:
        return np.array(opened.convert("RGB"))
