"""PocketIQA: a small fully convolutional network that rates photos of any size.

A picture is cut into patches of 4x4 pixels, and a discrete cosine transform of each, in brightness
and two colour differences, says what is in it. The logarithms of its energies show damage in quiet
areas, where noise, banding and blocks are seen, as well as in busy ones; what follows are inverted
residuals. Of every map looked at, mean and standard deviation are pooled, so that damage to a part
of the picture counts.

Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks"
(arXiv:1801.04381), for the residuals; Ahmed, Natarajan, Rao, "Discrete Cosine Transform" (IEEE
Transactions on Computers C-23, 1974).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

PATCH = 4
COLOURS = 3
SHOWN = 2  # cosines a side that are kept of colour differences: JPEG halves those anyway
BANDS = PATCH * PATCH + 2 * SHOWN * SHOWN
CONTOURS = 32
WIDTHS = (64, 104, 192)
STRIDES = (1, 2, 2)
"""Channels at an eighth, a sixteenth and a thirty-second of the picture's size."""
BLOCKS = (1, 2, 2)
EXPANSION = 2
SHRINKS = (8, 8, 16, 32)
"""How many times smaller than the picture what is pooled is: energies, and maps of each stage."""
REACH_PX = 160
"""Pixels that have no part in what is pooled of a pixel farther off: 8 for each 3x3 convolution
of maps at an eighth of the size, 16 and 32 of those that follow, 136 in all; in whole pixels of
the last maps."""
FEATURES = 2 * (BANDS + sum(WIDTHS))
HIDDEN = 128
MIN_SIDE_PX = 32
_QUIET = 0.01  # about a level of 255: a patch's answers below it are no news
_VARIANCE_FLOOR = 1e-5


class Cosines(nn.Module):
    """Pictures (B, 3, H, W) to their patches' cosine transforms (B, ``BANDS``, H / 4, W / 4)."""

    kernels: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernels", _cosines())

    def forward(self, x: Tensor) -> Tensor:
        """Transform each patch; pixels beyond the last whole one are left out."""
        return F.conv2d(x, self.kernels, stride=PATCH)


class Trunk(nn.Module):
    """Cosine transforms (B, ``BANDS``, h, w) to features (B, ``FEATURES``)."""

    def __init__(self) -> None:
        super().__init__()
        self.contours = nn.Sequential(
            _layer(BANDS, CONTOURS, 1),
            _layer(CONTOURS, CONTOURS, 2, stride=2, groups=CONTOURS, active=False),
        )
        inputs = (BANDS + CONTOURS, *WIDTHS[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(
                _layer(before, before, 3, stride=stride, groups=before, active=False),
                _layer(before, width, 1, active=False),
                *(Residual(width) for _ in range(blocks)),
            )
            for before, width, stride, blocks in zip(inputs, WIDTHS, STRIDES, BLOCKS, strict=True)
        )

    def forward(self, bands: Tensor) -> Tensor:
        """Means and deviations of the energies and of each stage's maps."""
        return torch.cat([pooled for maps in self.maps(bands) for pooled in _moments(maps)], 1)

    def maps(self, bands: Tensor) -> list[Tensor]:
        """Maps that are pooled: energies, and those of each stage, ``SHRINKS`` times smaller."""
        quarter = F.avg_pool2d(bands[:, :COLOURS], 2)
        energy = (F.avg_pool2d(bands[:, COLOURS:].abs(), 2) + _QUIET).log()
        found = [torch.cat([quarter, energy], 1)]
        maps = torch.cat([found[0], self.contours(bands)], 1)
        for stage in self.stages:
            maps = stage(maps)
            found.append(maps)
        return found


class PocketIQABody(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1], sides of at least 32, to features (B, ``FEATURES``)."""

    def __init__(self) -> None:
        super().__init__()
        self.cosines = Cosines()
        self.trunk = Trunk()

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 3, H, W) to features."""
        features: Tensor = self.trunk(self.cosines(x))
        return features


class PocketIQAMaps(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1] to all that is pooled of them, one map after the other."""

    def __init__(self, body: PocketIQABody) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 3, H, W) to the values of their maps (B, N)."""
        return torch.cat([m.flatten(1) for m in self.body.trunk.maps(self.body.cosines(x))], 1)


class PocketIQAHead(nn.Module):
    """Features (B, ``FEATURES``) to scores (B), which a logistic curve keeps within 0-100."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.BatchNorm1d(FEATURES)
        self.hidden = nn.Linear(FEATURES, HIDDEN)
        self.last = nn.Linear(HIDDEN, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Map features (B, ``FEATURES``) to scores (B)."""
        return self.points(self.scale(features))

    def points(self, scaled: Tensor) -> Tensor:
        """Map features of one scale (B, ``FEATURES``) to scores (B)."""
        logits: Tensor = self.last(F.relu(self.hidden(scaled)))
        return 100.0 * torch.sigmoid(logits.squeeze(1))


class PocketIQA(nn.Module):
    """Pictures (B, 3, H, W) in [-1, 1] to scores (B), 0-100, higher is better."""

    def __init__(self) -> None:
        super().__init__()
        self.body = PocketIQABody()
        self.head = PocketIQAHead()

    def forward(self, x: Tensor) -> Tensor:
        """Rate each picture of the batch by itself."""
        scores: Tensor = self.head(self.body(x))
        return scores


class Residual(nn.Module):
    """An inverted residual: widen, filter each channel by itself, narrow, add."""

    def __init__(self, width: int) -> None:
        super().__init__()
        wide = EXPANSION * width
        self.layers = nn.Sequential(
            _layer(width, wide, 1),
            _layer(wide, wide, 3, groups=wide),
            _layer(wide, width, 1, active=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, C, H, W) to maps of the same shape."""
        added: Tensor = x + self.layers(x)
        return added


def _cosines() -> Tensor:
    """Kernels (``BANDS``, 3, 4, 4): cosines of 3 colour axes, the three means first.

    Each axis is orthonormal, a quarter of which keeps a patch of one colour within [-1, 1].
    """
    # By numpy: torch's arithmetic on the meta device, where a network is made that weights are
    # loaded into, takes a second and a half to start.
    place = np.arange(PATCH)
    basis = _normalised(np.cos(np.pi / PATCH * (place + 0.5) * place[:, None]))
    axes = _normalised(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 2.0, -1.0]]))
    kernels = np.einsum("kc,uh,vw->kuvchw", axes, basis, basis) / PATCH
    brightness = kernels[0].reshape(-1, *kernels.shape[3:])
    differences = kernels[1:, :SHOWN, :SHOWN].reshape(2, -1, *kernels.shape[3:])
    means = np.stack([brightness[0], *differences[:, 0]])
    together = np.concatenate([means, brightness[1:], *differences[:, 1:]])
    return torch.from_numpy(together.astype(np.float32))


def _normalised(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _layer(
    inputs: int, outputs: int, size: int, *, stride: int = 1, groups: int = 1, active: bool = True
) -> nn.Module:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, size, stride, (size - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if active else nn.Sequential(*layers)


def _moments(maps: Tensor) -> tuple[Tensor, Tensor]:
    maps = maps.float()
    mean = maps.mean((2, 3), keepdim=True)
    variance = (maps - mean).square().mean((2, 3))
    return mean.flatten(1), deviation(variance)


def deviation(variance: Tensor) -> Tensor:
    """The second of what is pooled of a map."""
    return (variance + _VARIANCE_FLOOR).sqrt()
