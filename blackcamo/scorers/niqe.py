"""NIQE: how far a picture's statistics lie from those of good photographs.

Source: Mittal, Soundararajan, Bovik, "Making a 'Completely Blind' Image Quality Analyzer" (IEEE
Signal Processing Letters 20(3), 2013). The Gaussian of good photographs and the map from distance
to points come from ``studies/000-niqe-fit``.

Luma is taken unrounded. The picture is cut into 96-pixel patches from its top left corner, the
rest is not looked at; patches without any contrast tell nothing and are left out. Where the short
side is less than a patch, the patches shrink to it, down to 32 pixels; smaller pictures, and
those without a single usable patch, cannot be scored.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import safetensors.numpy
import torch
from safetensors import SafetensorError
from torch import Tensor

from blackcamo.devices import resolve_device
from blackcamo.errors import WeightsError
from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    in_batches,
    pure,
    refuse_argument,
    score_scorable,
    sha256,
)
from blackcamo.scorers.scene_statistics import (
    BORDER_PX,
    Floats,
    extend,
    fit_aggd,
    half_size,
    luma,
    moments,
    mscn,
    neighbour_products,
)
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions

PATCH_PX = 96
MIN_SIDE_PX = 32
FEATURES = 36
STRIP_PX = {"cpu": 1 << 16, "cuda": 1 << 25}
"""Pixels filtered at a time, in whole rows of patches: what a CPU's cache or a GPU's memory holds.
Scores are the same for any value."""

GPU_BATCH = 16


@dataclass(frozen=True, slots=True)
class Model:
    """The Gaussian of good photographs' patches, and the map from distance to points.

    ``mean`` (36) and ``covariance`` (36, 36) are float64. A distance of ``centre`` is worth 50
    points, one ``spread`` less 73, one more 27.
    """

    mean: Floats
    covariance: Floats
    centre: float
    spread: float

    def distance(self, features: Floats) -> float:
        """Distance of a picture with patch features (P, 36); NaN where no patch is usable.

        Source: Mittal 2013, eq. 10. One patch has no covariance of its own: it counts as 0.
        """
        usable = features[np.isfinite(features).all(axis=1)]
        if not len(usable):
            return math.nan
        own = np.cov(usable, rowvar=False) if len(usable) > 1 else 0.0
        offset = usable.mean(axis=0) - self.mean
        return math.sqrt(offset @ np.linalg.solve((self.covariance + own) / 2, offset))

    def points(self, distance: float) -> float:
        """A distance as points of 0-100, higher is better: a falling logistic curve.

        >>> Model(np.zeros(36), np.eye(36), centre=5.0, spread=2.0).points(5.0)
        50.0
        """
        return 50.0 * (1.0 - math.tanh((distance - self.centre) / (2.0 * self.spread)))


class Niqe:
    """The scorer ``niqe``: NIQE's distance, as points of 0-100 or raw.

    Args:
        model: the Gaussian and the map.
        info: what the scorer declares.
        device: the torch device it computes on.
        batch: how many images of one size are computed together; on a CPU more than 1 is slower.
        raw: score by the distance itself (0 is best, there is no upper end).
    """

    native_size = True

    def __init__(
        self, model: Model, info: ScorerInfo, *, device: str, batch: int = 1, raw: bool = False
    ) -> None:
        self.model = model
        self.info = info
        self._device = device
        self._batch = batch
        self._raw = raw

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> list[float]:
        """Score each image, in order; see ``blackcamo.types.Scorer``.

        All of it is float64; ``reference`` computes each image alone.
        """
        batch = 1 if reference else self._batch

        def compute(good: list[Pixels]) -> list[float]:
            distances = in_batches(good, self._distances, batch=batch)
            return distances if self._raw else [self.model.points(d) for d in distances]

        return score_scorable(images, compute, min_side_px=MIN_SIDE_PX)

    @torch.inference_mode()
    def _distances(self, images: list[Pixels]) -> list[float]:
        """Distances of pictures of one size."""
        pictures = torch.from_numpy(np.stack(images)).to(self._device)
        features, _ = patch_features(luma(pictures))
        return [self.model.distance(own) for own in features]


@pure
def create(argument: str, options: ScorerOptions) -> Niqe:
    """NIQE: distance from the statistics of good photographs.

    The extra option ``scale`` is ``points`` (default) or ``raw``.

    Raises:
        OptionError: an argument, an unknown option, engine or scale, or an impossible range.
        WeightsError: the model file inside the package is damaged.
    """
    refuse_argument("niqe", argument)
    check_extra("niqe", options, ("scale",))
    choose("engine of scorer 'niqe'", options.engine, ("auto", "torch"))
    choose("preprocess of scorer 'niqe'", options.preprocess or "luma", ("luma",))
    raw = choose("scale", options.extra.get("scale", "points"), ("points", "raw")) == "raw"
    data = (resources.files("blackcamo.scorers") / "data" / "niqe.safetensors").read_bytes()
    model = load_model(data)
    info = ScorerInfo(
        name="niqe",
        low=0.0,
        # People quote NIQE between 0 and some 4 spreads past the middle; there is no upper end.
        high=model.centre + 4 * model.spread if raw else 100.0,
        threshold=model.centre if raw else 50.0,
        higher_is_better=not raw,
        digest=sha256(data, b"raw" if raw else b"points"),
        engine="torch",
        precision="fp64",
        preprocess="luma",
    )
    device = resolve_device(options.device)
    batch = 1 if device == "cpu" else GPU_BATCH
    return Niqe(model, declare(info, options), device=device, batch=batch, raw=raw)


def load_model(data: bytes) -> Model:
    """The model in a safetensors file: ``mean``, ``covariance`` and ``points`` (centre, spread).

    Raises:
        WeightsError: another kind of file, or numbers that make no model.
    """
    try:
        arrays = safetensors.numpy.load(data)
        mean, covariance, points = (arrays[k] for k in ("mean", "covariance", "points"))
    except (SafetensorError, KeyError) as error:
        raise WeightsError(
            f"not a NIQE model ({error}); it is made by studies/000-niqe-fit"
        ) from error
    shapes = (mean.shape, covariance.shape, points.shape)
    if shapes != ((FEATURES,), (FEATURES, FEATURES), (2,)) or not all(
        a.dtype == np.float64 and np.isfinite(a).all() for a in (mean, covariance, points)
    ):
        raise WeightsError(
            f"not a NIQE model: its arrays are {shapes}; they must be finite float64 of "
            f"({FEATURES}), ({FEATURES}, {FEATURES}) and (2)"
        )
    return Model(mean, covariance, centre=float(points[0]), spread=float(points[1]))


def patch_features(picture: Tensor) -> tuple[Floats, Floats]:
    """The features of NIQE in each patch.

    Args:
        picture: luma, float64 (B, H, W) of 0-255, both sides at least 32.

    Returns:
        Features (B, P, 36), NaN in patches without contrast, and sharpness (B, P): the mean
        local deviation, by which the photographs' best patches are chosen. P runs row by row.

    Source: Mittal 2013, sections II-A to II-C.
    """
    height, width = picture.shape[-2:]
    # Even, so that at half size a patch is half as large.
    side = min(PATCH_PX, height // 2 * 2, width // 2 * 2)
    picture = picture[:, : height // side * side, : width // side * side]
    features, sharpness = _one_scale(picture, side)
    halved = torch.cat([half_size(strip) for strip in _strips(picture, side)], dim=1)
    coarse, _ = _one_scale(halved, side // 2)
    return np.concatenate((features, coarse), axis=-1), sharpness


def _one_scale(picture: Tensor, side: int) -> tuple[Floats, Floats]:
    """Features (B, P, 18) and sharpness (B, P) of a picture cut into patches."""
    sums, sharpness = [], []
    for strip in _strips(picture, side):
        coefficients, deviation = mscn(strip)
        patches = _patches(coefficients, side)
        maps = (patches, *neighbour_products(patches))
        sums.append(torch.stack([moments(m) for m in maps], dim=-2))
        sharpness.append(_patches(deviation, side).mean((-2, -1)))
    fitted = fit_aggd(torch.cat(sums, dim=1).cpu().numpy(), side * side)
    columns = [fitted.shape[..., 0], (fitted.left[..., 0] + fitted.right[..., 0]) / 2]
    for i in range(1, 5):
        columns += [a[..., i] for a in (fitted.shape, fitted.mean, fitted.left, fitted.right)]
    return np.stack(columns, axis=-1), torch.cat(sharpness, dim=1).cpu().numpy()


def _strips(picture: Tensor, side: int) -> Iterator[Tensor]:
    """Whole rows of patches, with the border that the filters eat."""
    batch, height, width = picture.shape
    rows = max(1, STRIP_PX[picture.device.type] // (batch * width * side)) * side
    extended = extend(picture)
    for top in range(0, height, rows):
        yield extended[:, top : min(top + rows, height) + 2 * BORDER_PX]


def _patches(field: Tensor, side: int) -> Tensor:
    """(B, H, W) cut into (B, P, side, side)."""
    batch, height, width = field.shape
    grid = field.view(batch, height // side, side, width // side, side)
    return grid.transpose(2, 3).reshape(batch, -1, side, side)
