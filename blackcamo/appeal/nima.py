"""An aesthetics network as a further opinion on appeal, which can lower it but never raise it.

A search that only pleases a network deceives it as it deceives a scorer: it once delivered a dark,
noisy portrait that this very network rated above the photo. So the measure ``nima-aesthetic`` is
``critic`` with one more part, ``aesthetics``, and the lowest part decides: where the network
likes a picture better than the photo, what people can see of the damage still counts in full.

``aesthetics`` falls with the mean rating (1-10) that a candidate loses against the photo, and is
100 where it loses none.

Source: Talebi, Milanfar, "NIMA: Neural Image Assessment" (IEEE TIP 27(8), 2018).
"""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.appeal import critic
from blackcamo.nets.mobilenet import INPUT_PX, NimaMobileNet, mean_rating
from blackcamo.types import Appeal, Appraisal, Mode, Views
from blackcamo.weights.nima import load_network

# Two standard deviations of the ratings of 120 photos of six collections (0.42): the part is 37
# there. JPEG 90 alone moves a rating by 0.06, which costs half a point.
_RATING_SCALE = 0.84


class AestheticOpinion:
    """The appeal measure ``nima-aesthetic``.

    Args:
        network: rates a photo.
        measure: what decides besides.
    """

    name = "nima-aesthetic"

    def __init__(self, network: NimaMobileNet, measure: Appeal) -> None:
        self._network = network
        self._measure = measure

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        """Appraise each candidate of ``views``: the lower of the measure and the opinion."""
        photo = self._ratings(views.original)
        lost = (photo - self._ratings(views.delivered)).clamp(min=0)
        opinions = 100 * torch.exp(-((lost / _RATING_SCALE) ** 2))
        return [
            Appraisal(min(measured.value, opinion), {**measured.parts, "aesthetics": opinion})
            for measured, opinion in zip(self._measure(views, mode), opinions.tolist(), strict=True)
        ]

    @torch.inference_mode()
    def _ratings(self, rgb: Tensor) -> Tensor:
        """Mean ratings (B) of pictures (B, 3, H, W)."""
        return mean_rating(self._network.to(rgb.device)(nearest(rgb) * 2 - 1))


def create() -> AestheticOpinion:
    """Build the measure from installed weights.

    Raises:
        WeightsError: the weights are not installed, or damaged.
    """
    network, _ = load_network("nima-aesthetic")
    return AestheticOpinion(network, critic.create())


def nearest(rgb: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) at 224 x 224, by the nearest pixel, as the network was trained.

    Source: Pillow's resize with NEAREST, which takes the pixel under each target pixel's centre and
    finds the centres by adding up, so that rounding errors add up too.
    """
    rows, columns = (_centres(side).to(rgb.device) for side in rgb.shape[-2:])
    return rgb[..., rows[:, None], columns]


def _centres(side: int) -> Tensor:
    steps = torch.full((INPUT_PX,), side / INPUT_PX, dtype=torch.float64)
    steps[0] /= 2
    return steps.cumsum(0).long()
