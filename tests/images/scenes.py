"""One scene in many encodings, made by formulas of the standards and nothing of the package.

Source: ITU-R BT.709-6, BT.2020-2, BT.2100-2; IEC 61966-2-1; Adobe RGB (1998) 4.3.
"""

from __future__ import annotations

import io
import struct
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blackcamo.types import Pixels
from tests.exporters.programs import program
from tests.images.files import chunk, encoded, png, png_rows
from tests.images.profiles import srgb_decode, srgb_encode

Floats = NDArray[np.float64]

SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3 = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
BT2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
WHITE_NITS = 203


def scene(width_px: int = 96, height_px: int = 64) -> Pixels:
    """Colours of the whole of sRGB, and greys from black to white along the bottom."""
    y, x = np.mgrid[0:height_px, 0:width_px] / [[[height_px - 1]], [[width_px - 1]]]
    hue = 2 * np.pi * x
    waves = np.stack([np.cos(hue), np.cos(hue - 2.1), np.cos(hue + 2.1)], -1)
    colours = (0.5 + 0.5 * waves) * (1 - 0.85 * y[..., None])
    colours[-16:] = x[-16:, :, None]
    return eight(colours)


def light(pixels: Pixels) -> Floats:
    """Linear light of sRGB."""
    return srgb_decode(pixels / 255)


def in_primaries(linear: Floats, primaries: tuple[tuple[float, float], ...]) -> Floats:
    """Linear sRGB light in other primaries with the same white."""
    return np.asarray(linear @ (np.linalg.inv(_to_xyz(primaries)) @ _to_xyz(SRGB)).T)


def pq(linear: Floats, white_nits: float = WHITE_NITS) -> Floats:
    """Light of which 1 is diffuse white as codes of SMPTE ST 2084."""
    y = (linear.clip(0) * white_nits / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375)


def hlg(linear: Floats, white_nits: float = WHITE_NITS) -> Floats:
    """Light in BT.2020 primaries as codes of HLG for a screen of 1000 cd/m²."""
    shown = linear.clip(0) * white_nits / 1000
    luma = (shown @ [0.2627, 0.6780, 0.0593]).clip(1e-12)[..., None]
    light_of_scene = shown * luma ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    above = a * np.log((12 * light_of_scene - b).clip(1e-9)) + c
    return np.where(light_of_scene <= 1 / 12, np.sqrt(3 * light_of_scene), above)


def adobe(linear: Floats) -> Floats:
    """Linear sRGB light as codes of Adobe RGB."""
    return np.asarray(in_primaries(linear, ADOBE).clip(0, 1) ** (256 / 563))


def srgb_curve(linear: Floats) -> Floats:
    return np.asarray(srgb_encode(linear))


def deep_png(codes: Floats, *chunks: tuple[bytes, bytes], bits: int = 16) -> bytes:
    """A PNG of codes (H, W, 3) or (H, W) in 16 or 8 bits, with these chunks before its pixels."""
    extra = b"".join(chunk(kind, data) for kind, data in chunks)
    size = (codes.shape[1], codes.shape[0])
    colour_type = 2 if codes.ndim == 3 else 0
    if bits == 16:
        rows = png_rows(np.rint(codes.clip(0, 1) * 65535).astype(np.uint16))
    else:
        rows = b"".join(b"\0" + r.tobytes() for r in eight(codes))
    return png(size, bits=bits, colour_type=colour_type, rows=rows, extra=extra)


def eight(codes: Floats) -> Pixels:
    return np.asarray(np.rint(codes.clip(0, 1) * 255), np.uint8)


def cicp(*numbers: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes(numbers)


def clli(brightest_nits: float) -> tuple[bytes, bytes]:
    return b"cLLI", struct.pack(">II", round(brightest_nits * 10_000), 0)


def gama(exponent: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(100_000 / exponent))


def chrm(primaries: tuple[tuple[float, float], ...]) -> tuple[bytes, bytes]:
    values = [v for pair in ((0.3127, 0.3290), *primaries) for v in pair]
    return b"cHRM", struct.pack(">8I", *(round(v * 100_000) for v in values))


def exif(space: int | None, index: str | None = None) -> bytes:
    """An EXIF block that says which colour space a camera was set to."""
    block = Image.Exif()
    if space is not None:
        block.get_ifd(0x8769)[0xA001] = space
    if index is not None:
        block.get_ifd(0x8769)[0xA005] = {1: index, 2: b"0100"}
    return block.tobytes()


def jpeg(codes: Floats, **options: object) -> bytes:
    return encoded(Image.fromarray(eight(codes)), "JPEG", quality=97, subsampling=0, **options)


def avif(codes: Floats, *numbers: int, folder: Path, bits: int = 10) -> bytes:
    """An AVIF of codes with numbers of primaries, curve and matrix, by libavif's encoder."""
    source, target = folder / "for-avif.png", folder / "made.avif"
    source.write_bytes(deep_png(codes))
    words = ["--cicp", "/".join(map(str, numbers)), "-d", str(bits), "-y", "444"]
    words += ["--min", "0", "--max", "2", "-s", "8", str(source), str(target)]
    encoder = program("avifenc", "libavif-bin")
    subprocess.run([encoder, *words], check=True, capture_output=True)
    return target.read_bytes()


def heic(codes: Floats, primaries: int, transfer: int, matrix: int, *, deep: bool) -> bytes:
    """A HEIC of codes, by libheif's encoder; ``deep`` has 10 bits."""
    import pillow_heif

    numbers = {
        "color_primaries": primaries,
        "transfer_characteristics": transfer,
        "matrix_coefficients": matrix,
    }
    if deep:
        wide = np.rint(codes.clip(0, 1) * 65535).astype(np.uint16)
        image = pillow_heif.from_bytes("RGB;16", codes.shape[1::-1], wide.tobytes())
    else:
        image = pillow_heif.from_pillow(Image.fromarray(eight(codes)))
    buffer = io.BytesIO()
    image.save(buffer, quality=97, chroma=444, full_range_flag=1, **numbers)
    return buffer.getvalue()


def _to_xyz(primaries: tuple[tuple[float, float], ...]) -> Floats:
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
    return np.asarray(columns * np.linalg.solve(columns, white))
