"""One study of several, to be looked at together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blackcamo.errors import OptionError, StudyError
from blackcamo.run.continuing import same_score
from blackcamo.run.counted import score_that_counts
from blackcamo.run.identity import FURTHER, IDENTITY
from blackcamo.run.notes import recorded_failures, study_note
from blackcamo.run.results import MergeResult
from blackcamo.run.review import Review
from blackcamo.run.trial_pictures import UNCHANGED
from blackcamo.study import Study, pictures_folder
from blackcamo.study.attributes import difference
from blackcamo.study.merging import MERGED, Origin, merge_studies
from blackcamo.study.recorded import RecordedStudy

# What searches on one photo may differ in and still have comparable trials.
_FREE = ("strategy", "seed", "batch", "appeal_floor")


def merge(
    studies: Sequence[str],
    *,
    storage: str | Path,
    into: str | None = None,
    pictures: Path | None = None,
) -> MergeResult:
    """Copy the trials of several studies of one photo into a new one, with one common front.

    Its fronts, picks, exports, pictures and juries are like those of any study; no search
    continues it. The studies may differ in strategy, seed, batch size and appeal floor.

    Args:
        studies: their names, or beginnings that only one has; the first one's floor holds.
        into: the new study's name; None makes one.
        pictures: folder of the pictures, if not the usual one.

    Raises:
        OptionError: fewer than two studies, or the new name is taken.
        StudyError: they do not belong together, says by what; or the storage cannot be used.
    """
    reviews = {r.study.name: r for r in (Review(Study.load(storage, s)) for s in studies)}
    _require_alike(list(reviews.values()))
    sources = [r.study for r in reviews.values()]
    name = into or _name(sources)
    copied = merge_studies(
        sources, name, lambda copied: _attributes(list(reviews.values()), copied)
    )
    review = Review(Study.load(storage, name))
    folder = pictures_folder(storage, pictures)
    shown = {UNCHANGED, *review.front, review.delivered.get("trial", UNCHANGED)}
    there = {source.name: source.pictures(folder).all() for source in sources}
    trial_pictures = review.study.pictures(folder)
    trial_pictures.add(
        {
            number: (there[source][trial].name, there[source][trial].path.read_bytes())
            for (source, trial), number in copied.items()
            if number in shown and trial in there[source]
        }
    )
    if review.delivered:
        number = review.delivered["trial"]
        said = review.recipe(number)
        failures = recorded_failures(review.study.evaluations().values())
        note = study_note(
            review.study, recipe=said, pictures=trial_pictures.all(), failures=failures
        )
        review.study.describe(note)
    return MergeResult(study=name, sources=tuple(reviews), trials=len(copied))


def _require_alike(reviews: Sequence[Review]) -> None:
    """Refuse studies that cannot be merged.

    Raises:
        OptionError: there are fewer than two.
        StudyError: they do not belong together.
    """
    if len(reviews) < 2:
        raise OptionError(f"{len(reviews)} study to merge; name at least two different ones")
    for review in reviews:
        if MERGED in review.attributes:
            raise StudyError(
                f"study {review.study.name!r} is merged itself; name its sources instead"
            )
    first, *others = reviews
    for other in others:
        _compare(first, other)


def _compare(first: Review, other: Review) -> None:
    for key in (*IDENTITY, *FURTHER):
        ours, theirs = first.attributes.get(key), other.attributes.get(key)
        if key not in _FREE and ours != theirs:
            raise StudyError(
                f"studies {first.study.name!r} and {other.study.name!r} cannot be merged: "
                f"{difference(key, ours, theirs)}"
            )
    ours, theirs = (review.trials.get(UNCHANGED) for review in (first, other))
    if ours and theirs and not same_score(ours.score, theirs.score, first.scorer):
        raise StudyError(
            f"studies {first.study.name!r} and {other.study.name!r} cannot be merged: the photo "
            f"itself scored {ours.score:.6g} in one and {theirs.score:.6g} in the other: the model "
            "behind the scorer has changed between them"
        )


def _name(sources: Sequence[RecordedStudy]) -> str:
    digest = hashlib.sha256(" ".join(sorted(s.name for s in sources)).encode()).hexdigest()[:8]
    return f"{sources[0].name.rpartition('-')[0]}-merged-{digest}"


def _attributes(reviews: Sequence[Review], copied: Mapping[Origin, int]) -> dict[str, Any]:
    first = reviews[0]
    ledgers = [r.attributes["ledger"] for r in reviews]
    return {
        **_fixed(first),
        MERGED: {r.study.name: _fixed(r) for r in reviews},
        "ledger": {kind: sum(ledger.get(kind, 0) for ledger in ledgers) for kind in ledgers[0]},
        **_delivered(reviews, copied),
    }


def _fixed(review: Review) -> dict[str, Any]:
    keys = (*IDENTITY, *FURTHER, "versions", "photo_size")
    return {key: review.attributes[key] for key in keys if key in review.attributes}


def _delivered(reviews: Sequence[Review], copied: Mapping[Origin, int]) -> dict[str, Any]:
    """The best of what the searches delivered, nothing if none did."""
    finished = [r for r in reviews if r.delivered]
    if not finished:
        return {}
    goal = reviews[0].goal
    points = [(score_that_counts(r.delivered), r.delivered["appeal"]) for r in finished]
    best = finished[goal.winner(points)]
    trial = best.delivered["trial"]
    source = best.study.name if trial != UNCHANGED else reviews[0].study.name
    return {"delivered": {**best.delivered, "trial": copied[source, trial]}}
