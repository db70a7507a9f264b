"""Keeping a storage small: deleting studies, pruning pictures."""

from __future__ import annotations

from pathlib import Path

from blackcamo.run.gallery import UNCHANGED
from blackcamo.run.results import PruneResult
from blackcamo.run.review import Review
from blackcamo.study import Study, delete_study, list_studies, pictures_folder
from blackcamo.study.pictures import orphans
from blackcamo.study.storage import open_storage


def delete(study: str, *, storage: str | Path, pictures: Path | None = None) -> None:
    """Delete a study with its trials, its pictures and its jury.

    Args:
        study: its whole name; a beginning will not do.

    Raises:
        BlackcamoError: there is no such study, somebody writes it, or it cannot be deleted.
    """
    delete_study(storage, study, pictures=pictures_folder(storage, pictures))


def prune_artifacts(
    study: str | None = None, *, storage: str | Path, pictures: Path | None = None
) -> PruneResult:
    """Drop pictures that a review can do without: all but the photo's, the front's, the winner's.

    Without a study, those of all studies, and files that no study knows any more.

    Raises:
        BlackcamoError: the storage or the study cannot be opened or written.
    """
    folder = pictures_folder(storage, pictures)
    names = [study] if study is not None else [s.name for s in list_studies(storage)]
    files = freed = kept = 0
    for name in names:
        review = Review(Study.load(storage, name))
        shown = review.study.pictures(folder)
        there = shown.all()
        delivered = review.delivered.get("trial", UNCHANGED)
        doomed = there.keys() - {UNCHANGED, delivered, *review.front}
        freed += sum(there[number].path.stat().st_size for number in doomed)
        shown.remove(doomed)
        files, kept = files + len(doomed), kept + len(there) - len(doomed)
    if study is None:
        for path in orphans(open_storage(storage), folder):
            files, freed = files + 1, freed + path.stat().st_size
            path.unlink(missing_ok=True)
    return PruneResult(removed=files, removed_bytes=freed, kept=kept)
