"""Picture files that Pillow cannot write, byte by byte, and the picture that most tests use."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blackcamo.types import Pixels


def picture(width_px: int = 96, height_px: int = 64) -> Pixels:
    """A smooth coloured picture that no turn or mirroring maps to itself."""
    y, x = np.mgrid[0:height_px, 0:width_px] / [[[height_px]], [[width_px]]]
    return np.stack([40 + 200 * x, 30 + 190 * y * y, 220 - 150 * x * y], -1).astype(np.uint8)


def save(path: Path, image: Image.Image | Pixels, **options: Any) -> Path:
    """Write a picture with Pillow, in the format that the name says."""
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **options)
    return path


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of a picture file written by Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(
    size: tuple[int, int], *, bits: int, colour_type: int, rows: bytes, extra: bytes = b""
) -> bytes:
    """A PNG of any bit depth and colour type from its filtered rows.

    Source: PNG specification, 3rd edition, 5.3 and 11.2.2.
    """
    header = struct.pack(">IIBBBBB", *size, bits, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_rows(samples: NDArray[np.uint16]) -> bytes:
    """The unfiltered rows of a 16-bit PNG."""
    return b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)


def tiff(
    samples: NDArray[np.uint16], *, photometric: int, order: str = "<", alpha: bool = False
) -> bytes:
    """An uncompressed 16-bit TIFF of (H, W, C) samples; ``order`` as in ``struct``.

    Source: TIFF 6.0, sections 2 and 8.
    """
    height, width, channels = samples.shape
    data = samples.astype(f"{order}u2").tobytes()
    bits_at = 8 + len(data)
    tags = [
        (256, width),
        (257, height),
        (258, bits_at if channels > 2 else 16),
        (259, 1),
        (262, photometric),
        (273, 8),
        (277, channels),
        (278, height),
        (279, len(data)),
        *([(338, 2)] if alpha else []),
    ]
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(
        f"{order}I", bits_at + 2 * channels
    )
    out += data + struct.pack(f"{order}{channels}H", *[16] * channels)
    out += struct.pack(f"{order}H", len(tags))
    for tag, value in tags:
        if tag == 258:
            kind, count = 3, channels
        else:
            kind, count = (4 if tag in (273, 279) else 3), 1
        short = kind == 3 and count <= 2
        field = struct.pack(f"{order}HH", value, 0) if short else struct.pack(f"{order}I", value)
        out += struct.pack(f"{order}HHI", tag, kind, count) + field
    return out + struct.pack(f"{order}I", 0)


def rounded(samples: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """16-bit samples in 8 bits, to the nearest."""
    return np.round(samples / 257).astype(np.uint8)


def wide(channels: int) -> NDArray[np.uint16]:
    """16-bit samples (64, 96, channels) with every low byte."""
    return np.random.default_rng(1).integers(0, 65536, (64, 96, channels), dtype=np.uint16)
