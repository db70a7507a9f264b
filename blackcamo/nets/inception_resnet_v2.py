"""Inception-ResNet-v2 with KonCept512's regression head.

Source: Szegedy, Ioffe, Vanhoucke, Alemi, "Inception-v4, Inception-ResNet and the Impact of
Residual Connections on Learning" (2017), figures 15 to 19 with the channels of the published
checkpoints; head and pooling from Hosu, Lin, Sziranyi, Saupe, "KonIQ-10k" (2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

Pooling: TypeAlias = Literal["top_left_8x8", "global"]

FEATURES = 1536
_BASE_EPS = 1e-3
_WINDOW = 8
MIN_SIDE_PX = 299
"""Smallest side for which the last feature map fills the 8x8 pooling window."""


class Conv(NamedTuple):
    """One convolution of the tables below: output channels, kernel and stride.

    ``same`` pads so that stride 1 keeps the size; otherwise nothing is padded.
    """

    channels: int
    height: int = 1
    width: int = 1
    stride: int = 1
    same: bool = True


Branch: TypeAlias = tuple[Conv, ...]

_STEM_1 = (Conv(32, 3, 3, 2, same=False), Conv(32, 3, 3, same=False), Conv(64, 3, 3))
_STEM_2 = (Conv(80), Conv(192, 3, 3, same=False))
_MIXED_5B: tuple[Branch, ...] = (
    (Conv(96),),
    (Conv(48), Conv(64, 5, 5)),
    (Conv(64), Conv(96, 3, 3), Conv(96, 3, 3)),
)
_POOLED_5B = Conv(64)
_BLOCK_35: tuple[Branch, ...] = (
    (Conv(32),),
    (Conv(32), Conv(32, 3, 3)),
    (Conv(32), Conv(48, 3, 3), Conv(64, 3, 3)),
)
_MIXED_6A: tuple[Branch, ...] = (
    (Conv(384, 3, 3, 2, same=False),),
    (Conv(256), Conv(256, 3, 3), Conv(384, 3, 3, 2, same=False)),
)
_BLOCK_17: tuple[Branch, ...] = (
    (Conv(192),),
    (Conv(128), Conv(160, 1, 7), Conv(192, 7, 1)),
)
_MIXED_7A: tuple[Branch, ...] = (
    (Conv(256), Conv(384, 3, 3, 2, same=False)),
    (Conv(256), Conv(288, 3, 3, 2, same=False)),
    (Conv(256), Conv(288, 3, 3), Conv(320, 3, 3, 2, same=False)),
)
_BLOCK_8: tuple[Branch, ...] = (
    (Conv(192),),
    (Conv(192), Conv(224, 1, 3), Conv(256, 3, 1)),
)


class ConvUnit(nn.Module):
    """Convolution without bias, BatchNorm, ReLU."""

    def __init__(self, channels_in: int, conv: Conv) -> None:
        super().__init__()
        kernel = (conv.height, conv.width)
        padding = (conv.height // 2, conv.width // 2) if conv.same else (0, 0)
        self.conv = nn.Conv2d(channels_in, conv.channels, kernel, conv.stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(conv.channels, eps=_BASE_EPS)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', H', W')."""
        out: Tensor = self.relu(self.bn(self.conv(x)))
        return out


class Mixed(nn.Module):
    """Branches side by side, concatenated; ``pooled`` is one that starts with a pooling."""

    def __init__(
        self, channels_in: int, branches: Sequence[Branch], pooled: nn.Module | None = None
    ) -> None:
        super().__init__()
        modules = [_branch(channels_in, branch) for branch in branches]
        self._names = [f"branch{i}" for i in range(len(modules) + (pooled is not None))]
        for name, module in zip(self._names, [*modules, pooled], strict=False):
            self.add_module(name, module)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, sum of the branches' channels, H', W')."""
        return torch.cat([self.get_submodule(name)(x) for name in self._names], dim=1)


class Residual(Mixed):
    """x + scale * (1x1 convolution of the branches of x), followed by ReLU unless ``last``."""

    def __init__(
        self, channels_in: int, branches: Sequence[Branch], scale: float, *, last: bool = False
    ) -> None:
        super().__init__(channels_in, branches)
        self.conv2d = nn.Conv2d(sum(b[-1].channels for b in branches), channels_in, 1)
        self.relu = nn.Identity() if last else nn.ReLU()
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape."""
        out: Tensor = self.relu(x + self.scale * self.conv2d(super().forward(x)))
        return out


class TopLeftPool(nn.Module):
    """Mean of the top-left 8x8 window: what AvgPool2d(8) keeps of a map below 16x16.

    The PyTorch port of KonCept512 was trained so; of the 10x14 map of a 384x512 picture its
    right and lower part never reach the head.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) with H, W >= 8 to (B, C)."""
        return x[..., :_WINDOW, :_WINDOW].mean((2, 3))


class GlobalPool(nn.Module):
    """Mean of the whole map, as the original Keras model has it."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C)."""
        return x.mean((2, 3))


class KonCept512(nn.Module):
    """Inception-ResNet-v2 and a head 1536-2048-1024-256-1, named as in the published checkpoint.

    Args:
        pooling: ``top_left_8x8`` belongs to weights of the PyTorch port, ``global`` to Keras'.
        head_eps: eps of the head's BatchNorm: 1e-5 in the port, 1e-3 in Keras.
    """

    def __init__(self, *, pooling: Pooling, head_eps: float) -> None:
        super().__init__()
        self.base = nn.Sequential(
            *_units(3, _STEM_1),
            nn.MaxPool2d(3, stride=2),
            *_units(64, _STEM_2),
            nn.MaxPool2d(3, stride=2),
            Mixed(
                192,
                _MIXED_5B,
                nn.Sequential(
                    nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
                    ConvUnit(192, _POOLED_5B),
                ),
            ),
            nn.Sequential(*(Residual(320, _BLOCK_35, 0.17) for _ in range(10))),
            Mixed(320, _MIXED_6A, nn.MaxPool2d(3, stride=2)),
            nn.Sequential(*(Residual(1088, _BLOCK_17, 0.10) for _ in range(20))),
            Mixed(1088, _MIXED_7A, nn.MaxPool2d(3, stride=2)),
            nn.Sequential(*(Residual(2080, _BLOCK_8, 0.20) for _ in range(9))),
            Residual(2080, _BLOCK_8, 1.0, last=True),
            ConvUnit(2080, Conv(FEATURES)),
            TopLeftPool() if pooling == "top_left_8x8" else GlobalPool(),
        )
        self.fc = nn.Sequential(
            *_dense(FEATURES, 2048, dropout=0.25, eps=head_eps),
            *_dense(2048, 1024, dropout=0.25, eps=head_eps),
            *_dense(1024, 256, dropout=0.5, eps=head_eps),
            nn.Linear(256, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores (B,), nominally 0-100, of RGB pictures (B, 3, H, W) in [-1, 1], sides >= 299."""
        scores: Tensor = self.fc(self.base(x)).squeeze(1)
        return scores


def _units(channels_in: int, convs: Sequence[Conv]) -> list[nn.Module]:
    inputs = (channels_in, *(conv.channels for conv in convs))
    return [ConvUnit(n, conv) for n, conv in zip(inputs, convs, strict=False)]


def _branch(channels_in: int, convs: Branch) -> nn.Module:
    units = _units(channels_in, convs)
    return units[0] if len(units) == 1 else nn.Sequential(*units)


def _dense(channels_in: int, channels: int, *, dropout: float, eps: float) -> list[nn.Module]:
    return [
        nn.Linear(channels_in, channels),
        nn.ReLU(),
        nn.BatchNorm1d(channels, eps=eps),
        nn.Dropout(dropout),
    ]
