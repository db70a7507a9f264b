"""Deliver any trial of a study: rendered in full, verified, written like a search's result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from blackcamo import plugins
from blackcamo.errors import ScorerError
from blackcamo.images import Photo, encode_png, fitting_stem, prepare_folder
from blackcamo.judge import Judged
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.preset import Preset
from blackcamo.rendering import Renderer
from blackcamo.report.canvas import Scored
from blackcamo.report.compare import compare_picture
from blackcamo.run.config import DEFAULT_STORAGE, ScorerKeywords, out_folder, scorer_asked
from blackcamo.run.counted import score_facts, told_outcome, told_scores
from blackcamo.run.keywords import spelled_out
from blackcamo.run.naming import BEST_EFFORT, CAMOUFLAGE, COMPARE, PRESET, write_set
from blackcamo.run.originals import Originals
from blackcamo.run.presets import make_preset, photo_size
from blackcamo.run.results import SearchResult
from blackcamo.run.review import Review
from blackcamo.run.trust import recorded_scorer, settled_options
from blackcamo.run.versions import versions
from blackcamo.scorers import scorer_of
from blackcamo.study import Study
from blackcamo.types import Evaluation, PathLike, Pixels, ScoreFunction, Scorer, ScorerInfo

_QUERIES = 2
"""The photo and the camouflage, each once after every channel."""


@spelled_out(ScorerKeywords)
def deliver(
    study: str,
    *,
    pick: str | int,
    storage: PathLike = DEFAULT_STORAGE,
    photos: PathLike | Sequence[PathLike] = ".",
    out: PathLike | None = None,
    overwrite: bool = False,
    scorer: str | ScoreFunction | None = None,
    **options: Unpack[ScorerKeywords],
) -> SearchResult:
    """Render a trial at the photo's full size, verify it and write camouflage, preset and picture.

    The scorer is asked about the photo and about the camouflage; both count in ``queries``.

    Args:
        study: its name, or a beginning that only it has.
        pick: a trial's number, or "best", "knee", "lowest" as for an export.
        photos: the original, or folders in which it lies.
        out: folder of the files; None is that of a search.
        overwrite: replace other files of those names; else these are numbered.
        scorer: its spec or a callable, where the recorded one has to be named by the user.
        options: what is asked of it; nothing is the recorded ones of the recorded scorer.

    Raises:
        BlackcamoError: the study, the trial, the photo or the scorer cannot be used, or a file
            not be written. What misses the target is a result with ``succeeded`` False.
    """
    started = time.monotonic()
    review = Review(Study.load(storage, study))
    number = review.pick(pick)
    recorded = _preset(review, number, {})
    photo = Originals(photos).of(recorded)
    judge = recorded_scorer(recorded, scorer, scorer_asked(options))
    found = _verified(review, number, photo, judge)
    after, info = found.evaluation, judge.info
    identity = review.identity(number)
    searched = review.searched(number)
    told = told_outcome(searched, review.goal, info, after)
    succeeded = review.goal.succeeded(after.score, after.appeal)
    made_with = versions(info.engine)
    facts: dict[str, Any] = {
        "study": review.study.name,
        "trial": number,
        **score_facts(searched, found.before, after),
        "score_recompressed": None,
        "appeal": after.appeal,
        "appeal_parts": dict(after.parts),
        "succeeded": succeeded,
        "photo_size": photo_size(photo.pixels),
        "camouflage": {
            "sha256": hashlib.sha256(found.data).hexdigest(),
            "width_px": after.width_px,
            "height_px": after.height_px,
        },
        "versions": dict(made_with),
        **settled_options(identity, found.asked),
    }
    preset = _preset(review, number, facts)
    picture = compare_picture(
        _scored(photo.pixels, facts["score_before"], info),
        _scored(searched.delivery.decode(found.data), facts["score_after"], info),
        scorer=info,
        appeal=after.appeal,
        recipe=preset.recipe,
        outcome=told,
    )
    files = {
        PRESET: preset.to_json().encode(),
        COMPARE: encode_png(picture, photo.credit),
        # Comes last: where it lies, what explains it does, too.
        CAMOUFLAGE if succeeded else BEST_EFFORT: found.data,
    }
    stem = photo.path.stem
    folder = out_folder(out, stem)
    prepare_folder(folder)
    first = f"{fitting_stem(stem, folder)}.trial{number}"
    written = write_set(files, folder, first, overwrite=overwrite)
    note = f"{first}.* is there and stays; this is {written}.*"
    return SearchResult(
        photo=photo.path,
        output=folder / f"{written}{CAMOUFLAGE if succeeded else BEST_EFFORT}",
        preset=folder / f"{written}{PRESET}",
        compare=folder / f"{written}{COMPARE}",
        style=preset.style,
        study=review.study.name,
        storage=str(storage),
        scorer=info.name,
        threshold=info.threshold,
        target=review.goal.target,
        **told_scores(searched, facts),
        appeal=after.appeal,
        parts=after.parts,
        recipe=preset.recipe,
        succeeded=succeeded,
        verdict=told.verdict,
        why=told.why,
        queries=found.queries,
        seconds=round(time.monotonic() - started, 3),
        seed=identity["seed"],
        versions=made_with,
        notes=(*photo.notes, *((note,) if written != first else ())),
    )


@dataclass(frozen=True, slots=True)
class _Verified:
    """The photo judged, the trial in full with its bytes, what that took, and who was asked."""

    before: Judged
    evaluation: Evaluation
    data: bytes
    queries: dict[str, int]
    asked: Scorer


def _verified(review: Review, number: int, photo: Photo, scorer: Scorer) -> _Verified:
    """Render a trial at full size and ask the scorer.

    Raises:
        ScorerError: it cannot be rendered or scored.
    """
    identity, searched = review.identity(number), review.searched(number)
    ledger = Ledger(_QUERIES * searched.count)
    renderer = Renderer(
        photo.pixels,
        review.chain(number),
        searched.delivery,
        plugins.load("appeals", identity["appeal_measure"])(),
        identity["mode"],
        keep_size=identity["keep_size"],
        finish=review.finish,
    )
    asked = scorer_of(scorer, lambda: renderer.unchanged()[1])
    oracle = Oracle(asked, ledger)
    objective = Objective(renderer, oracle, {}, searched=searched)
    before = objective.reference()
    if before.error is not None:
        raise ScorerError(f"{photo.path}: the photo itself cannot be scored: {before.error}")
    delivered = objective.deliver(review.trials[number], photo.credit)
    if delivered is None:
        why = oracle.latest_failure or "it cannot be rendered"
        raise ScorerError(f"trial {number} of {review.study.name!r} cannot be verified: {why}")
    return _Verified(before, *delivered, ledger.counts(), asked)


def _preset(review: Review, number: int, facts: dict[str, object]) -> Preset:
    one = review.trials[number]
    identity = review.identity(number)
    return make_preset(review.chain(number), one.style, one.params, identity=identity, facts=facts)


def _scored(pixels: Pixels, score: float, info: ScorerInfo) -> Scored:
    return Scored(pixels, score, is_high_quality(score, info))
