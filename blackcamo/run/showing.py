"""Displays in a notebook: a search under way, and the front of its study as a strip of pictures."""

from __future__ import annotations

import sys
import time
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

from blackcamo.images import fit_long_side, load_photo
from blackcamo.report.grid import GridCell, picture_grid
from blackcamo.report.notebook import bar
from blackcamo.run.results import Progress, ProgressCallback
from blackcamo.run.review import Review
from blackcamo.study import Study
from blackcamo.types import PathLike, Pixels

Shown: TypeAlias = ProgressCallback | Literal[False] | None
"""Who is told of progress: a callable; nobody; or, with None, the notebook if it runs in one."""

_EVERY_S = 0.3
_STRIP_PX = 384
_STRIP_MOST = 8
_COLUMNS = 5


def told(progress: Shown) -> ProgressCallback | None:
    """Whom to tell of progress, None for nobody."""
    if progress is False:
        return None
    return progress or (_InNotebook() if _notebook() else None)


def front_strip(study: str, storage: PathLike, photo: PathLike) -> Pixels:
    """The front of a study as pictures, most camouflaged first, after the photo itself.

    More than eight are thinned out evenly, the two ends kept; they are rendered small.

    Raises:
        BlackcamoError: the study or the photo cannot be read.
    """
    review = Review(Study.load(storage, study))
    small = fit_long_side(load_photo(Path(photo)).pixels, _STRIP_PX)
    front = review.front
    most = min(len(front), _STRIP_MOST)
    kept = [front[round(i * (len(front) - 1) / max(most - 1, 1))] for i in range(most)]
    cells = [GridCell("original", small)]
    for number in kept:
        trial = review.trials[number]
        said = f"{trial.score:.1f}, appeal {trial.appeal:.1f}"
        cells.append(GridCell(trial.style, review.picture(number, small), said))
    return picture_grid(cells, columns=min(len(cells), _COLUMNS))


class _InNotebook:
    """A line with a bar in the output of a cell, drawn anew as a search goes on."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._latest = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._handle is not None and not progress.doing and now - self._latest < _EVERY_S:
            return
        self._latest = now
        shown = _ipython().HTML(_line(progress))
        if self._handle is None:
            self._handle = _ipython().display(shown, display_id=True)
        else:
            self._handle.update(shown)


def _line(progress: Progress) -> str:
    words = [progress.doing] if progress.doing else []
    if progress.best_score is not None:
        to = "" if progress.target is None else f" → {progress.target:g}"
        words.append(f"{progress.best_score:.1f}{to}{' ✓' if progress.reached else ''}")
    if progress.best_appeal is not None:
        words.append(f"appeal {progress.best_appeal:.0f}")
    counts = {"search": progress.queries, "budget": progress.budget}
    return f"<div>{escape(' · '.join(words))}{bar(counts)}</div>"


def _notebook() -> bool:
    """Whether this runs in a notebook's kernel; IPython is not imported to find that out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def _ipython() -> Any:
    return import_module("IPython.display")
