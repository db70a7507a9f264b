"""The default measure of appeal: whether a critical viewer would post it, 0-100, by named parts.

Parts say how far something went, each with its sign (``appeal/tones.py``, ``appeal/detail.py``,
``appeal/framing.py``, ``appeal/damage.py``); ``appeal/model.py`` makes a probability of them, with
constants fitted to blind verdicts.

What a style does to the photo is judged between the photo and what is delivered; damage between
what the style meant and what is delivered, both sent through the channel, so that deliberate
contrast or clarity is no damage. In the mode "imperceptible" damage counts more, a look is damage,
too, and nothing that was gained counts.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.appeal.banding import banding
from blackcamo.appeal.damage import Meant, damage
from blackcamo.appeal.detail import MONO_GRAIN, Detail, changes, detail, shading, slow_light
from blackcamo.appeal.framing import framing
from blackcamo.appeal.model import Weights, appraised, calibrated
from blackcamo.appeal.tone_statistics import Tones
from blackcamo.appeal.tones import tones
from blackcamo.types import Appraisal, Mode, Views
from blackcamo.vision.display import linear_light, viewed
from blackcamo.vision.saliency import spectral_residual
from blackcamo.vision.ssimulacra2 import pyramid

_PHOTOS_KEPT, _STYLES_KEPT = 4, 2
_STRICTER, _SLIGHT = 3.0, 0.4
"""How much more damage counts where nothing should be seen, beyond what few see (and the codec
does)."""
Measured = tuple[dict[str, Tensor], dict[str, Tensor]]
"""How far (B) each thing went that people mind, and each that they like."""


class Critic:
    """The appeal measure ``critic``.

    Args:
        weights: its constants; those that the package comes with if None.
    """

    name = "critic"

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights
        self._photos: OrderedDict[bytes, _Photo] = OrderedDict()
        self._styles: deque[_Style] = deque(maxlen=_STYLES_KEPT)
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Callable[..., Critic], tuple[Weights | None]]:
        # What is known of photos stays behind when it is pickled.
        return Critic, (self._weights,)

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        """Appraise each candidate of ``views``."""
        complaints, gains = self.measure(views, mode)
        values, parts = appraised(complaints, gains, self._weights or calibrated())
        columns = {name: column.tolist() for name, column in parts.items()}
        return [
            Appraisal(value, {name: column[row] for name, column in columns.items()})
            for row, value in enumerate(values.tolist())
        ]

    def measure(self, views: Views, mode: Mode) -> Measured:
        """How far each thing went, before it is weighed."""
        photo = self._photo(views.original)
        style = self._style(photo, views)
        own = style.own
        delivered, count = viewed(views.delivered), len(views.frames)
        seen = Tones(delivered)
        complaints, gains = tones(own.tones, seen)
        grey = seen.monochrome
        penalised, liked = changes(own.detail, detail(delivered), own.salience, grey)
        complaints |= penalised
        complaints["shading"] = shading(style.light, slow_light(delivered))
        complaints["banding"] = style.banding
        framed = framing(photo.salient[0], views.frames, *views.original.shape[-2:])
        complaints["framing"] = framed.to(delivered.device)
        for name, damaged in self._damage(style, views, mode).items():
            # What black-and-white forgives of grain.
            complaints[name] = damaged * (1 - MONO_GRAIN * grey)
        gains |= liked
        if mode == "imperceptible":
            gains = {name: torch.zeros_like(gain) for name, gain in gains.items()}
        return (
            {name: values.expand(count) for name, values in complaints.items()},
            {name: values.expand(count) for name, values in gains.items()},
        )

    def _damage(self, style: _Style, views: Views, mode: Mode) -> dict[str, Tensor]:
        strict = mode == "imperceptible"
        # Where nothing should be seen a look is damage, too.
        against = style.own if strict and not _same(views.graded, views.aligned) else style
        if against is style and _same(views.styled_delivered, views.delivered):
            nothing = torch.zeros(len(views.delivered), device=views.delivered.device)
            return {"damaged": nothing, "textured": nothing}
        found = damage(against.meant, pyramid(linear_light(views.delivered)))
        if strict:
            found = {
                name: _STRICTER * (seen - _SLIGHT).clamp(min=0) for name, seen in found.items()
            }
        return found

    def _photo(self, original: Tensor) -> _Photo:
        """The measurements of a photo, kept for its next candidates."""
        key = _fingerprint(original)
        with self._lock:
            if key not in self._photos:
                self._photos[key] = _Photo(original)
                while len(self._photos) > _PHOTOS_KEPT:
                    self._photos.popitem(last=False)
            return self._photos[key]

    def _style(self, photo: _Photo, views: Views) -> _Style:
        """The measurements of a styled picture, kept while candidates hide things in it."""
        with self._lock:
            for kept in self._styles:
                if kept.shows(views):
                    return kept
            own = photo if _same(views.aligned, views.original) else _Photo(views.aligned)
            style = _Style(own, views.graded, views.styled_delivered)
            # A candidate in which nothing hides is one that nobody compares others with.
            if not _same(views.styled_delivered, views.delivered):
                self._styles.append(style)
            return style


@dataclass
class _Photo:
    """The photo, or what frames show of it (B, 3, H, W), and what candidates are compared with."""

    rgb: Tensor

    @cached_property
    def shown(self) -> Tensor:
        return viewed(self.rgb)

    @cached_property
    def salient(self) -> list[NDArray[np.float64]]:
        return [spectral_residual(picture) for picture in self.rgb]

    @cached_property
    def salience(self) -> Tensor:
        """The same (B, 1, SIDE, SIDE), 1 in the mean."""
        maps = np.stack(self.salient)[:, None]
        return torch.as_tensor(maps * maps[0].size, dtype=torch.float32, device=self.rgb.device)

    @cached_property
    def tones(self) -> Tones:
        return Tones(self.shown)

    @cached_property
    def detail(self) -> Detail:
        return detail(self.shown)

    @cached_property
    def meant(self) -> Meant:
        return Meant(pyramid(linear_light(self.rgb)))


@dataclass
class _Style:
    """The photo in a style (B, 3, H, W), with the measurements that candidates are compared with.

    It holds the pictures themselves, so that others that lie in the same memory are these.
    """

    own: _Photo
    graded: Tensor
    delivered: Tensor

    def shows(self, views: Views) -> bool:
        """Whether views are of this style's pictures."""
        return (
            _same(self.delivered, views.styled_delivered)
            and _same(self.graded, views.graded)
            and _same(self.own.rgb, views.aligned)
        )

    @cached_property
    def light(self) -> Tensor:
        return slow_light(viewed(self.graded))

    @cached_property
    def banding(self) -> Tensor:
        return banding(self.own.shown, viewed(self.graded))

    @cached_property
    def meant(self) -> Meant:
        return Meant(pyramid(linear_light(self.delivered)))


def create() -> Critic:
    """Build the measure."""
    return Critic()


def _fingerprint(original: Tensor) -> bytes:
    """A key by content: shape, device and a few hundred pixels."""
    height_px, width_px = original.shape[-2:]
    few = original[..., :: max(height_px // 12, 1), :: max(width_px // 12, 1)]
    return few.cpu().numpy().tobytes() + repr((original.shape, original.device)).encode()


def _same(one: Tensor, other: Tensor) -> bool:
    """Whether two are one and the same memory, as of a frame that is the whole photo."""
    return (
        one.shape == other.shape
        and one.data_ptr() == other.data_ptr()
        and one.stride() == other.stride()
    )
