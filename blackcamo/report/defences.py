"""A drawing of what countermeasures do to camouflages and to clean pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.report.plots import require_plot, write_plot

_WHO = "the plot of countermeasures"
_HALF = 0.19
"""How far a measure's two bars lie from its line."""


@dataclass(frozen=True, slots=True)
class DefencePlot:
    """For each measure a bar for camouflages and one for clean pictures.

    Args:
        scorer: the name of whose scores they are.
        measures: (name, points recovered of camouflages, points that clean pictures move towards
            high quality, what else is said of it) of each.
    """

    scorer: str
    measures: Sequence[tuple[str, float, float, str]]

    def write(self, path: Path) -> None:
        """Draw to a file whose ending says the format.

        Raises:
            OptionError: another ending than .png, .svg or .pdf.
            MissingExtraError: matplotlib is not installed.
            OutputError: the file cannot be written.
        """
        write_plot(path, self._draw, name=self.scorer, who=_WHO)

    def _draw(self, axes: Any) -> None:
        # The first one on top.
        lines = [-number for number in range(len(self.measures))]
        for nth, side, colour, label in (
            (1, 1, "tab:blue", "camouflages"),
            (2, -1, "0.6", "clean pictures"),
        ):
            axes.barh(
                [line + side * _HALF for line in lines],
                [float(measure[nth]) for measure in self.measures],
                height=2 * _HALF,
                color=colour,
                label=label,
            )
        axes.axvline(0, color="0.3", linewidth=1)
        for line, (_, recovered, change, note) in zip(lines, self.measures, strict=True):
            end = max(recovered, change, 0)
            axes.annotate(
                note, (end, line), (4, 0), textcoords="offset points", va="center", fontsize="small"
            )
        axes.set_yticks(lines, [measure[0] for measure in self.measures])
        axes.margins(x=0.12, y=0.01)
        axes.set_xlabel(f"mean points towards high quality ({self.scorer})")
        axes.legend(loc="best", frameon=False)


def require_defence_plot(path: Path) -> None:
    """Refuse a file that could not be drawn, before a scorer is asked.

    Raises:
        OptionError, MissingExtraError: as :meth:`DefencePlot.write`.
    """
    require_plot(path, who=_WHO)
