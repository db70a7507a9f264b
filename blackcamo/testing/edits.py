"""Edits of known order: a ladder that every measure of appeal should climb.

``ladder()`` gives tasteful looks in three strengths, the same looks gone too far, and ugly edits in
three strengths: what viewers liked and disliked, blind, of edits of this kind, and what nobody does
like. Each tells its frame, its look and its spatial part apart, as candidates of a
search do, so that it can be judged with and without knowing the look.

The edits are written in plain formulae, independently of ``blackcamo.filters``: a measure is not to
be proved on the pictures that it is going to be used on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.types import Frame, Pixels, Views
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.colourspace import linear_to_srgb, luminance, srgb_to_linear
from blackcamo.vision.frames import cut_frame

Kind: TypeAlias = Literal["tasteful", "overdone", "ugly"]
Step: TypeAlias = Callable[[Tensor], Tensor]
"""Pictures (B, 3, H, W) in, pictures out, in [0, 1] but for rounding."""

STRENGTHS = (1, 2, 3)
_OVERDONE = (3.0, 4.0, 5.5)


def _nothing(rgb: Tensor) -> Tensor:
    return rgb


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of the ladder.

    ``kept`` and ``corner`` say what is cropped: the share of the area that stays, and where its
    centre lies between that of the photo (0) and a corner (1).
    """

    name: str
    kind: Kind
    strength: int
    look: Step = _nothing
    spatial: Step = _nothing
    kept: float = 1.0
    corner: float = 0.0

    def frame(self, height_px: int, width_px: int) -> Frame:
        """What it keeps of a photo of that size, on whole pixels."""
        side = math.sqrt(self.kept)
        height, width = round(height_px * side), round(width_px * side)
        top = round((height_px - height) * (1 + self.corner) / 2)
        left = round((width_px - width) * (1 + self.corner) / 2)
        return Frame(
            (left + width / 2) / width_px,
            (top + height / 2) / height_px,
            width / width_px,
            height / height_px,
            0.0,
            height,
            width,
        )

    def render(self, pixels: Pixels, channel: Channel) -> tuple[Views, Pixels]:
        """The edit as a measure sees it in a search, and the picture that is delivered."""
        original = to_rgb(pixels)[None]
        frame = self.frame(*pixels.shape[:2])
        aligned = original if self.kept == 1 else cut_frame(original[0], frame).unsqueeze(0)
        graded = aligned if self.look is _nothing else self.look(aligned).clamp(0, 1)
        delivered = channel.send(to_pixels(self.spatial(graded)[0]))[1]
        received = meant = to_rgb(delivered)[None]
        if self.spatial is not _nothing and self.kind == "ugly":
            meant = to_rgb(channel.send(to_pixels(graded[0]))[1])[None]
        return Views(original, aligned, graded, meant, received, (frame,)), delivered


def ladder() -> list[Edit]:
    """All edits; of one name and kind, strength rises."""
    edits = list(_tasteful_and_overdone())
    edits.extend(_ugly())
    return edits


def failures() -> dict[str, Edit]:
    """Pictures that a search delivered by earlier measures and people refused.

    The first was preferred to its original by an aesthetics network, the second kept SSIM at .93.
    """
    dark, noise = partial(_gain, stops=-1.3), partial(_noise, levels=12)
    return {
        "dark, noisy portrait": Edit("dark-noise", "ugly", 1, look=dark, spatial=noise),
        "stripes through sky and walls": Edit(
            "stripes", "ugly", 1, spatial=partial(_stripes, levels=8)
        ),
    }


def _tasteful_and_overdone() -> Iterator[Edit]:
    for name, look in _LOOKS.items():
        for strength in STRENGTHS:
            yield Edit(name, "tasteful", strength, partial(look, s=strength / 3))
        for strength in STRENGTHS:
            yield Edit(name, "overdone", strength, partial(look, s=_OVERDONE[strength - 1]))
    for strength in STRENGTHS:
        s = strength / 3

        def edit(name: str, strength: int = strength, **parts: Step | float) -> Edit:
            return Edit(name, "tasteful", strength, **parts)  # type: ignore[arg-type]

        mono = partial(_grade, contrast=0.25 * s, saturation=0.0)
        yield edit("monochrome", look=mono)
        yield edit("monochrome-grain", look=mono, spatial=partial(_film_grain, share=0.012 * s))
        yield edit("sepia", look=partial(_sepia, s=s))
        yield edit("crop", kept=1 - 0.08 * s)
        yield edit("vignette", spatial=partial(_vignette, corner=0.3 * s))
        yield edit("clarity", spatial=partial(_clarity, amount=0.35 * s))
        yield edit("crisp", spatial=partial(_sharpen, amount=0.4 * s))


def _ugly() -> Iterator[Edit]:
    for i, strength in enumerate(STRENGTHS):

        def edit(name: str, strength: int = strength, **parts: Step | float) -> Edit:
            return Edit(name, "ugly", strength, **parts)  # type: ignore[arg-type]

        yield edit("flat", look=partial(_flat, share=(0.15, 0.25, 0.4)[i]))
        lift = (0.08, 0.12, 0.18)[i]
        yield edit("matte", look=partial(_grade, lift=lift, drop=lift / 2, saturation=0.9))
        yield edit("drained", look=partial(_grade, saturation=(0.6, 0.5, 0.4)[i]))
        yield edit("soft", spatial=partial(_blur, sigma=(0.8 / 600, 1.2 / 600, 1.6 / 600)[i]))
        yield edit("noise", spatial=partial(_noise, levels=(5, 9, 16)[i]))
        dark = partial(_gain, stops=(-1.2, -1.7, -2.3)[i])
        yield edit("dark-noise", look=dark, spatial=partial(_noise, levels=(7, 12, 18)[i]))
        yield edit("stripes", spatial=partial(_stripes, levels=(5, 8, 13)[i]))
        for name, direction in _CASTS.items():
            powers = tuple(1 + (1.0, 1.6, 2.4)[i] * d for d in direction)
            yield edit(f"cast-{name}", look=partial(_powers, powers=powers))
        yield edit("blown", look=partial(_gain, stops=(1.4, 2.0, 2.8)[i]))
        yield edit("crushed", look=partial(_crush, black=(0.28, 0.4, 0.55)[i]))
        yield edit("posterised", look=partial(_posterise, levels=(7, 5, 3)[i]))
        yield edit("over-sharpened", spatial=partial(_sharpen, amount=(2.5, 4.5, 8.0)[i]))
        yield edit("blurred", spatial=partial(_blur, sigma=(0.003, 0.005, 0.009)[i]))
        yield edit("heavy-vignette", spatial=partial(_vignette, corner=(0.7, 0.85, 1.0)[i]))
        yield edit("mis-cropped", kept=(0.42, 0.3, 0.18)[i], corner=0.9)
        yield edit("blocks", spatial=partial(_compress, quality=(12, 7, 4)[i]))


def _warm(rgb: Tensor, s: float) -> Tensor:
    return _grade(rgb, stops=0.3 * s, contrast=0.15 * s, warmth=s)


def _film(rgb: Tensor, s: float) -> Tensor:
    return _grade(rgb, contrast=0.25 * s, saturation=1 + 0.08 * s, split=s)


def _teal_orange(rgb: Tensor, s: float) -> Tensor:
    return _grade(rgb, contrast=0.2 * s, saturation=1 + 0.1 * s, split=1.6 * s)


def _vivid(rgb: Tensor, s: float) -> Tensor:
    return _grade(rgb, contrast=0.22 * s, saturation=1 + 0.12 * s)


def _vivid_strong(rgb: Tensor, s: float) -> Tensor:
    return _grade(rgb, contrast=0.22 * (1 + s), saturation=1 + 0.14 * (1 + s))


_LOOKS: dict[str, Callable[..., Tensor]] = {
    "warm": _warm,
    "film": _film,
    "teal-orange": _teal_orange,
    "vivid": _vivid,
    "vivid-strong": _vivid_strong,
}
# Powers on red, green and blue, less 1: above 0 the channel loses.
_CASTS = {
    "green": (0.35, -0.25, 0.35),
    "magenta": (-0.25, 0.45, -0.25),
    "blue": (0.5, 0.15, -0.4),
    "yellow": (-0.25, -0.15, 0.9),
}


def _grade(
    rgb: Tensor,
    *,
    stops: float = 0.0,
    contrast: float = 0.0,
    warmth: float = 0.0,
    saturation: float = 1.0,
    lift: float = 0.0,
    drop: float = 0.0,
    split: float = 0.0,
) -> Tensor:
    """A grade on encoded values; black and white stay where they are unless lifted or dropped."""
    rgb = rgb.clamp(0, 1).pow(2 ** (-0.42 * stops))
    rgb = rgb - contrast * torch.sin(2 * math.pi * rgb) / (2 * math.pi)
    rgb = _powers(rgb, powers=(1 - 0.1 * warmth, 1.0, 1 + 0.14 * warmth))
    grey = linear_to_srgb(luminance(srgb_to_linear(rgb)))
    rgb = grey + saturation * (rgb - grey)
    cool, warm = (
        rgb.new_tensor(tint).view(3, 1, 1) for tint in ((-0.03, 0, 0.035), (0.03, 0.008, -0.035))
    )
    rgb = rgb + split * (cool * (1 - grey).square() + warm * grey.square()) * 4 * grey * (1 - grey)
    return (lift + rgb * (1 - lift - drop)).clamp(0, 1)


def _powers(rgb: Tensor, *, powers: tuple[float, ...]) -> Tensor:
    exponents = rgb.new_tensor([max(power, 0.05) for power in powers]).view(3, 1, 1)
    return rgb.clamp(0, 1).pow(exponents)


def _gain(rgb: Tensor, *, stops: float) -> Tensor:
    return linear_to_srgb(srgb_to_linear(rgb) * 2**stops).clamp(0, 1)


def _crush(rgb: Tensor, *, black: float) -> Tensor:
    return ((rgb - black) / (1 - black)).clamp(0, 1)


def _posterise(rgb: Tensor, *, levels: int) -> Tensor:
    return (rgb * (levels - 1)).round() / (levels - 1)


def _noise(rgb: Tensor, *, levels: float) -> Tensor:
    grain = torch.randn(rgb.shape, generator=torch.Generator().manual_seed(0))
    return rgb + grain * (levels / 255)


def _film_grain(rgb: Tensor, *, share: float) -> Tensor:
    """Grain of lightness, strongest in middle tones."""
    grain = torch.randn(rgb[:, :1].shape, generator=torch.Generator().manual_seed(1))
    grey = rgb.mean(1, keepdim=True)
    return rgb + grain * share * (0.4 + 2.4 * grey * (1 - grey))


def _sepia(rgb: Tensor, *, s: float) -> Tensor:
    grey = _grade(rgb, contrast=0.15, saturation=0.0)
    return grey + rgb.new_tensor((0.05, 0.0, -0.07)).view(3, 1, 1) * s * 4 * grey * (1 - grey)


def _flat(rgb: Tensor, *, share: float) -> Tensor:
    return 0.5 + (rgb - 0.5) * (1 - share)


def _stripes(rgb: Tensor, *, levels: float) -> Tensor:
    height_px, width_px = rgb.shape[-2:]
    y, x = torch.meshgrid(torch.arange(height_px), torch.arange(width_px), indexing="ij")
    wave = torch.sin((0.25 * x + y) * (2 * math.pi / (0.016 * max(height_px, width_px))))
    return rgb + wave * (levels / 255)


def _sharpen(rgb: Tensor, *, amount: float) -> Tensor:
    return rgb + amount * (rgb - _blur(rgb, sigma=0.0022))


def _blur(rgb: Tensor, *, sigma: float) -> Tensor:
    return gaussian_blur(rgb, sigma * max(rgb.shape[-2:]))


def _clarity(rgb: Tensor, *, amount: float) -> Tensor:
    return rgb + amount * (rgb - _blur(rgb, sigma=0.033))


def _vignette(rgb: Tensor, *, corner: float) -> Tensor:
    height_px, width_px = rgb.shape[-2:]
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height_px), torch.linspace(-1, 1, width_px), indexing="ij"
    )
    return rgb * (1 - corner * ((x.square() + y.square()) / 2).pow(1.5 if corner < 0.5 else 1.0))


def _compress(rgb: Tensor, *, quality: int) -> Tensor:
    coarse = Channel(quality)
    return torch.stack([to_rgb(coarse.send(to_pixels(picture))[1]) for picture in rgb])
