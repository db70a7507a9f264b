"""BRISQUE: how unnatural a picture's local contrast is, by a regression trained on LIVE's ratings.

Source: Mittal, Moorthy, Bovik, "No-Reference Image Quality Assessment in the Spatial Domain" (IEEE
TIP 21(12), 2012). Two releases compute its features differently and have models of their own; each
model gets the features that it was trained on:

- ``opencv`` (OpenCV's quality module and LIVE's C++ release): half the size by a cubic without
  antialiasing, edges continued by their last pixel, neighbours beyond the edge count as 0, the
  coefficients' own spread from an asymmetric fit.
- ``live`` (LIVE's Matlab release): half the size by an antialiased cubic, black beyond the edges,
  neighbours wrap around, the coefficients' own spread from a symmetric fit.

Scores are predicted ratings of LIVE's viewers: 0 is the best, 100 the worst, and a score may leave
that range (OpenCV clips it, which would hide from a search where to go). 50, the middle, parts
high from low quality. A picture without any contrast has no statistics and gets NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
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
    moments,
    mscn,
    neighbour_products,
)
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions
from blackcamo.weights import store
from blackcamo.weights.brisque import FEATURES, LIVE, OPENCV, convert, packaged
from blackcamo.weights.files import check_shapes

MIN_SIDE_PX = 16
GPU_BATCH = 16


@dataclass(frozen=True, slots=True)
class Model:
    """A support vector regression with an RBF kernel on scaled features.

    float64: ``support_vectors`` (N, 36), ``coefficients`` (N), and the features' bounds ``low``
    and ``high`` (36), which are scaled to -1 and 1. ``release`` computes the features.
    """

    release: str
    support_vectors: Floats
    coefficients: Floats
    offset: float
    gamma: float
    low: Floats
    high: Floats

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], *, release: str) -> Model:
        """The regression that ``blackcamo.weights.brisque`` read from a file.

        Raises:
            WeightsError: it lacks a part, or has parts of other shapes.
        """
        arrays = {name: tensor.double().numpy() for name, tensor in tensors.items()}
        vectors = int(np.size(arrays.get("coefficients", ())))
        shapes = {"support_vectors": (vectors, FEATURES), "coefficients": (vectors,)}
        shapes |= {"offset": (), "gamma": (), "low": (FEATURES,), "high": (FEATURES,)}
        check_shapes(tensors, shapes, "BRISQUE")
        if release not in (LIVE, OPENCV):
            raise WeightsError(f"these are not weights of BRISQUE: features are {release!r}")
        offset, gamma = float(arrays.pop("offset")), float(arrays.pop("gamma"))
        return cls(release=release, offset=offset, gamma=gamma, **arrays)

    def predict(self, features: Floats) -> Floats:
        """Ratings (B) of pictures with features (B, 36).

        Source: Chang, Lin, "LIBSVM: A Library for Support Vector Machines" (2011), eq. 10.
        """
        scaled = 2 * (features - self.low) / (self.high - self.low) - 1
        square = ((scaled[:, None] - self.support_vectors) ** 2).sum(axis=-1)
        ratings: Floats = np.exp(-self.gamma * square) @ self.coefficients - self.offset
        return ratings


class Brisque:
    """The scorer ``brisque``.

    Args:
        model: the regression.
        info: what the scorer declares.
        device: the torch device it computes on.
        batch: how many images of one size are computed together; on a CPU more than 1 is slower.
    """

    native_size = True

    def __init__(self, model: Model, info: ScorerInfo, *, device: str, batch: int = 1) -> None:
        self.model = model
        self.info = info
        self._device = device
        self._batch = batch

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> list[float]:
        """Score each image, in order; see ``blackcamo.types.Scorer``.

        All of it is float64; ``reference`` computes each image alone.
        """
        batch = 1 if reference else self._batch
        return score_scorable(
            images,
            lambda those: in_batches(those, self._ratings, batch=batch),
            min_side_px=MIN_SIDE_PX,
        )

    def _ratings(self, images: list[Pixels]) -> Floats:
        features = picture_features(images, release=self.model.release, device=self._device)
        return self.model.predict(features)


@pure
def create(argument: str, options: ScorerOptions) -> Brisque:
    """BRISQUE: natural scene statistics and a regression; lower is better; weights needed.

    They are the installed ones, or those of a package that carries them.

    Raises:
        OptionError: an argument, an unknown option or engine, a preprocessing other than that of
            the model's release, or an impossible range.
        WeightsError: no model is installed, or it is damaged.
    """
    refuse_argument("brisque", argument)
    check_extra("brisque", options)
    choose("engine of scorer 'brisque'", options.engine, ("auto", "torch"))
    package = packaged()
    if package is not None and store.installed("brisque") is None:
        converted = convert(package)
        tensors, release = converted.tensors, converted.settings["features"]
    else:
        loaded = store.load("brisque")
        tensors, release = loaded.tensors, loaded.record.get("features", "not recorded")
    try:
        model = Model.from_tensors(tensors, release=release)
    except WeightsError as error:
        raise WeightsError(f"the installed weights of 'brisque' are damaged: {error}") from error
    choose("preprocess of this model of 'brisque'", options.preprocess or release, (release,))
    info = ScorerInfo(
        name="brisque",
        higher_is_better=False,
        digest=sha256(
            release.encode(), *(tensors[name].numpy().tobytes() for name in sorted(tensors))
        ),
        engine="torch",
        precision="fp64",
        preprocess=release,
    )
    device = resolve_device(options.device)
    batch = 1 if device == "cpu" else GPU_BATCH
    return Brisque(model, declare(info, options), device=device, batch=batch)


@torch.inference_mode()
def picture_features(images: Sequence[Pixels], *, release: str, device: str) -> Floats:
    """The 36 features of each picture, float64 (B, 36): 18 at full size, 18 at half.

    Args:
        images: uint8 (H, W, 3), all of one size, both sides at least 16.
        release: whose features, ``opencv`` or ``live``.
        device: the torch device to compute on.

    Source: Mittal 2012, table I; NaN for pictures without contrast.
    """
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float64) for image in images]
    fine = torch.from_numpy(np.stack(grey)).to(device)
    if release == LIVE:
        coarse = half_size(mirrored(fine))
    else:
        height, width = grey[0].shape
        halves = [
            cv2.resize(g, (width // 2, height // 2), interpolation=cv2.INTER_CUBIC) for g in grey
        ]
        coarse = torch.from_numpy(np.stack(halves)).to(device)
    scales = [_scale_features(picture, release) for picture in (fine, coarse)]
    return np.concatenate(scales, axis=-1)


def _scale_features(picture: Tensor, release: str) -> Floats:
    """The features (B, 18) of one scale, luma float64 (B, H, W)."""
    count = picture.shape[-2] * picture.shape[-1]
    if release == LIVE:
        coefficients, _ = mscn(F.pad(picture, (BORDER_PX,) * 4))
        products = neighbour_products(coefficients)
    else:
        coefficients, _ = mscn(extend(picture))
        # What wraps around meets the zeros.
        products = neighbour_products(F.pad(coefficients, (0, 1, 0, 1)))
    own = moments(coefficients)
    if release == LIVE:
        # A symmetric fit is that of samples of which as many, as large ones, lie on either side.
        half = torch.full_like(own[..., 0], count / 2)
        own = torch.stack((half, half, own[..., 2], own[..., 3], torch.zeros_like(half)), dim=-1)
    sums = torch.stack([own, *(moments(product) for product in products)], dim=-2)
    fitted = fit_aggd(sums.cpu().numpy(), count)
    # Both releases look for the shape in steps of 0.001.
    fitted = fitted._replace(shape=fitted.shape.round(3))
    shape, mean = fitted.shape, fitted.mean
    left, right = fitted.left_deviation**2, fitted.right_deviation**2
    columns = [shape[..., 0], (left[..., 0] + right[..., 0]) / 2]
    for i in range(1, 5):
        columns += [part[..., i] for part in (shape, mean, left, right)]
    return np.stack(columns, axis=-1)


def mirrored(picture: Tensor) -> Tensor:
    """(B, H, W) continued by its mirror image, as ``half_size`` wants it; odd sides become even.

    Source: the edges of Matlab's imresize.
    """
    for axis in (-2, -1):
        side = picture.shape[axis]
        places = torch.arange(-BORDER_PX, side + side % 2 + BORDER_PX, device=picture.device)
        places = places % (2 * side)
        picture = picture.index_select(axis, torch.minimum(places, 2 * side - 1 - places))
    return picture
