"""Synthetic distortions of a photo in five strengths; strengths refer to a 512-pixel long side."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rng = np.random.Generator
Distortion = Callable[[Pixels, int, Rng], Pixels]

STRENGTHS = range(1, 6)
_LINEAR = np.power(np.arange(256, dtype=np.float32) / np.float32(255), np.float32(2.2))


def _f(pixels: Pixels) -> Floats:
    return pixels.astype(np.float32) / np.float32(255)


def _u(values: Floats) -> Pixels:
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def _linear(pixels: Pixels) -> Floats:
    linear: Floats = _LINEAR[pixels]
    return linear


def _encoded(linear: Floats) -> Pixels:
    return _u(np.clip(linear, 0, 1) ** np.float32(1 / 2.2))


def _at(values: tuple[float, ...], strength: int, rng: Rng, spread: float = 0.08) -> float:
    """The value of a strength, a little off so that training sees more than five."""
    return values[strength - 1] * float(1 + spread * rng.uniform(-1, 1))


def gaussian_blur(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    sigma = _at((0.7, 1.3, 2.2, 3.6, 6.0), strength, rng)
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def motion_blur(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    length = _at((3.5, 6.5, 10.5, 17.0, 28.0), strength, rng)
    angle = rng.uniform(0, np.pi)
    size = 2 * round(length / 2) + 3
    centre = size // 2
    kernel = np.zeros((size, size), np.float32)
    offset = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    start, end = ((centre + sign * offset) * 16 for sign in (-1, 1))
    cv2.line(kernel, tuple(start.round().astype(int).tolist()),
             tuple(end.round().astype(int).tolist()), 1.0, 1, cv2.LINE_AA, 4)  # fmt: skip
    return _filtered(pixels, kernel)


def defocus_blur(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    radius = _at((1.1, 1.9, 3.1, 5.0, 8.0), strength, rng)
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return _filtered(pixels, disc)


def _filtered(pixels: Pixels, kernel: Floats) -> Pixels:
    weights = kernel / kernel.sum()
    mirrored = cv2.BORDER_REFLECT_101
    return np.asarray(cv2.filter2D(pixels, -1, weights, borderType=mirrored), np.uint8)


def sensor_noise(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    """Shot and read noise in linear light."""
    linear = _linear(pixels)
    sigma = _at((0.025, 0.045, 0.08, 0.14, 0.24), strength, rng)
    noise = rng.standard_normal(linear.shape, dtype=np.float32)
    return _encoded(linear + noise * sigma * np.sqrt(0.05 + linear))


def jpeg(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    return _coded(pixels, "JPEG", round(_at((45, 25, 14, 8, 4), strength, rng)))


def webp(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    return _coded(pixels, "WEBP", round(_at((40, 20, 9, 3, 0), strength, rng)))


def _coded(pixels: Pixels, codec: str, quality: int) -> Pixels:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, codec, quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def rescaling(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    factor = _at((1.6, 2.2, 3.2, 5.0, 8.0), strength, rng)
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (round(width / factor), round(height / factor)),
                       interpolation=cv2.INTER_AREA)  # fmt: skip
    back = rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])
    return np.asarray(cv2.resize(small, (width, height), interpolation=int(back)), np.uint8)


def overexposure(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    return _encoded(_linear(pixels) * 2 ** _at((0.6, 1.2, 1.9, 2.8, 3.9), strength, rng))


def underexposure(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    """Too little light, and eight bits of what is left."""
    return _encoded(_linear(pixels) / 2 ** _at((0.9, 1.7, 2.6, 3.7, 5.0), strength, rng))


def contrast_loss(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    kept = _at((0.78, 0.58, 0.4, 0.24, 0.13), strength, rng)
    x = _f(pixels)
    return _u(x.mean() + (x - x.mean()) * kept)


def haze(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    """Koschmieder's law with a depth that grows towards the top of the frame."""
    height = pixels.shape[0]
    depth = np.linspace(1.5, 0.6, height, dtype=np.float32)[:, None, None]
    transmission = np.exp(-depth * _at((0.25, 0.5, 0.9, 1.4, 2.2), strength, rng))
    airlight = np.array([0.8, 0.82, 0.85], np.float32) * np.float32(rng.uniform(0.9, 1.05))
    linear = _linear(pixels)
    return _encoded(linear * transmission + airlight * (1 - transmission))


def colour_cast(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    push = _at((0.2, 0.4, 0.7, 1.1, 1.7), strength, rng)
    hue = rng.uniform(0, 2 * np.pi)
    gains = np.exp(push * np.cos(hue + np.array([0, 2.0944, 4.1888]))).astype(np.float32)
    return _encoded(_linear(pixels) * gains / gains.mean())


def banding(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    steps = np.float32(round(_at((24, 14, 8, 5, 3), strength, rng, 0.04)) - 1)
    return _u(np.rint(_f(pixels) * steps) / steps)


def oversharpening(pixels: Pixels, strength: int, rng: Rng) -> Pixels:
    x = _f(pixels)
    blurred = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.9, 1.6))
    return _u(x + (x - blurred) * np.float32(_at((1.2, 2.4, 4.2, 7.0, 12.0), strength, rng)))


FAMILIES: dict[str, Distortion] = {
    f.__name__: f
    for f in (
        gaussian_blur, motion_blur, defocus_blur, sensor_noise, jpeg, webp, rescaling,
        overexposure, underexposure, contrast_loss, haze, colour_cast, banding, oversharpening,
    )
}  # fmt: skip


def mixture(pixels: Pixels, strength: int, rng: Rng, pair: tuple[str, str]) -> Pixels:
    """Two families, one after the other, each a step weaker than alone; at first one of them."""
    if strength == 1:
        return FAMILIES[pair[0]](pixels, 1, rng)
    for name in pair:
        pixels = FAMILIES[name](pixels, strength - 1, rng)
    return pixels


def edit(pixels: Pixels, rng: Rng) -> Pixels:
    """What a photographer may do and nobody would call damage: two or three small corrections."""
    chosen = rng.choice(len(_EDITS), rng.integers(2, 4), replace=False)
    for place in chosen:
        pixels = _EDITS[place](pixels, float(rng.uniform(-1, 1)))
    return pixels


def _exposed(pixels: Pixels, amount: float) -> Pixels:
    return _encoded(_linear(pixels) * 2 ** (0.35 * amount))


def _contrasted(pixels: Pixels, amount: float) -> Pixels:
    x = _f(pixels)
    return _u(0.5 + (x - 0.5) * (1 + 0.15 * amount))


def _warmed(pixels: Pixels, amount: float) -> Pixels:
    return _encoded(_linear(pixels) * np.exp(0.1 * amount * np.array([1, 0, -1], np.float32)))


def _saturated(pixels: Pixels, amount: float) -> Pixels:
    x = _f(pixels)
    grey = x.mean(2, keepdims=True)
    return _u(grey + (x - grey) * (1 + 0.25 * amount))


def _faded(pixels: Pixels, amount: float) -> Pixels:
    lift = 0.06 * abs(amount)
    return _u(lift + _f(pixels) * (1 - lift))


_EDITS = (_exposed, _contrasted, _warmed, _saturated, _faded)
