"""Score runs as the task did: JPEG 90 of every image, then one scorer for originals and runs."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from blackcamo.channel import Channel
from blackcamo.errors import BlackcamoError, InputError, OptionError
from blackcamo.ledger import Ledger
from blackcamo.mediaeval.images import (
    TASK_SIZE,
    Progress,
    Submitted,
    WrongSizeError,
    check_run,
    find_originals,
    load_sized,
    match,
)
from blackcamo.mediaeval.measures import Measures, jury_images, measure
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.types import Pixels, Scorer, ScorerInfo

TASK_CHANNEL = Channel(quality=90)

_AHEAD = 4

Scores: TypeAlias = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class RunEvaluation:
    """The evaluation of one run.

    ``scores`` has one entry per original of high quality, None where there is none; why, say
    the other fields, by original. ``extra`` are files that belong to no original.
    """

    run: str
    measures: Measures
    scores: Scores
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    wrong_size: tuple[str, ...]
    unreadable: Mapping[str, str]
    extra: tuple[str, ...]

    @property
    def unprotected(self) -> tuple[str, ...]:
        """Originals for which the run has no image that counts."""
        return (*self.missing, *self.ambiguous, *self.wrong_size, *self.unreadable)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The evaluation of all runs, on the originals that were of high quality after the channel.

    ``high`` has those with their scores, ``low`` the others; ``unusable`` says why an original
    could not be scored at all. Neither of the latter two counts.
    """

    scorer: ScorerInfo
    channel: Channel
    high: Mapping[str, float]
    low: Mapping[str, float]
    unusable: Mapping[str, str]
    runs: tuple[RunEvaluation, ...]
    jury_images: tuple[str, ...]


def evaluate(
    originals: Path,
    runs: Mapping[str, Path],
    scorer: Scorer,
    *,
    size_px: tuple[int, int] | None = TASK_SIZE,
    progress: Progress = lambda *_: None,
) -> Evaluation:
    """Score originals and runs after JPEG 90, a few images in memory at a time.

    Args:
        originals: folder of the originals.
        runs: code -> folder of the submitted images.
        size_px: width and height that every image must have; None asks of each submitted image
            the size of its original.
        progress: called with a name, images done and images in all, after each image.

    Raises:
        InputError: a folder cannot be read, or no original can be judged.
        OptionError: no run, or a code of other letters than the task allows.
    """
    if not runs:
        raise OptionError("no run is given; name at least one, as NAME=DIR")
    names = find_originals(originals)
    submitted = {check_run(run): match(run, folder, names) for run, folder in runs.items()}
    total = len(names) + sum(len(run.files) for run in submitted.values())
    examiner = _Examiner(scorer, size_px, total, progress)
    before = examiner.score("originals", names)
    unusable = before.wrong_size | before.unreadable
    if not before.scores:
        raise InputError(f"no original can be scored: {next(iter(unusable.values()))}")
    high = _of_high_quality(before.scores, scorer.info)
    evaluated = []
    for run, found in submitted.items():
        after = examiner.score(run, {s: p for s, p in found.files.items() if s in high})
        evaluated.append(_judge(run, found, after, high, scorer.info))
    return Evaluation(
        scorer=scorer.info,
        channel=TASK_CHANNEL,
        high=high,
        low={stem: score for stem, score in before.scores.items() if stem not in high},
        unusable=unusable,
        runs=tuple(evaluated),
        jury_images=tuple(jury_images([run.scores for run in evaluated])),
    )


def _of_high_quality(scores: Mapping[str, float], info: ScorerInfo) -> dict[str, float]:
    """The originals that a run has to bring down, by stem.

    Raises:
        InputError: there are none.
    """
    high = {stem: score for stem, score in scores.items() if is_high_quality(score, info)}
    if not high:
        raise InputError(
            f"none of {len(scores)} originals is of high quality for scorer "
            f"{info.name!r} (threshold {info.threshold:g}); take better ones"
        )
    return high


@dataclass(frozen=True, slots=True)
class _Scored:
    """Scores of pictures by stem, and why others have none."""

    scores: dict[str, float] = field(default_factory=dict)
    wrong_size: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


class _Examiner:
    """Sends pictures through the channel to the scorer; sizes are the originals'."""

    def __init__(
        self, scorer: Scorer, size_px: tuple[int, int] | None, total: int, progress: Progress
    ) -> None:
        self._oracle = Oracle(scorer, Ledger.unlimited())
        self._size_px = size_px
        self._original_px: dict[str, tuple[int, int]] = {}
        self._progress = progress
        self._total = total
        self._done = 0

    def score(self, what: str, files: Mapping[str, Path]) -> _Scored:
        scored = _Scored()
        for stem, received in _ahead(self._receive, files):
            self._score_one(stem, files[stem], received, scored)
            self._done += 1
            self._progress(what, self._done, self._total)
        return scored

    def _receive(self, stem: str, path: Path) -> tuple[str, Pixels]:
        """The digest of a picture's JPEG and the pixels that the scorer gets."""
        pixels = load_sized(path, self._size_px or self._original_px.get(stem))
        self._original_px.setdefault(stem, (pixels.shape[1], pixels.shape[0]))
        data, received = TASK_CHANNEL.send(pixels)
        return hashlib.sha256(data).hexdigest(), received

    def _score_one(
        self, stem: str, path: Path, received: Future[tuple[str, Pixels]], scored: _Scored
    ) -> None:
        try:
            picture = received.result()
        except WrongSizeError as error:
            scored.wrong_size[stem] = str(error)
            return
        except BlackcamoError as error:
            scored.unreadable[stem] = str(error)
            return
        # The reference path: a reported number depends on no neighbour in a batch.
        (answer,) = self._oracle.ask([picture], kind="verify", reference=True)
        if answer.error is None:
            scored.scores[stem] = answer.score
        else:
            scored.unreadable[stem] = f"{path} cannot be scored: {answer.error}"


def _ahead(
    receive: Callable[[str, Path], tuple[str, Pixels]], files: Mapping[str, Path]
) -> Iterator[tuple[str, Future[tuple[str, Pixels]]]]:
    """Receive pictures while earlier ones are scored, a few at a time so that memory is bounded."""
    with ThreadPoolExecutor(1) as worker:
        waiting: deque[tuple[str, Future[tuple[str, Pixels]]]] = deque()
        for stem, path in files.items():
            waiting.append((stem, worker.submit(receive, stem, path)))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()


def _judge(
    run: str, found: Submitted, after: _Scored, high: Mapping[str, float], info: ScorerInfo
) -> RunEvaluation:
    scores = {stem: after.scores.get(stem) for stem in high}
    return RunEvaluation(
        run=run,
        measures=measure(scores.values(), info),
        scores=scores,
        missing=tuple(stem for stem in found.missing if stem in high),
        ambiguous=tuple(stem for stem in found.ambiguous if stem in high),
        wrong_size=tuple(after.wrong_size),
        unreadable=after.unreadable,
        extra=found.extra,
    )
