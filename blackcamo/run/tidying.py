"""Pictures made and thrown away, studies deleted: what keeps a storage in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blackcamo.channel import Channel
from blackcamo.errors import OptionError, PhotoError
from blackcamo.images import load_photo
from blackcamo.run.results import PicturesResult, PruneResult
from blackcamo.run.review import Review
from blackcamo.run.setup import searched_on
from blackcamo.run.trial_pictures import UNCHANGED, TrialPictures, worth_showing
from blackcamo.study import Picture, Pictures, Study, list_studies, pictures_folder
from blackcamo.study import delete_study as delete_one
from blackcamo.study.jury import jury_pictures
from blackcamo.study.pictures import orphans

_MIB = 2**20


def show(
    study: str,
    photo: str | Path,
    *,
    storage: str | Path,
    trials: Sequence[int] | None = None,
    pictures: Path | None = None,
) -> PicturesResult:
    """Make pictures of a study's trials for the dashboard, those that it lacks.

    Args:
        photo: the picture that was searched on.
        trials: their numbers; None is all that a search shows by itself.
        pictures: folder of the pictures, if not the usual one.

    Raises:
        BlackcamoError: the study or the photo cannot be used, a trial has no score, or a file
            cannot be written.
    """
    review = Review(Study.load(storage, study))
    loaded, recorded = load_photo(Path(photo)), review.attributes["photo"]
    if loaded.sha256 != recorded["sha256"]:
        raise PhotoError(
            f"{photo} is not the photo of study {review.study.name!r}; "
            f"name the file {recorded['name']!r} that was searched on"
        )
    kept = review.study.pictures(pictures_folder(storage, pictures))
    wanted = _needed(review) if trials is None else {review.pick(number) for number in trials}
    missing = sorted(wanted - kept.all().keys())
    proxy = searched_on(loaded.pixels, review.attributes["mode"], review.attributes["proxy_px"])
    for number in missing:
        trial_pictures = TrialPictures(
            kept,
            loaded.path.stem,
            proxy,
            chain=review.chain(number),
            channel=Channel(**review.attributes["channel"]),
            goal=review.goal,
            keep_size=review.attributes["keep_size"],
            finish=review.finish,
        )
        trial_pictures.render(review.trials, [number])
    return PicturesResult(
        study=review.study.name,
        made=tuple(missing),
        files={number: picture.path for number, picture in kept.all().items() if number in wanted},
    )


def prune(
    storage: str | Path, *, pictures: Path | None = None, limit_mib: float | None = None
) -> PruneResult:
    """Delete pictures that a study no longer shows, and files that belong to no study.

    Args:
        pictures: folder of the pictures, if not the usual one.
        limit_mib: also delete pictures that are shown until the rest is no larger: first the
            best of batches, then fronts. Photos unchanged, delivered ones and juries stay.

    Raises:
        OptionError: the limit is negative.
        BlackcamoError: the storage or the folder cannot be used.
    """
    if limit_mib is not None and limit_mib < 0:
        raise OptionError(f"limit is {limit_mib:g} MiB; it must be 0 or more")
    folder = pictures_folder(storage, pictures)
    removed: list[int] = []
    kept_bytes = 0
    dispensable: list[tuple[int, Pictures, Picture]] = []
    for summary in list_studies(storage):
        study = Study.load(storage, summary.name)
        # Read in this order, what a running search adds meanwhile is not taken for superfluous.
        there, its = study.pictures(folder).all(), study.pictures(folder)
        review = Review(study)
        needed, front = _needed(review), set(review.front)
        for number, picture in there.items():
            size = picture.path.stat().st_size
            if number not in needed:
                its.remove([number])
                removed.append(size)
                continue
            kept_bytes += size
            if number not in (UNCHANGED, review.delivered.get("trial")):
                dispensable.append((1 if number in front else 0, its, picture))
        kept_bytes += sum(p.path.stat().st_size for p in jury_pictures(study, folder))
    for path in orphans(storage, folder):
        removed.append(path.stat().st_size)
        path.unlink()
    if limit_mib is not None:
        beyond = _remove_beyond(kept_bytes - limit_mib * _MIB, dispensable)
        removed += beyond
        kept_bytes -= sum(beyond)
    return PruneResult(
        folder=folder, removed=len(removed), freed_bytes=sum(removed), kept_bytes=kept_bytes
    )


def _remove_beyond(
    excess_bytes: float, dispensable: Sequence[tuple[int, Pictures, Picture]]
) -> list[int]:
    """Remove pictures, those of the lowest rank first, until that much is gone; their sizes."""
    removed: list[int] = []
    for _, its, picture in sorted(dispensable, key=lambda item: item[0]):
        if sum(removed) >= excess_bytes:
            break
        removed.append(picture.path.stat().st_size)
        its.remove([picture.number])
    return removed


def delete(studies: Sequence[str], *, storage: str | Path, pictures: Path | None = None) -> None:
    """Delete studies with their pictures and juries.

    Args:
        studies: their whole names.
        pictures: folder of the pictures, if not the usual one.

    Raises:
        UnknownNameError: there is none of that name; those before it are deleted.
        StudyError: somebody writes one, or the storage cannot be written.
    """
    for name in studies:
        delete_one(storage, name, pictures=pictures_folder(storage, pictures))


def _needed(review: Review) -> set[int]:
    """The trials that a finished search shows."""
    batches = [batch.numbers for batch in review.study.batches()]
    shown = worth_showing(review.trials, batches, review.goal)
    return (shown | {review.delivered.get("trial", UNCHANGED)}) & review.trials.keys()
