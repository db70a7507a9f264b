"""Countermeasures before scoring: what they recover of camouflages, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from blackcamo.channels import channels
from blackcamo.errors import OptionError
from blackcamo.mediaeval.agreement import agreement
from blackcamo.mediaeval.datasets import Labelled, read_prepared
from blackcamo.oracle import is_high_quality
from blackcamo.report.defences import DefencePlot, require_defence_plot
from blackcamo.run.checking import check_files, sheet_folder
from blackcamo.run.config import DEFAULT_SCORER
from blackcamo.run.finding import find_photos
from blackcamo.run.results import ChannelsResult, CountermeasuresResult, MeasureEntry
from blackcamo.scorers import load_scorer
from blackcamo.types import ScorerInfo, ScorerOptions

COUNTERMEASURES = "countermeasures"
"""The set of channels that are what a defender may do."""


def countermeasures(
    files: Sequence[str | Path],
    *,
    clean: Sequence[str | Path] = (),
    dataset: str | Path | None = None,
    split: str | None = None,
    scorer: str = DEFAULT_SCORER,
    scorer_options: ScorerOptions | None = None,
    out: str | Path | None = None,
    plot: Path | None = None,
    checked: Callable[[ChannelsResult], None] = lambda _: None,
) -> CountermeasuresResult:
    """Score camouflages after each measure, and clean pictures to see what it does to those.

    Args:
        files: camouflages.
        clean: pictures that nobody has camouflaged, and folders of them.
        dataset: a prepared data set with opinion scores, whose pictures are clean ones, too.
        split: one of its splits; None is all of it.
        scorer: a scorer's spec.
        scorer_options: its options.
        out: folder for a sheet of each camouflage, None for none.
        plot: draw what measures do to both there (.png, .svg or .pdf).
        checked: called with each camouflage's result as soon as it is there.

    Raises:
        OptionError: a plot without clean pictures, or a split without a data set.
        BlackcamoError: the scorer, the data set, a folder or the plot cannot be used. A picture
            that cannot be read or scored has an ``error``.
    """
    if split is not None and dataset is None:
        raise OptionError(f"split is {split}; it is one of a data set: name that, too")
    rated = [] if dataset is None else _rated(Path(dataset), split)
    honest = [*find_photos(clean), *(picture.path for picture in rated)]
    if plot is not None:
        if not honest:
            raise OptionError("a plot shows what measures cost: name clean pictures, too")
        require_defence_plot(plot)
    asked, loaded = channels([COUNTERMEASURES]), load_scorer(scorer, scorer_options)
    results = []
    for result in check_files(files, asked, loaded, sheet_folder(out)):
        results.append(result)
        checked(result)
    unharmed = list(check_files(honest, asked, loaded))
    costs = _Costs(unharmed, {p.path: p.mos for p in rated if p.mos is not None}, loaded.info)
    measures = tuple(_entry(p.name, results, costs, loaded.info) for p in asked.passages)
    if plot is not None:
        _plot(measures, costs.plcc(None), loaded.info).write(plot)
    return CountermeasuresResult(
        results=tuple(results),
        clean=tuple(unharmed),
        measures=measures,
        plcc_before=costs.plcc(None),
        plot=plot,
    )


def _rated(dataset: Path, split: str | None) -> list[Labelled]:
    """The pictures of a data set, all with opinion scores.

    Raises:
        InputError: it is none.
        OptionError: it has no opinion scores.
    """
    pictures = read_prepared(dataset, split)
    if any(picture.mos is None for picture in pictures):
        raise OptionError(f"{dataset} has no opinion scores; name its pictures with --clean")
    return pictures


class _Costs:
    """The effect of countermeasures on clean pictures.

    Args:
        clean: what became of each.
        mos: opinion scores (0-100) of those that have one.
    """

    def __init__(
        self, clean: Iterable[ChannelsResult], mos: Mapping[Path, float], info: ScorerInfo
    ) -> None:
        self._clean = [result for result in clean if result.score is not None]
        self._mos = mos
        self._info = info

    def change(self, measure: str) -> float | None:
        """Mean points by which scores move towards high quality."""
        return _mean([x for r in self._clean if (x := r.recovered[measure]) is not None])

    def moved(self, measure: str) -> float | None:
        """Mean points by which scores move, either way."""
        return _mean([abs(x) for r in self._clean if (x := r.recovered[measure]) is not None])

    def high(self) -> list[ChannelsResult]:
        """Those of high quality as they are."""
        return [r for r in self._clean if r.score and is_high_quality(r.score, self._info)]

    def kept(self, measure: str) -> int:
        """How many of those still are."""
        return sum(r.high_quality[measure] is True for r in self.high())

    def plcc(self, measure: str | None) -> float | None:
        """Correlation with opinion scores after a measure, or (None) of pictures as they are."""
        import numpy as np

        pairs = [
            (score, self._mos[r.photo])
            for r in self._clean
            if r.photo in self._mos
            and (score := r.score if measure is None else r.scores[measure]) is not None
        ]
        if len(pairs) < 2:
            return None
        scores, mos = np.array(pairs, np.float64).T
        return agreement(scores, mos, self._info).plcc


def _entry(
    name: str, results: Iterable[ChannelsResult], costs: _Costs, info: ScorerInfo
) -> MeasureEntry:
    scored = [r for r in results if r.score is not None]
    low = [r for r in scored if r.score is not None and not is_high_quality(r.score, info)]
    return MeasureEntry(
        name=name,
        recovered=_mean([x for r in scored if (x := r.recovered[name]) is not None]),
        low=len(low),
        high_again=sum(r.high_quality[name] is True for r in low),
        clean_change=costs.change(name),
        clean_moved=costs.moved(name),
        clean_high=len(costs.high()),
        clean_kept=costs.kept(name),
        plcc=costs.plcc(name),
    )


def _plot(
    measures: Iterable[MeasureEntry], plcc_before: float | None, info: ScorerInfo
) -> DefencePlot:
    """The bars of both that can be shown; beside them the PLCC lost, where there are ratings."""
    shown = []
    for entry in measures:
        note = ""
        if plcc_before is not None and entry.plcc is not None:
            note = f"PLCC {entry.plcc - plcc_before:+.3f}"
        if entry.recovered is not None and entry.clean_change is not None:
            shown.append((entry.name, entry.recovered, entry.clean_change, note))
    return DefencePlot(info.name, shown)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
