"""How well a scorer agrees with people: correlation and error on a labelled data set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import BlackcamoError, InputError
from blackcamo.images import load_photo
from blackcamo.ledger import Ledger
from blackcamo.mediaeval.datasets import Labelled
from blackcamo.mediaeval.images import Progress
from blackcamo.oracle import Oracle
from blackcamo.types import Scorer, ScorerInfo


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over a number of images.

    ``plcc`` and ``srocc`` are Pearson's and Spearman's correlation, positive where the scorer
    agrees whatever its direction, None where scores or labels are all the same. ``mae`` and
    ``rmse`` are in points of the labels' scale, 0-100, onto which the scorer's is mapped.
    """

    images: int
    plcc: float | None
    srocc: float | None
    mae: float
    rmse: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """A scorer's agreement, its scores by image name, and why other images have none."""

    scorer: ScorerInfo
    agreement: Agreement
    scores: Mapping[str, float]
    failed: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The assessment in JSON's types."""
        return {
            "scorer": self.scorer.name,
            **asdict(self.agreement),
            "failed": dict(self.failed),
            "scores": dict(self.scores),
        }


def assess(
    scorer: Scorer, pictures: Sequence[Labelled], *, progress: Progress = lambda *_: None
) -> Assessment:
    """Score pictures as they are, without a channel, and compare with their labels.

    Args:
        pictures: pictures with mean opinion scores.
        progress: called with "images", images done and images in all, after each image.

    Raises:
        InputError: pictures without labels, or fewer than two that can be scored.
    """
    labels = {picture.path.name: picture.mos for picture in pictures if picture.mos is not None}
    if len(labels) < len(pictures):
        raise InputError("these pictures have no opinion scores; take koniq10k or mepp20dev")
    oracle = Oracle(scorer, Ledger.unlimited())
    scores: dict[str, float] = {}
    failed: dict[str, str] = {}
    for done, picture in enumerate(pictures, start=1):
        name = picture.path.name
        try:
            scores[name] = _score(oracle, picture)
        except BlackcamoError as error:
            failed[name] = str(error)
        progress("images", done, len(pictures))
    if len(scores) < 2:
        reason = next(iter(failed.values()), "there are none")
        raise InputError(f"fewer than two pictures can be scored: {reason}")
    mos = np.array([labels[name] for name in scores], np.float64)
    return Assessment(
        scorer=scorer.info,
        agreement=agreement(np.array(list(scores.values())), mos, scorer.info),
        scores=scores,
        failed=failed,
    )


def agreement(scores: NDArray[np.float64], mos: NDArray[np.float64], info: ScorerInfo) -> Agreement:
    """Agreement of scores, on the scorer's own scale, with opinion scores of 0-100."""
    from scipy import stats

    # One line for both directions: the worst end of the scale is 0, the best is 100.
    points = 100 * (scores - info.low) / (info.high - info.low)
    points = points if info.higher_is_better else 100 - points
    varied = np.ptp(points) > 0 and np.ptp(mos) > 0
    errors = points - mos
    return Agreement(
        images=len(scores),
        plcc=float(stats.pearsonr(points, mos).statistic) if varied else None,
        srocc=float(stats.spearmanr(points, mos).statistic) if varied else None,
        mae=float(np.abs(errors).mean()),
        rmse=float(np.sqrt(np.square(errors).mean())),
    )


def _score(oracle: Oracle, picture: Labelled) -> float:
    pixels = load_photo(picture.path).pixels
    digest = hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
    (answer,) = oracle.ask([(digest, pixels)], kind="verify", reference=True)
    if answer.error is not None:
        raise InputError(f"{picture.path} cannot be scored: {answer.error}")
    return answer.score
