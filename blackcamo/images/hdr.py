"""HDR: light beyond diffuse white, and how it is brought to where screens without HDR end.

Diffuse white, a sheet of paper in the picture, has 203 cd/m² (ITU-R BT.2408-8, 2.1) and becomes the
white of sRGB where nothing is brighter. Where something is, highlights are compressed into what
browsers leave for them, by the tone mapping around reference white of SMPTE ST 2094-50.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Light: TypeAlias = NDArray[np.float32]

DIFFUSE_WHITE_NITS = 203.0
_PQ_NITS = 10_000.0
_HLG_NITS = 1000.0
_HLG_GAMMA = 1.2
_TYPICAL_NITS = 1000.0
"""Peak from which on highlights take all the room that there is for them."""
_KAPPA = 0.65
"""How soon the curve for highlights bends."""
_PEAK_PERCENTILE = 99.9
"""A few pixels, of sparkles or dead sensor cells, are no peak."""


def pq_decode(codes: Floats) -> Floats:
    """Codes to cd/m². Source: SMPTE ST 2084:2014, 5.1; ITU-R BT.2100-2, table 4."""
    m1, m2, c1, c2, c3 = 1305 / 8192, 2523 / 32, 107 / 128, 2413 / 128, 2392 / 128
    root = np.asarray(codes, np.float64).clip(0, 1) ** (1 / m2)
    found: Floats = _PQ_NITS * ((root - c1).clip(0) / (c2 - c3 * root)) ** (1 / m1)
    return found


def hlg_decode(codes: Floats) -> Floats:
    """Codes to the light of the scene, 0-1. Source: ITU-R BT.2100-2, table 5."""
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    codes = np.asarray(codes, np.float64).clip(0, 1)
    found: Floats = np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - c) / a) + b) / 12)
    return found


@dataclass(frozen=True, slots=True)
class Tone:
    """Maps light (..., 1 or 3) of one picture to 0-1; ``note`` says what that did."""

    to_nits: Callable[[Light], Light]
    peak_nits: float
    note: str

    def __call__(self, light: Light) -> Light:
        """Light of the picture as light of SDR."""
        relative = self.to_nits(light) * np.float32(1 / DIFFUSE_WHITE_NITS)
        brightest = relative.max(axis=-1, keepdims=True)
        levels, gains = highlight_gains(self.peak_nits)
        gain: Light = np.interp(brightest, levels, gains).astype(np.float32)
        return relative * gain


@dataclass(frozen=True, slots=True)
class Hdr:
    """One of the two kinds of HDR.

    Args:
        name: as messages call it.
        decode: codes of 0-1 to cd/m², or to the light of the scene where ``of_scene``.
        of_scene: whether a screen of 1000 cd/m² adds its own contrast.
        peak_nits: the brightest that the picture is said to have; None where nobody says.
    """

    name: str
    decode: Callable[[Floats], Floats]
    of_scene: bool = False
    peak_nits: float | None = None

    def with_peak(self, nits: float | None) -> Hdr:
        """The same for a picture whose brightest light somebody says."""
        return replace(self, peak_nits=nits)

    def tone(self, sample: Light, luminance: Floats) -> Tone:
        """How a picture is mapped, of which this sample (N, 1 or 3) of light is known."""
        weights = luminance.astype(np.float32)

        def to_nits(light: Light) -> Light:
            return _displayed(light, weights) if self.of_scene else light

        peak = self.peak_nits
        if peak is None:
            peak = float(np.percentile(to_nits(sample).max(axis=-1), _PEAK_PERCENTILE))
        note = f"HDR ({self.name}) was mapped to SDR, diffuse white of 203 cd/m² to white"
        if peak > DIFFUSE_WHITE_NITS * _BARELY:
            lower = -np.log2(highlight_gains(peak)[1][0])
            note = (
                f"HDR ({self.name}) was mapped to SDR as browsers do: highlights up to "
                f"{peak:.0f} cd/m² were compressed, and all else lies {lower:.1f} EV lower"
            )
        return Tone(to_nits, peak, note)


_BARELY = 1.02
PQ = Hdr("PQ", pq_decode)
HLG = Hdr("HLG", hlg_decode, of_scene=True)


def _displayed(light: Light, weights: Light) -> Light:
    """Light of the scene as a screen of 1000 cd/m² shows it. Source: ITU-R BT.2100-2, table 5."""
    scene = light @ weights if light.shape[-1] == 3 else light[..., 0]
    # Black is black, whatever a power of it would be.
    gain = np.float32(_HLG_NITS) * np.maximum(scene, 1e-12) ** np.float32(_HLG_GAMMA - 1)
    return light * gain[..., None]


def highlight_gains(peak_nits: float) -> tuple[Floats, Floats]:
    """Levels of the brightest channel (diffuse white is 1), rising, and the gain at each of them.

    Source: SMPTE ST 2094-50, annex D, for a screen without headroom: up to white the gain is that
    of white (D.2), from there a quadratic Bézier curve leads to where the peak is white (D.4, D.5).
    """
    if peak_nits <= DIFFUSE_WHITE_NITS:
        return np.ones(1), np.ones(1)
    headroom = float(np.log2(peak_nits / DIFFUSE_WHITE_NITS))
    share = min(headroom / float(np.log2(_TYPICAL_NITS / DIFFUSE_WHITE_NITS)), 1.0)
    white, peak = 1 - 0.5 * share, 2.0**headroom
    middle_x = (1 - _KAPPA) + _KAPPA / white
    middle_y = (1 - _KAPPA) * white + _KAPPA
    t = np.linspace(0, 1, 256)
    x, y = (
        (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
        for start, middle, end in ((1.0, middle_x, peak), (white, middle_y, 1.0))
    )
    beyond = np.geomspace(1.01, 1e3, 64) * peak
    return np.concatenate((x, beyond)), np.concatenate((y / x, 1 / beyond))
