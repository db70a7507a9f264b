"""torch: float32 one by one on a CPU, batches in bf16 or fp16 on a GPU."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.engines.stages import Stages
from blackcamo.errors import ScorerError
from blackcamo.types import Pixels

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class TorchEngine:
    """Runs a network's body in channels_last with BatchNorm folded.

    In less than fp32 every batch is filled up to the same number of pictures: libraries choose
    kernels by shape, and another kernel would round a picture's features otherwise.

    Args:
        stages: the network.
        device: a torch device.
        precision: of a search, "fp32", "bf16" or "fp16"; None takes the best of the device.
        batch: pictures in a batch in less than fp32: what a search asks at once, and enough to
            fill a GPU. Halved where the memory does not suffice.
    """

    name = "torch"

    def __init__(
        self, stages: Stages, *, device: str, precision: str | None = None, batch: int = 16
    ) -> None:
        self.device = device
        self.precision = precision or _best_precision(device)
        self._prepare = stages.prepare.to(device)
        self._body = stages.body.to(device)
        self._body.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._head = stages.head
        self._fast = self._body
        if self.precision != "fp32":
            self._fast = copy.deepcopy(self._body).to(_DTYPES[self.precision])
        self._batch = batch

    def run(self, images: Sequence[Pixels], *, reference: bool = False) -> NDArray[np.float32]:
        """Outputs of at least one uint8 picture (H, W, 3), in order; see ``Engine``."""
        with torch.inference_mode():
            if reference or self.precision == "fp32":
                features = [self._alone(image) for image in images]
            else:
                features = self._in_batches(images)
            return np.concatenate([self._head(f[None]).numpy() for f in features])

    def _alone(self, image: Pixels) -> Tensor:
        pixels = self._upload([image])
        # TF32, cuDNN's default on newer GPUs, keeps ten bits of the mantissa.
        with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):
            features: Tensor = self._body(self._prepare(pixels))[0].cpu()
        return features

    def _in_batches(self, images: Sequence[Pixels]) -> list[Tensor]:
        by_size: dict[tuple[int, ...], list[int]] = {}
        for place, image in enumerate(images):
            by_size.setdefault(image.shape, []).append(place)
        features = [torch.empty(0)] * len(images)
        for places in by_size.values():
            for place, row in zip(
                places, self._same_size([images[p] for p in places]), strict=True
            ):
                features[place] = row
        return features

    def _same_size(self, images: list[Pixels]) -> list[Tensor]:
        try:
            rows: list[Tensor] = []
            for start in range(0, len(images), self._batch):
                batch = images[start : start + self._batch]
                filled = batch + [batch[-1]] * (self._batch - len(batch))
                rows.extend(self._batch_features(filled)[: len(batch)])
            return rows
        except torch.cuda.OutOfMemoryError as error:
            if self._batch == 1:
                raise ScorerError(
                    f"{self.device!r} has no memory left for one picture of "
                    f"{images[0].shape[1]}x{images[0].shape[0]}; use device 'cpu'"
                ) from error
            self._batch //= 2
        return self._same_size(images)

    def _batch_features(self, images: list[Pixels]) -> Tensor:
        prepared = self._prepare(self._upload(images)).to(_DTYPES[self.precision])
        features: Tensor = self._fast(prepared).float().cpu()
        return features

    def _upload(self, images: list[Pixels]) -> Tensor:
        return torch.from_numpy(np.stack(images)).to(self.device)


def _best_precision(device: str) -> str:
    if not device.startswith("cuda"):
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
