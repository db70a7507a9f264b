"""Count the votes of a jury: per run, with confidence intervals, and how far people agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import InputError
from blackcamo.mediaeval.jury.agreement import nominal_alpha
from blackcamo.mediaeval.jury.key import LEAST, MOST, VOTES_FORMAT, Key, read_document, read_key
from blackcamo.strict_json import short

RESAMPLES = 2000
CONFIDENCE = 0.95

Interval: TypeAlias = tuple[float, float]

_NONE, _MOST, _LEAST = 0, 1, 2


@dataclass(frozen=True, slots=True)
class RunTally:
    """Votes of one run, out of images times annotators, with their 95 % intervals."""

    run: str
    most: int
    least: int
    most_interval: Interval
    least_interval: Interval


@dataclass(frozen=True, slots=True)
class Tally:
    """The tally of a jury.

    ``votes`` is the most that a run can have; ``alpha`` Krippendorff's, of the nominal label
    (most, least, none) that each annotator gives each image and run; None for one annotator.
    ``runs`` are most appealing first. ``absent`` have not sent their votes.
    """

    votes: int
    images: int
    annotators: tuple[str, ...]
    absent: tuple[str, ...]
    alpha: float | None
    runs: tuple[RunTally, ...]

    def to_json(self) -> dict[str, Any]:
        """The tally in JSON's types."""
        return asdict(self)


def tally(key: Path, votes: Sequence[Path], *, seed: int = 0) -> Tally:
    """Count vote files that pages of one jury saved.

    Args:
        key: the jury's key.
        votes: one file per annotator.
        seed: what fixes the bootstrap.

    Raises:
        InputError: a file cannot be read, belongs to another jury, is incomplete, contradicts
            itself, or repeats an annotator.
    """
    if not votes:
        raise InputError("no votes are given; name the files that the pages saved")
    read = read_key(key)
    labels: dict[str, NDArray[np.int8]] = {}
    for path in votes:
        who, given = _read_votes(path, read)
        if who in labels:
            raise InputError(f"{path}: votes of {who!r} are given twice; keep one of the files")
        labels[who] = given
    return count(
        np.stack(list(labels.values())),
        runs=read.runs,
        annotators=tuple(labels),
        absent=tuple(who for who in read.tokens if who not in labels),
        seed=seed,
    )


def count(
    labels: NDArray[np.int8],
    *,
    runs: Sequence[str],
    annotators: tuple[str, ...],
    absent: tuple[str, ...] = (),
    seed: int = 0,
) -> Tally:
    """Count labels (annotators, images, runs): 1 is most, 2 least appealing, 0 neither."""
    most, least = (labels == _MOST), (labels == _LEAST)
    most_bounds, least_bounds = (_bootstrap(picked, seed) for picked in (most, least))
    counted = [
        RunTally(
            run=run,
            most=int(most[:, :, n].sum()),
            least=int(least[:, :, n].sum()),
            most_interval=most_bounds[n],
            least_interval=least_bounds[n],
        )
        for n, run in enumerate(runs)
    ]
    people, images = labels.shape[:2]
    return Tally(
        votes=people * images,
        images=images,
        annotators=annotators,
        absent=absent,
        alpha=_alpha(labels),
        runs=tuple(sorted(counted, key=lambda r: (-r.most, r.least, r.run))),
    )


def _bootstrap(picked: NDArray[np.bool_], seed: int) -> list[Interval]:
    """95 % percentile intervals of each run's votes, images and annotators drawn anew alike."""
    people, images, _ = picked.shape
    rng = np.random.default_rng(seed)
    drawn_people = rng.multinomial(people, np.full(people, 1 / people), RESAMPLES)
    drawn_images = rng.multinomial(images, np.full(images, 1 / images), RESAMPLES)
    totals = np.einsum("ba,bi,air->br", drawn_people, drawn_images, picked.astype(int))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(totals, [tail, 100 - tail], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _alpha(labels: NDArray[np.int8]) -> float | None:
    if len(labels) < 2:
        return None
    return nominal_alpha(labels.reshape(len(labels), -1))


def _read_votes(path: Path, key: Key) -> tuple[str, NDArray[np.int8]]:
    """An annotator's name and labels (images, runs)."""
    document = read_document(path, VOTES_FORMAT)
    if document.get("jury") != key.jury:
        raise InputError(f"{path}: votes of another jury; give its own key")
    who = document.get("annotator")
    if not isinstance(who, str) or who not in key.tokens:
        raise InputError(f"{path}: annotator {short(who)} is not of this jury")
    given = document.get("votes")
    if not isinstance(given, list) or len(given) != len(key.images):
        raise InputError(f"{path}: votes on {len(key.images)} images are needed; save them again")
    labels = np.full((len(key.images), len(key.runs)), _NONE, np.int8)
    seen = set()
    for number, vote in enumerate(given, start=1):
        image, picks = _read_vote(f"{path}: vote {number}", vote, key.tokens[who])
        if image in seen:
            raise InputError(f"{path}: two votes are on one image; save the votes again")
        seen.add(image)
        for run, label in picks.items():
            labels[key.images.index(image), key.runs.index(run)] = label
    return who, labels


def _read_vote(
    where: str, vote: object, meanings: Mapping[str, tuple[str, str]]
) -> tuple[str, dict[str, int]]:
    """The image that a vote is on, and its runs with their labels."""
    picks: dict[str, int] = {}
    images = set()
    for kind, wanted, label in (("most", MOST, _MOST), ("least", LEAST, _LEAST)):
        tokens = vote.get(kind) if isinstance(vote, dict) else None
        if not isinstance(tokens, list) or len(tokens) != wanted:
            raise InputError(f"{where}: {wanted} {kind} appealing versions are needed")
        for token in tokens:
            if not isinstance(token, str) or token not in meanings:
                raise InputError(f"{where}: {short(token)} is no version on this annotator's page")
            image, run = meanings[token]
            if run in picks:
                raise InputError(f"{where}: a version is picked twice")
            picks[run] = label
            images.add(image)
    if len(images) != 1:
        raise InputError(f"{where}: versions of {len(images)} images are mixed")
    return images.pop(), picks
