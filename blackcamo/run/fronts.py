"""Look at a study that was made: show its front and what its jury says."""

from __future__ import annotations

from pathlib import Path

from blackcamo.images import write_bytes
from blackcamo.report.front import FrontPlot, front_csv
from blackcamo.run.config import DEFAULT_STORAGE
from blackcamo.run.results import FrontEntry, JuryEntry
from blackcamo.run.review import Review
from blackcamo.study import Study
from blackcamo.study.jury import judged
from blackcamo.types import PathLike


def front(
    study: str,
    *,
    storage: PathLike = DEFAULT_STORAGE,
    csv: PathLike | None = None,
    plot: PathLike | None = None,
) -> list[FrontEntry]:
    """The Pareto front of a study, most camouflaged first; scores are those of the search.

    Args:
        csv: also write it there, with all parameters.
        plot: also draw it there, among all trials; the ending says the format (.png, .svg, .pdf).

    Raises:
        BlackcamoError: the storage or the study cannot be opened, or a file not be written.
    """
    review = Review(Study.load(storage, study))
    entries = [review.entry(number) for number in review.front]
    if csv is not None:
        write_bytes(csv, front_csv([entry.to_json() for entry in entries]).encode())
    if plot is not None:
        FrontPlot(
            review.study.name,
            review.scorer,
            target=review.attributes["target"],
            trials=[(e.score, e.appeal) for e in review.trials.values() if e.error is None],
            front=[(e.score, e.appeal, e.picks) for e in entries],
        ).write(Path(plot))
    return entries


def jury_rank(study: str, *, storage: PathLike = DEFAULT_STORAGE) -> list[JuryEntry]:
    """The verdicts of a study's jury on its front, most liked first.

    Raises:
        BlackcamoError: the storage or the study cannot be opened, or nobody was asked.
    """
    review = Review(Study.load(storage, study))
    goal = review.goal
    return [
        JuryEntry(
            number=verdict.number,
            worth=verdict.worth,
            vetoed=verdict.vetoed,
            score=review.trials[verdict.number].score,
            appeal=review.trials[verdict.number].appeal,
            at_target=goal.reached(review.trials[verdict.number].score),
        )
        for verdict in judged(review.study)
    ]
