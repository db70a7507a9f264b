"""The default measure of appeal: what a critical viewer would mind, by name, 0-100.

Three groups of parts, of which the worst part decides; 100 is no complaint, 70 is what a critical
viewer still accepts:

- damage (``appeal/damage.py``): what is seen of what is no look. In the mode "enhance" between the
  graded picture and what is delivered, both sent through the channel, so that the codec costs
  nothing; in "imperceptible" between the photo itself, in the candidate's frame, and what is
  delivered.
- grading (``appeal/grading.py``): what the look did to tones and colours.
- framing (``appeal/framing.py``): what the crop cut away.

All parts are always made, though grading and framing cost a tenth of damage: a search weakens a
candidate by how far it is under the floor, and its loss is of the exact appeal, so that leaving out
dear parts where a cheap one is low already would change what it finds.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.appeal.damage import Reference, damage, reference, shaded
from blackcamo.appeal.framing import framing
from blackcamo.appeal.grading import Tones, grading
from blackcamo.types import Appraisal, Falloff, Kind, LookViews, Mode, Views
from blackcamo.vision.display import linear_light
from blackcamo.vision.saliency import spectral_residual

_PHOTOS_KEPT = 4
_FRAMING = "framing"

# Measured on candidates of searches; SSIMULACRA2 begins at 85 or so with the least softness or
# texture, and where the codec counts, with that.
_FALLOFF: dict[Mode, dict[Kind, Falloff]] = {
    "enhance": {
        "look": Falloff(),
        "spatial": Falloff(base=85.0, power=1.6),
        "geometry": Falloff(power=1.5),
    },
    "imperceptible": {
        "look": Falloff(base=83.0, power=1.6),
        "spatial": Falloff(base=83.0, power=1.6),
        "geometry": Falloff(power=1.5),
    },
}


class Critic:
    """The appeal measure ``critic``."""

    name = "critic"

    def __init__(self) -> None:
        self._photos: OrderedDict[bytes, _Photo] = OrderedDict()
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Callable[[], Critic], tuple[()]]:
        # What is known of photos stays behind when it is pickled.
        return create, ()

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        """Appraise each candidate of ``views``: 100 where nothing changed."""
        looks = views.looks or self.appraise_looks(views, mode)
        spatial: dict[str, Tensor] = {}
        delivered = linear_light(views.delivered)
        if mode == "enhance":
            graded, spatial["shading"] = shaded(linear_light(views.graded_delivered), delivered)
            before = reference(graded)
        elif _same(views.aligned, views.original):
            before = self._photo(views.original).reference
        else:
            before = reference(linear_light(views.aligned))
        spatial.update(damage(before, reference(delivered)))
        return [
            _whole(look, parts, mode)
            for look, parts in zip(looks, _rows(spatial, len(looks)), strict=True)
        ]

    def appraise_looks(self, views: LookViews, mode: Mode) -> list[Appraisal]:
        """Appraise looks and frames by the parts that are about them."""
        count = len(views.frames)
        rows = zip(
            _rows(self._geometry(views), count), _rows(self._look(views), count), strict=True
        )
        appraisals = []
        for geometry, look in rows:
            by_kind: dict[Kind, float] = {"geometry": _worst(geometry)}
            if mode == "enhance":
                # In "imperceptible" the finished picture shows what is seen of a look.
                by_kind["look"] = _worst(look)
            value = min(by_kind.values())
            appraisals.append(Appraisal(value, {**geometry, **look}, by_kind, _FALLOFF[mode]))
        return appraisals

    def _look(self, views: LookViews) -> dict[str, Tensor]:
        whole = _same(views.aligned, views.original)
        tones = self._photo(views.original).tones if whole else Tones(views.aligned)
        return grading(tones, Tones(views.graded))

    def _geometry(self, views: LookViews) -> dict[str, Tensor]:
        salient = self._photo(views.original).salient
        height_px, width_px = views.original.shape[-2:]
        return {_FRAMING: framing(salient, views.frames, height_px, width_px)}

    def _photo(self, original: Tensor) -> _Photo:
        """What was found out about a photo, kept for its next candidates."""
        key = _fingerprint(original)
        with self._lock:
            if key not in self._photos:
                self._photos[key] = _Photo(original)
                while len(self._photos) > _PHOTOS_KEPT:
                    self._photos.popitem(last=False)
            return self._photos[key]


@dataclass
class _Photo:
    """The photo (1, 3, H, W) and what all its candidates are compared with."""

    original: Tensor

    @cached_property
    def salient(self) -> NDArray[np.float64]:
        return spectral_residual(self.original[0])

    @cached_property
    def reference(self) -> Reference:
        return reference(linear_light(self.original))

    @cached_property
    def tones(self) -> Tones:
        return Tones(self.original)


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


def _rows(parts: Mapping[str, Tensor], count: int) -> list[dict[str, float]]:
    """Named parts of each of ``count`` candidates, from tensors of one value or as many."""
    columns = {name: values.expand(count).tolist() for name, values in parts.items()}
    return [{name: column[row] for name, column in columns.items()} for row in range(count)]


def _whole(looked: Appraisal, spatial: Mapping[str, float], mode: Mode) -> Appraisal:
    """What was said of a look and frame, and the parts of what came on top."""
    by_kind: dict[Kind, float] = {
        "look": _worst({n: v for n, v in looked.parts.items() if n != _FRAMING}),
        "geometry": looked.by_kind["geometry"],
        "spatial": _worst(spatial),
    }
    if mode == "imperceptible":
        # Where nothing should be seen, a look is damage, too.
        by_kind["look"] = min(by_kind["look"], by_kind["spatial"])
    parts = {**looked.parts, **spatial}
    return Appraisal(min(by_kind.values()), parts, by_kind, _FALLOFF[mode])


def _worst(parts: Mapping[str, float]) -> float:
    return min(max(min(parts.values()), 0.0), 100.0)
