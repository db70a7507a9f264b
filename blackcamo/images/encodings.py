"""Encodings: how codes in a picture become light, and light of any primaries becomes sRGB.

An ICC profile is one way to tell an encoding; a few numbers are the other. What the latter mean is
here, who tells them in ``signals``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from blackcamo.images.hdr import HLG, PQ, Hdr, Light
from blackcamo.types import Pixels

Floats: TypeAlias = NDArray[np.float64]
Samples: TypeAlias = "NDArray[np.uint8] | NDArray[np.uint16]"
Primaries: TypeAlias = "tuple[tuple[float, float], ...]"
"""Chromaticities x, y of red, green, blue and white."""

_D65, _C, _DCI, _D50 = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351), (0.3457, 0.3585)
BT_709: Primaries = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65)
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_NTSC = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)
PRIMARIES: dict[int, Primaries] = {
    1: BT_709,
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: _NTSC,
    7: _NTSC,
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: (*_P3, _DCI),
    12: (*_P3, _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
"""By their number. Source: ITU-T H.273 (07/2024), table 2."""
ADOBE_RGB_PRIMARIES: Primaries = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65)
PRO_PHOTO: Primaries = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), _D50)
"""Source: ISO 22028-2:2013 (ROMM RGB), table 1."""
WIDE_GAMUT: Primaries = ((0.7347, 0.2653), (0.1152, 0.8264), (0.1566, 0.0177), _D50)

_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""XYZ to cone responses. Source: ICC.1:2022, annex E."""
_STRIP_PX = 1 << 18
"""Pixels that are converted at a time: a picture as floats takes twelve times its own memory."""
_FINE = 65535


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Codes of 0-1 to light of 0-1 (white is 1), and back."""

    decode: Callable[[Floats], Floats]
    encode: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """The encoding of a picture: the meaning of its numbers.

    Args:
        name: as messages call it.
        to_srgb: matrix (3, 3) from its linear light to that of sRGB; white becomes white.
        luminance: shares (3,) of red, green and blue in white's.
        curve: of one channel; where there is ``hdr`` it is not asked.
        hdr: how codes become light where there may be more of it than diffuse white has.
        narrow: whether black and white are 16 and 235 of 255, as in video.
    """

    name: str
    to_srgb: Floats
    luminance: Floats
    curve: Curve
    hdr: Hdr | None = None
    narrow: bool = False

    def render(self, samples: Samples, full: int) -> tuple[Pixels, tuple[str, ...]]:
        """Samples (H, W, 1 or 3), of which ``full`` is 1, as sRGB (H, W, 3); and notes.

        Colours outside of sRGB are clipped in its linear light, as browsers do. What is grey stays
        grey to the last bit.
        """
        codes = np.arange(full + 1) / full
        if self.narrow:
            codes = np.clip((codes * 255 - 16) / 219, 0, 1)
        notes: tuple[str, ...] = ()
        if self.hdr is None:
            light, tone = self.curve.decode(codes).astype(np.float32), None
        else:
            light = self.hdr.decode(codes).astype(np.float32)
            tone = self.hdr.tone(self._sample(samples, light), self.luminance)
            notes = (tone.note,)
        out = np.empty((*samples.shape[:2], 3), np.uint8)
        matrix: Light = self.to_srgb.T.astype(np.float32)
        for rows in _strips(samples):
            linear: Light = light[samples[rows]]
            if tone is not None:
                linear = tone(linear)
            if linear.shape[-1] == 3:
                # The difference from one channel, so that greys stay what they are.
                one = linear[..., 1:2]
                linear = np.asarray(one + (linear - one) @ matrix, np.float32)
            out[rows] = _ENCODED[np.rint(linear.clip(0, 1) * _FINE).astype(np.int32)]
        return out, notes

    def _sample(self, samples: Samples, light: Light) -> Light:
        """The light of about a million pixels (N, 1 or 3), evenly spread."""
        step = max(1, int((samples.shape[0] * samples.shape[1] / 1e6) ** 0.5))
        few = samples[::step, ::step]
        found: Light = light[few.reshape(-1, few.shape[-1])]
        return found

    def to_srgb_codes(self, codes: Floats) -> Floats:
        """Codes (..., 3) of 0-1 in this encoding as sRGB codes, not clipped to its gamut."""
        return SRGB_CURVE.encode(self.curve.decode(codes) @ self.to_srgb.T)

    def from_srgb_codes(self, codes: Floats) -> Floats:
        """sRGB codes (..., 3) in this encoding, clipped to its gamut."""
        linear = SRGB_CURVE.decode(codes) @ np.linalg.inv(self.to_srgb).T
        return self.curve.encode(linear.clip(0, 1))


def _strips(samples: Samples) -> Iterator[slice]:
    rows = max(1, _STRIP_PX // samples.shape[1])
    for start in range(0, samples.shape[0], rows):
        yield slice(start, start + rows)


def srgb_decode(codes: Floats) -> Floats:
    """IEC 61966-2-1, codes to light; symmetric about 0."""
    size = np.abs(codes)
    light: Floats = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)
    return np.copysign(light, codes)


def srgb_encode(light: Floats) -> Floats:
    """IEC 61966-2-1, light to codes; symmetric about 0."""
    size = np.abs(light)
    codes: Floats = np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055)
    return np.copysign(codes, light)


SRGB_CURVE = Curve(srgb_decode, srgb_encode)
_ENCODED = np.rint(255 * srgb_encode(np.arange(_FINE + 1) / _FINE)).astype(np.uint8)
"""The level of each of 65,536 steps of light: finer than a twentieth of a level everywhere."""


def power(exponent: float) -> Curve:
    """A pure power law."""
    return Curve(
        lambda codes: codes.clip(0) ** exponent, lambda light: light.clip(0) ** (1 / exponent)
    )


def sampled(light: Floats) -> Curve:
    """The curve through values at even steps of codes, which never fall."""
    codes = np.linspace(0, 1, len(light))
    return Curve(lambda v: np.interp(v, codes, light), lambda v: np.interp(v, light, codes))


def _smpte_240m(codes: Floats) -> Floats:
    """Source: SMPTE 240M-1999, 5.1."""
    return np.where(codes < 0.0912, codes / 4, ((codes + 0.1115) / 1.1115) ** (1 / 0.45))


_VIDEO = (1, 6, 14, 15)
"""Numbers of curves of video cameras; what they are shown with is another matter."""
_CURVES = {
    4: power(2.2),
    5: power(2.8),
    7: sampled(_smpte_240m(np.linspace(0, 1, 4096))),
    8: power(1.0),
    13: SRGB_CURVE,
}
_HDR = {16: PQ, 18: HLG}


def by_numbers(primaries: int, transfer: int, *, video: Curve, what: str) -> Encoding | None:
    """The encoding of code points for primaries and transfer; None where one is not known here.

    Args:
        video: how pictures with the curve of a video camera are shown.
        what: who says so.

    Source: ITU-T H.273 (07/2024), tables 2 and 3.
    """
    curve = video if transfer in _VIDEO else _CURVES.get(transfer)
    hdr = _HDR.get(transfer)
    if primaries not in PRIMARIES or (curve is None and hdr is None):
        return None
    found = by_primaries(PRIMARIES[primaries], curve or SRGB_CURVE, what)
    return found and replace(found, hdr=hdr)


def by_primaries(primaries: Primaries, curve: Curve, name: str) -> Encoding | None:
    """The encoding of chromaticities and a curve; None where these are no primaries."""
    try:
        found = _encoding(primaries, curve, name)
    except (ArithmeticError, np.linalg.LinAlgError):
        return None
    sound = np.isfinite(found.to_srgb).all() and np.abs(found.to_srgb).max() < _STRANGEST
    return found if sound else None


def _encoding(primaries: Primaries, curve: Curve, name: str) -> Encoding:
    to_xyz = _to_xyz(primaries)
    matrix = np.linalg.inv(_to_xyz(BT_709)) @ _adapted(primaries[3], _D65) @ to_xyz
    return Encoding(name, matrix, to_xyz[1], curve)


_STRANGEST = 20.0
"""Largest coefficient of a conversion that photos may need; ACES has 2.6."""


def by_matrix(to_d50: Floats, curve: Curve, name: str) -> Encoding:
    """The encoding whose columns are its primaries as XYZ relative to D50, as ICC profiles have."""
    matrix = np.linalg.inv(_to_xyz(BT_709)) @ _adapted(_D50, _D65) @ to_d50
    # Colorants are rounded; white is white.
    matrix /= matrix.sum(axis=1, keepdims=True)
    return Encoding(name, matrix, to_d50[1], curve)


def is_srgb(encoding: Encoding, *, about: bool = False) -> bool:
    """Whether sRGB is meant: by its primaries and its curve.

    Args:
        about: a curve within 5 % of sRGB's exponent is sRGB's, too: libpng leaves such pictures as
            they are (PNG_GAMMA_THRESHOLD).
    """
    if encoding.hdr is not None or encoding.narrow:
        return False
    if np.abs(encoding.to_srgb - np.eye(3)).max() > _SAME_PRIMARIES:
        return False
    if encoding.curve is SRGB_CURVE or not about:
        return encoding.curve is SRGB_CURVE
    middle = np.array(0.5)
    exponent = np.log(encoding.curve.decode(middle)) / np.log(SRGB_CURVE.decode(middle))
    return bool(abs(exponent - 1) < _SAME_EXPONENT)


_SAME_PRIMARIES, _SAME_EXPONENT = 0.01, 0.05


def _to_xyz(primaries: Primaries) -> Floats:
    """Linear light of these primaries to XYZ. Source: SMPTE RP 177-1993."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    return columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])


def _adapted(source: tuple[float, float], target: tuple[float, float]) -> Floats:
    """XYZ under one white to XYZ under another."""
    before, after = (_BRADFORD @ [x / y, 1, (1 - x - y) / y] for x, y in (source, target))
    found: Floats = np.linalg.inv(_BRADFORD) @ np.diag(after / before) @ _BRADFORD
    return found


ADOBE_RGB = _encoding(ADOBE_RGB_PRIMARIES, power(563 / 256), "Adobe RGB")
"""Source: Adobe RGB (1998) Color Image Encoding, version 2005-05, 4.2 and 4.3."""
