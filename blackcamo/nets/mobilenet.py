"""MobileNet with the head of NIMA: a photo's distribution of human ratings from 1 to 10.

Source: Howard et al. 2017, "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
Applications" (arXiv:1704.04861), table 1, width 1.0; Talebi and Milanfar 2018, "NIMA: Neural Image
Assessment" (IEEE TIP 27, 3998-4011; arXiv:1709.05424), section III for the head.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from blackcamo.errors import WeightsError

INPUT_PX = 224
RATINGS = 10

# Output channels and stride of the depthwise-separable blocks: table 1, "Conv dw" rows in pairs.
_BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)
_STEM_CHANNELS = 32
_BN_EPS = 1e-3  # Keras' default; torch's is 1e-5

# Keras' names of batch normalisation's variables -> torch's.
_BATCH_NORM = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


class _Layer(nn.Sequential):
    """Convolution without bias, batch normalisation, ReLU6.

    The padding is one pixel on every side, at stride 2 as well: Keras up to 2.1, which trained
    the published weights, pads so (their files list a padding layer before every 3x3
    convolution); later versions pad strided ones at the bottom and right alone, and would score
    the same weights otherwise.
    """

    def __init__(self, channels_in: int, channels: int, *, kernel: int, stride: int, groups: int):
        super().__init__()
        self.conv = nn.Conv2d(
            channels_in,
            channels,
            kernel,
            stride=stride,
            padding=kernel // 2,
            groups=groups,
            bias=False,
        )
        self.bn = nn.BatchNorm2d(channels, eps=_BN_EPS)
        self.relu = nn.ReLU6()


class _Separable(nn.Sequential):
    """A 3x3 convolution of each channel by itself, then a 1x1 convolution across channels."""

    def __init__(self, channels_in: int, channels: int, *, stride: int):
        super().__init__()
        self.depthwise = _Layer(
            channels_in, channels_in, kernel=3, stride=stride, groups=channels_in
        )
        self.pointwise = _Layer(channels_in, channels, kernel=1, stride=1, groups=1)


class MobileNet(nn.Module):
    """MobileNet 1.0 up to its global average pooling.

    RGB (B, 3, H, W) in [-1, 1], trained at 224 x 224, to features (B, 1024).
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _Layer(3, _STEM_CHANNELS, kernel=3, stride=2, groups=1)
        channels_in = _STEM_CHANNELS
        blocks = []
        for channels, stride in _BLOCKS:
            blocks.append(_Separable(channels_in, channels, stride=stride))
            channels_in = channels
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        """Map RGB (B, 3, H, W) in [-1, 1] to features (B, 1024)."""
        maps: Tensor = self.blocks(self.stem(x))
        return maps.mean(dim=(2, 3))


class RatingHead(nn.Module):
    """Features (B, 1024) to the probabilities (B, 10) of the ratings 1 to 10.

    For inference: the dropout before the dense layer, which is the identity then, is left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(_BLOCKS[-1][0], RATINGS)

    def forward(self, features: Tensor) -> Tensor:
        """Map features (B, 1024) to probabilities (B, 10)."""
        logits: Tensor = self.dense(features)
        return logits.softmax(dim=1)


class NimaMobileNet(nn.Module):
    """NIMA on MobileNet: RGB (B, 3, 224, 224) in [-1, 1] to probabilities (B, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = MobileNet()
        self.head = RatingHead()

    def forward(self, x: Tensor) -> Tensor:
        """Map RGB (B, 3, 224, 224) in [-1, 1] to probabilities (B, 10)."""
        probabilities: Tensor = self.head(self.body(x))
        return probabilities


def mean_rating(probabilities: Tensor) -> Tensor:
    """The mean (B,) of distributions (B, 10) over the ratings 1 to 10.

    >>> mean_rating(torch.full((1, 10), 0.1)).item()
    5.5
    """
    ratings = torch.arange(1, RATINGS + 1, dtype=probabilities.dtype, device=probabilities.device)
    return probabilities @ ratings


def from_keras(layers: Mapping[str, Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The state dict of ``NimaMobileNet`` from the layers of a Keras weights file.

    Args:
        layers: the variables of each layer, in Keras' layouts: ``layers["conv1"]["kernel"]``.

    Raises:
        WeightsError: a variable is missing, has not as many axes as it must, or is unknown.
    """
    state: dict[str, Tensor] = {}
    left = {(layer, name) for layer, variables in layers.items() for name in variables}
    for layer, name, ours, axes in _variables():
        if (layer, name) not in left:
            raise _not_nima(f"{layer}/{name} is missing")
        left.remove((layer, name))
        variable = layers[layer][name]
        if variable.dim() != len(axes):
            raise _not_nima(f"{layer}/{name} has {variable.dim()} axes, it must have {len(axes)}")
        state[ours] = variable.permute(axes).to(torch.float32).contiguous()
        if name == "moving_variance":
            # torch counts the batches it was trained on; Keras does not, and inference never asks.
            state[ours.replace("running_var", "num_batches_tracked")] = torch.tensor(0)
    if left:
        raise _not_nima(f"{'/'.join(min(left))} is not part of it")
    return state


def _not_nima(reason: str) -> WeightsError:
    return WeightsError(f"these are not weights of NIMA's MobileNet: {reason}")


def _variables() -> Iterator[tuple[str, str, str, tuple[int, ...]]]:
    """For every variable: Keras' layer and name, our name, the order of Keras' axes in ours."""
    layers = [("conv1", "kernel", "body.stem")]
    for i in range(len(_BLOCKS)):
        layers.append((f"conv_dw_{i + 1}", "depthwise_kernel", f"body.blocks.{i}.depthwise"))
        layers.append((f"conv_pw_{i + 1}", "kernel", f"body.blocks.{i}.pointwise"))
    for layer, kernel, ours in layers:
        # Keras: height, width, in, out; depthwise: height, width, channel, 1.
        axes = (2, 3, 0, 1) if kernel == "depthwise_kernel" else (3, 2, 0, 1)
        yield layer, kernel, f"{ours}.conv.weight", axes
        for theirs, name in _BATCH_NORM.items():
            yield f"{layer}_bn", theirs, f"{ours}.bn.{name}", (0,)
    yield "dense_1", "kernel", "head.dense.weight", (1, 0)
    yield "dense_1", "bias", "head.dense.bias", (0,)
