"""Transparent layers of effects that no table of colours carries: only where a layer is exact.

Source: T. Porter, T. Duff, "Compositing Digital Images", SIGGRAPH 1984: the operator "over".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.errors import OutputError, PresetError
from blackcamo.exporters import frame_around
from blackcamo.filters.chain import Chain
from blackcamo.images import MAX_PIXELS, MAX_SIDE_PX, write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export, GeometryFilter, LookFilter, Param, SpatialFilter
from blackcamo.wording import changes, describe

_FULL = 65535
_TRIED_PX = 384
"""Long side of the pictures on which an effect is tried: enough to see what blurs and grain do."""
_CLEAR = 1e-6
_EXACT = 1e-4
"""Largest difference of an exact layer, a fortieth of a level of 255."""


@dataclass(frozen=True, slots=True)
class _Effect:
    """The effect of a filter that a layer can have: its parameters, and how a recipe tells them."""

    family: SpatialFilter
    values: Mapping[str, float]
    words: tuple[str, ...]


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.<family>-layer.png`` for each family of which a layer does something.

    They are 16-bit RGBA pictures of the delivered frame's size, to be put over the picture, in
    the order of ``files`` and after its look, by ordinary alpha blending of sRGB values.
    ``max_error_levels`` is the largest difference that the 16 bits make, in 1/255.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the preset does not record the photo's size, or its look is another one.
        OutputError: a file cannot be written.
    """
    chain = preset.chain()
    files, errors = [], []
    carried: set[str] = set()
    for effect in _effects(chain, preset):
        layer = _layer(effect, preset.seed, *_frame_size(chain, preset))
        if layer is None:  # exact where it was tried, but not at this size
            continue
        codes, error = layer
        path = folder / f"{stem}.{effect.family.name}-layer.png"
        # OpenCV wants blue first; Pillow has no 16-bit colour.
        encoded, data = cv2.imencode(".png", codes[:, :, [2, 1, 0, 3]])
        if not encoded:
            raise OutputError(f"cannot write {path}: this OpenCV writes no PNG; reinstall it")
        write_bytes(path, data.tobytes())
        files.append(path)
        errors.append(error)
        carried.update(effect.words)
    return Export(
        files=tuple(files),
        left_out=tuple(word for word in _all_that_it_does(chain, preset) if word not in carried),
        max_error_levels=max(errors, default=None),
    )


def exact_as_layers(preset: Preset) -> tuple[str, ...]:
    """Effects of a preset that layers carry exactly, in the words of ``Export.left_out``.

    Raises:
        OptionError, PresetError: as `export`.
    """
    return tuple(word for effect in _effects(preset.chain(), preset) for word in effect.words)


def carried(preset: Preset) -> dict[str, float]:
    """The parameters of what layers carry exactly of a preset.

    Raises:
        OptionError, PresetError: as `export`.
    """
    effects = _effects(preset.chain(), preset)
    return {name: value for effect in effects for name, value in effect.values.items()}


def _all_that_it_does(chain: Chain, preset: Preset) -> Iterator[str]:
    full = chain.space.complete(preset.params)
    looks = {p.name for f in chain.filters if isinstance(f, LookFilter) for p in f.params}
    shown = changes(chain.space, full)
    if any(p.name in looks for p in shown):
        yield "the look"
    yield from (describe(p, full[p.name]) for p in shown if p.name not in looks)
    yield from frame_around(preset)


def _effects(chain: Chain, preset: Preset) -> list[_Effect]:
    """The effects of spatial filters that are exact as layers."""
    full = chain.space.complete(preset.params)
    shown = {p.name: p for p in changes(chain.space, full)}
    effects = []
    for family in chain.filters:
        if not isinstance(family, SpatialFilter):
            continue
        values = _exact_alone(family, full, shown.keys(), preset.seed)
        # Two layers are one: this fails where their colours cannot share an opacity.
        if values and _is_exact(family, values, preset.seed):
            words = tuple(describe(shown[n], full[n]) for n in shown if n in values)
            effects.append(_Effect(family, values, words))
    return effects


def _exact_alone(
    family: SpatialFilter, full: Mapping[str, float], shown: Collection[str], seed: int
) -> dict[str, float]:
    """The values of a family of which each strength would be exact as a layer by itself."""
    values: dict[str, float] = {}
    for group in _groups(family):
        alone = {p.name: full[p.name] for p in group}
        if any(name in shown for name in alone) and _is_exact(family, alone, seed):
            values |= alone
    return values


def _groups(family: SpatialFilter) -> list[list[Param]]:
    """Each strength of a family, with the modifiers that say how it is done."""
    modifiers = [p for p in family.params if p.modifier]
    return [[p, *modifiers] for p in family.params if not p.modifier]


def _is_exact(family: SpatialFilter, values: Mapping[str, float], seed: int) -> bool:
    height_px, width_px = _TRIED_PX * 3 // 4, _TRIED_PX
    return _layer(_Effect(family, values, ()), seed, height_px, width_px) is not None


def _layer(
    effect: _Effect, seed: int, height_px: int, width_px: int
) -> tuple[NDArray[np.uint16], float] | None:
    """A layer (H, W, RGBA) of 16 bits and its largest error in 1/255; None if it is not exact.

    What a filter makes of black and of white says what a layer would have to be; other pictures
    show whether the filter is one, whatever it is.
    """
    chain = Chain([effect.family], seed=seed)

    def filtered(rgb: Tensor) -> Tensor:
        return chain.render(rgb, [effect.values])[0].filtered

    generator = torch.Generator().manual_seed(0)
    noise = torch.rand((3, height_px, width_px), generator=generator)
    with torch.inference_mode():
        black, white = filtered(torch.zeros_like(noise)), filtered(torch.ones_like(noise))
        opacity = 1 - (white - black)
        alpha = opacity.mean(0)
        if (opacity - alpha).abs().max() > _EXACT or alpha.max() < 0.5 / 255:
            return None
        # What it adds to black is its colour times its opacity; a clear pixel has no colour.
        colour = (black / alpha.clamp(min=_CLEAR)).where(alpha > _CLEAR, 0)
        codes = torch.cat((colour, alpha[None])).clamp(0, 1).mul(_FULL).round()
        written, opaque = codes[:3] / _FULL, codes[3] / _FULL
        error = max(
            float((filtered(rgb) - torch.lerp(rgb, written, opaque)).abs().max())
            for rgb in (noise, noise**4, torch.full_like(noise, 0.5))
        )
    if error > _EXACT:
        return None
    return codes.permute(1, 2, 0).numpy().astype(np.uint16), error * 255


def _frame_size(chain: Chain, preset: Preset) -> tuple[int, int]:
    """Height and width of the picture that the preset's photo became, in pixels.

    Raises:
        PresetError: the preset does not record the photo's size, or it is none.
    """
    recorded = preset.recorded("photo_size", dict)
    height_px, width_px = recorded.get("height_px"), recorded.get("width_px")
    if (
        type(height_px) is not int
        or type(width_px) is not int
        or not (1 <= height_px <= MAX_SIDE_PX and 1 <= width_px <= MAX_SIDE_PX)
        or height_px * width_px > MAX_PIXELS
    ):
        raise PresetError(f"preset records the photo_size {width_px!a} x {height_px!a}: no photo's")
    if preset.keep_size:
        return height_px, width_px
    full = chain.space.complete(preset.params)
    for family in chain.filters:
        if isinstance(family, GeometryFilter):
            frame = family.frame(full, height_px, width_px)
            return frame.height_px, frame.width_px
    return height_px, width_px
