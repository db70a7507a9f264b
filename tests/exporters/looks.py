"""Three looks, and a sheet of six photos to try them on."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo import plugins
from blackcamo.filters.loading import load_chain
from blackcamo.images import load_photo, resize
from blackcamo.preset import Preset
from blackcamo.types import Param, Params, Pixels
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.lut import identity_nodes

FAMILIES = ("tone", "curves", "colour")
SETS = ("bsds", "coco", "kodak", "pixabay", "urban", "wallpapers")


class Twist:
    """Bends each channel by a wave of the next one, so that hues turn to and fro."""

    name = "twist"
    lut_size = 65
    params = (Param("twist_percent", 0, 10, 0, "%", "hues twisted"),)

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        amount = params["twist_percent"].view(-1, 1, 1, 1) / 100
        wave = torch.sin(4 * torch.pi * rgb[:, [1, 2, 0]])
        # Black and white stay, and nothing leaves the range.
        return rgb + amount * wave * 4 * rgb * (1 - rgb)


def strong(families: tuple[str, ...], low: float = 0.2, high: float = 0.5) -> dict[str, float]:
    """Parameters of these families, by default up to halfway towards their bounds."""
    space = load_chain(families).space
    rng = np.random.default_rng(3)
    share = rng.uniform(low, high, space.dimension)
    return space.decode(share * rng.choice([-1, 1], space.dimension))


GENTLE = Preset(filters=FAMILIES, lut_size=33, params=strong(FAMILIES, 0.1, 0.3))
FILM = Preset(filters=FAMILIES, lut_size=33, params=strong(FAMILIES), recipe="a strong film look")
TWISTED = Preset(
    filters=(*FAMILIES, "twist"),
    lut_size=65,
    params={**GENTLE.params, "twist_percent": 8.0},
    recipe="hues <twisted> & 'quoted'",
)
LOOKS = {"gentle": GENTLE, "film": FILM, "twisted": TWISTED}


def vignetted(height_px: int, width_px: int, **params: float) -> Preset:
    """A film look with a vignette, found for a photo of that size."""
    return Preset(
        filters=(*FAMILIES, "geometry", "optics", "detail", "grain", "depth", "weave"),
        lut_size=33,
        params={**FILM.params, "vignette_percent": 24.0, **params},
        provenance={"photo_size": {"height_px": height_px, "width_px": width_px}},
    )


def install_twist(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let ``twist`` be found as a third party's filter is."""
    info = folder / "blackcamo_twist-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: blackcamo-twist\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[blackcamo.filters]\ntwist = {__name__}:Twist\n")
    patch.setattr(sys, "path", [str(folder), *sys.path])
    plugins._registered.cache_clear()


def graded(preset: Preset, photo: Pixels) -> Pixels:
    """The preset's own rendering of its look."""
    (rendered,) = preset.chain().render(to_rgb(photo, torch.device("cpu")), [preset.params])
    return to_pixels(rendered.graded)


def sheet(photos: Path) -> Pixels:
    """One photo of each set, side by side in two rows, above 32768 colours of the whole cube."""
    files = [min((photos / name).glob("*.jpg")) for name in SETS]
    small = [resize(load_photo(path).pixels, width_px=360, height_px=240) for path in files]
    colours = to_pixels(identity_nodes(32)[0]).reshape(-1, 3)
    colours = np.resize(colours, (31, 1080, 3))
    return np.vstack([np.hstack(small[:3]), np.hstack(small[3:]), colours])
