"""A study's front as a table for other programs, and as a drawing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.report.plots import write_plot
from blackcamo.types import ScorerInfo

_WHO = "the plot of a front"


def front_csv(entries: Sequence[Mapping[str, Any]]) -> str:
    """One line per trial: number, score, appeal, picks, recipe and every parameter."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    # Each style has parameters of its own; what it does not name is neutral, and left empty.
    names = list(dict.fromkeys(name for entry in entries for name in entry["params"]))
    writer.writerow(["trial", "style", "score", "appeal", "picks", "recipe", *names])
    for entry in entries:
        writer.writerow(
            [
                entry["number"],
                entry["style"],
                entry["score"],
                entry["appeal"],
                " ".join(entry["picks"]),
                entry["recipe"],
                *(entry["params"].get(name, "") for name in names),
            ]
        )
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class FrontPlot:
    """Score against appeal: all trials as dots, the front as a line, its picks by name.

    Args:
        name: the study's.
        scorer: whose scores they are.
        target: the score that was aimed at.
        trials: (score, appeal) of every trial.
        front: (score, appeal, names of picks) of the front, in order.
    """

    name: str
    scorer: ScorerInfo
    target: float
    trials: Sequence[tuple[float, float]]
    front: Sequence[tuple[float, float, Sequence[str]]]

    def write(self, path: Path) -> None:
        """Draw to a file whose ending says the format.

        Raises:
            OptionError: another ending than .png, .svg or .pdf.
            MissingExtraError: matplotlib is not installed.
            OutputError: the file cannot be written.
        """
        write_plot(path, self._draw, name=self.name, who=_WHO)

    def _draw(self, axes: Any) -> None:
        scores, appeals = zip(*self.trials, strict=True)
        axes.scatter(scores, appeals, s=10, color="0.7", label="trials", zorder=1)
        front_scores, front_appeals, _ = zip(*self.front, strict=True)
        axes.plot(
            front_scores,
            front_appeals,
            "o-",
            markersize=4,
            color="tab:blue",
            label="front",
            zorder=3,
        )
        for value, style, label in (
            (self.target, "-", f"target {self.target:g}"),
            (self.scorer.threshold, "--", f"threshold {self.scorer.threshold:g}"),
        ):
            axes.axvline(
                value, color="tab:red", linestyle=style, linewidth=1, label=label, zorder=2
            )
        side = 1 if self.scorer.higher_is_better else -1
        for score, appeal, picks in self.front:
            if picks:
                # Beyond a front there is nothing: to the left, or right where low is good.
                axes.annotate(
                    ", ".join(picks), (score, appeal), (-6 * side, 4), textcoords="offset points",
                    horizontalalignment="right" if side > 0 else "left",
                )  # fmt: skip
        axes.margins(x=0.12, y=0.06)
        good = "higher" if self.scorer.higher_is_better else "lower"
        axes.set_xlabel(f"score ({self.scorer.name}; {good} is better quality)")
        axes.set_ylabel("appeal (0-100)")
        axes.set_title(self.name)
        axes.legend(loc="best", frameon=False)
