"""KonCept512: the quality model of MediaEval's Pixel Privacy task.

Source: Hosu, Lin, Sziranyi, Saupe, "KonIQ-10k: An Ecologically Valid Database for Deep Learning of
Blind Image Quality Assessment" (IEEE TIP 29, 2020); Liu, Zhao, Larson, Amsaleg, "Exploring Quality
Camouflage for Social Images" (MediaEval 2020) for pre-processing and threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from blackcamo import weights
from blackcamo.engines import Engine, Normalise, Stages, build
from blackcamo.errors import WeightsError
from blackcamo.nets.inception_resnet_v2 import KonCept512, Pooling
from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    pure,
    refuse_argument,
    score_scorable,
    sha256,
    wrong_size,
)
from blackcamo.types import NoScore, Pixels, ScorerInfo, ScorerOptions
from blackcamo.weights.koncept512 import KERAS, PORT

NAME = "koncept512"
HEIGHT_PX, WIDTH_PX = 384, 512
PREPROCESS = ("task", "fit", "none")
_DEFAULT = "task at 512x384, fit elsewhere"

# What belongs to weights of each form: the pooling and the eps of the head's BatchNorm.
_FORMS: dict[str, tuple[Pooling, float]] = {
    PORT: ("top_left_8x8", 1e-5),
    KERAS: ("global", 1e-3),
}
# Sides that a network can take as they are. The port's last map needs the 8 cells of its window,
# and has no place in its head for a second one, which 16 cells make; Keras' needs one cell.
_SIDES_PX: dict[Pooling, range] = {
    "top_left_8x8": range(299, 555),
    "global": range(75, 8193),
}


class KonCept512Scorer:
    """The scorer ``koncept512``: nominally 0-100, never clipped; 50 and more is high quality.

    Args:
        engine: runs the network.
        pooling: the network's.
        info: what the scorer declares.
        preprocess: "task" cuts the middle 512x384 out, as the task's organisers do, and refuses
            smaller pictures; "fit" resizes to cover 512x384 and then cuts; "none" gives the
            network the picture as it is; None takes "task" at exactly 512x384, "fit" elsewhere.
    """

    def __init__(
        self, engine: Engine, *, pooling: Pooling, info: ScorerInfo, preprocess: str | None
    ) -> None:
        self.info = info
        self._engine = engine
        self._sides = _SIDES_PX[pooling]
        self._preprocess = preprocess

    def preprocess_of(self, image: Pixels) -> str:
        """How this picture (H, W, 3) reaches the network: one of ``PREPROCESS``."""
        if self._preprocess is not None:
            return self._preprocess
        return "task" if image.shape[:2] == (HEIGHT_PX, WIDTH_PX) else "fit"

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> list[float]:
        """Score each image, in order; see ``blackcamo.types.Scorer``.

        NaN for one too small for "task", or of a size that the network cannot take for "none".
        """

        def compute(those: list[Pixels]) -> list[float]:
            prepared = [self._prepare(image) for image in those]
            taken = [p for p in prepared if not isinstance(p, NoScore)]
            scores = self._engine.run(taken, reference=reference).ravel().tolist() if taken else []
            following = iter(scores)
            return [p if isinstance(p, NoScore) else next(following) for p in prepared]

        return score_scorable(images, compute)

    def _prepare(self, image: Pixels) -> Pixels | NoScore:
        preprocess = self.preprocess_of(image)
        height, width = image.shape[:2]
        if preprocess == "fit":
            return fit(image)
        if preprocess == "task":
            # A smaller one would be padded with black, which a search over crops could exploit.
            if height >= HEIGHT_PX and width >= WIDTH_PX:
                return centre_crop(image)
            return wrong_size(image, f"{WIDTH_PX}x{HEIGHT_PX} are cut out of it")
        if height in self._sides and width in self._sides:
            return image
        return wrong_size(
            image, f"sides of {self._sides[0]} to {self._sides[-1]} pixels are needed"
        )


def centre_crop(image: Pixels) -> Pixels:
    """The middle (384, 512, 3) of a picture at least that large.

    Source: torchvision's CenterCrop, which rounds half a pixel to the even side.
    """
    top = round((image.shape[0] - HEIGHT_PX) / 2)
    left = round((image.shape[1] - WIDTH_PX) / 2)
    return image[top : top + HEIGHT_PX, left : left + WIDTH_PX]


def fit(image: Pixels) -> Pixels:
    """The largest middle part of the shape 4:3, resampled to (384, 512, 3)."""
    height, width = image.shape[:2]
    scale = max(WIDTH_PX / width, HEIGHT_PX / height)
    box_width, box_height = min(WIDTH_PX / scale, width), min(HEIGHT_PX / scale, height)
    left, top = (width - box_width) / 2, (height - box_height) / 2
    # Resampling the part alone gives what resizing and then cutting would, without the picture
    # 512 pixels wide and a million high that the other way makes of a thin strip.
    resized = Image.fromarray(image).resize(
        (WIDTH_PX, HEIGHT_PX),
        Image.Resampling.BICUBIC,
        box=(left, top, left + box_width, top + box_height),
    )
    return np.asarray(resized)


@pure
def create(argument: str, options: ScorerOptions) -> KonCept512Scorer:
    """KonCept512: the model of the MediaEval 2020 task; weights needed.

    Raises:
        OptionError: an argument, an unknown option, engine, device or preprocess.
        WeightsError: the weights are not installed, or damaged.
        MissingExtraError: the engine's package is not installed.
    """
    refuse_argument(NAME, argument)
    check_extra(NAME, options)
    preprocess = options.preprocess
    if preprocess is not None:
        choose(f"preprocess of scorer {NAME!r}", preprocess, PREPROCESS)
    loaded = weights.load(NAME)
    network, pooling = network_of(loaded)
    engine = build(
        stages(network),
        size=(HEIGHT_PX, WIDTH_PX),
        engine=options.engine,
        device=options.device,
    )
    info = ScorerInfo(
        name=NAME,
        digest=sha256(
            *(loaded.record.get(key, "").encode() for key in ("source_sha256", "format")),
            (preprocess or _DEFAULT).encode(),
        ),
        engine=engine.name,
        precision=engine.precision,
        preprocess=preprocess or _DEFAULT,
    )
    return KonCept512Scorer(
        engine, pooling=pooling, info=declare(info, options), preprocess=preprocess
    )


def network_of(loaded: weights.Loaded) -> tuple[KonCept512, Pooling]:
    """The network for these weights, with the pooling that belongs to them.

    Raises:
        WeightsError: they are damaged.
    """
    try:
        pooling, head_eps = _FORMS[loaded.record["format"]]
        with torch.device("meta"):
            network = KonCept512(pooling=pooling, head_eps=head_eps)
        network.load_state_dict(loaded.tensors, assign=True)
    except (KeyError, RuntimeError) as error:
        raise WeightsError(
            f"the installed weights of {NAME!r} are damaged; install them again: "
            f"blackcamo weights install {NAME} --from FILE"
        ) from error
    return network.eval(), pooling


def stages(network: KonCept512) -> Stages:
    """The network as engines run it; takes pixels of 0-255 to [-1, 1] first."""
    return Stages(prepare=Normalise(scale=2.0, shift=-1.0), body=network.base, head=network.fc)
