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
from collections.abc import Callable, Iterable
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
        parts: dict[Kind, dict[str, Tensor]] = {
            "look": self._look(views),
            "geometry": self._geometry(views),
        }
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
        parts["spatial"] = spatial
        return _appraisals(parts, len(views.frames), mode)

    def appraise_looks(self, views: LookViews, mode: Mode) -> list[Appraisal]:
        """Appraise looks and frames by the parts that are about them."""
        parts: dict[Kind, dict[str, Tensor]] = {"geometry": self._geometry(views)}
        if mode == "enhance":
            # In "imperceptible" the finished picture shows what is seen of a look.
            parts["look"] = self._look(views)
        return _appraisals(parts, len(views.frames), mode)

    def _look(self, views: LookViews) -> dict[str, Tensor]:
        whole = _same(views.aligned, views.original)
        tones = self._photo(views.original).tones if whole else Tones(views.aligned)
        return grading(tones, Tones(views.graded))

    def _geometry(self, views: LookViews) -> dict[str, Tensor]:
        salient = self._photo(views.original).salient
        height_px, width_px = views.original.shape[-2:]
        return {"framing": framing(salient, views.frames, height_px, width_px)}

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


def _appraisals(parts: dict[Kind, dict[str, Tensor]], count: int, mode: Mode) -> list[Appraisal]:
    columns = {
        kind: {name: values.expand(count).tolist() for name, values in named.items()}
        for kind, named in parts.items()
    }
    appraisals = []
    for row in range(count):
        values = {
            kind: {name: column[row] for name, column in named.items()}
            for kind, named in columns.items()
        }
        by_kind = {kind: _worst(named.values()) for kind, named in values.items()}
        if mode == "imperceptible" and "spatial" in by_kind:
            # Where nothing should be seen, a look is damage, too.
            by_kind["look"] = min(by_kind["look"], by_kind["spatial"])
        together = {name: value for named in values.values() for name, value in named.items()}
        appraisals.append(Appraisal(min(by_kind.values()), together, by_kind, _FALLOFF[mode]))
    return appraisals


def _worst(values: Iterable[float]) -> float:
    return min(max(min(values), 0.0), 100.0)
