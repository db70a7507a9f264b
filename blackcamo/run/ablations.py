"""Pictures with some clauses of a recipe left out, rendered and scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from blackcamo import plugins
from blackcamo.errors import ScorerError
from blackcamo.finish import finish
from blackcamo.images import Photo, fit_long_side
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle
from blackcamo.preset import Preset
from blackcamo.rendering import Picture, Renderer
from blackcamo.run.minimal import Point
from blackcamo.run.presets import preset_channel
from blackcamo.scorers import scorer_of
from blackcamo.types import Pixels, Scorer
from blackcamo.wording import Clause

SHOWN_PX = 400
"""Long side of a picture as a strip shows it."""


class Ablations:
    """Pictures with some clauses of a recipe, rendered and scored, each once.

    Args:
        preset: holds the recipe.
        ledger: counts the queries, and bounds them.
        parts: the clauses of the recipe, which are numbered from 0 here.
        told: called with the queries so far after each picture.

    Attributes:
        small: the pixels that arrived of each, scaled down to ``SHOWN_PX``.
    """

    def __init__(
        self,
        preset: Preset,
        photo: Photo,
        scorer: Scorer,
        ledger: Ledger,
        parts: Sequence[Clause],
        told: Callable[[int], None],
    ) -> None:
        self.renderer = Renderer(
            photo.pixels,
            preset.chain(),
            preset_channel(preset),
            plugins.load("appeals", preset.recorded("appeal_measure", str))(),
            preset.mode,
            keep_size=preset.keep_size,
            finish=finish(preset.finish) if preset.finish else None,
        )
        asked = scorer_of(scorer, lambda: self.renderer.unchanged()[1])
        self.oracle = Oracle(asked, ledger)
        self.parts = parts
        self.small: dict[frozenset[int], Pixels] = {}
        self._params = preset.params
        self._told = told
        self._points: dict[frozenset[int], Point] = {}

    def __call__(self, kept: frozenset[int]) -> Point | None:
        """Score and appeal with clauses of these numbers; None where that cannot be asked."""
        if kept not in self._points:
            point = self._point(kept)
            if point is None:
                return None
            self._points[kept] = point
            self._told(self.oracle.ledger.total)
        return self._points[kept]

    def params(self, kept: frozenset[int]) -> dict[str, float]:
        """The parameters of the recipe with these clauses alone, modifiers included."""
        gone = {
            name for i, clause in enumerate(self.parts) if i not in kept for name in clause.params
        }
        return {name: value for name, value in self._params.items() if name not in gone}

    def picture(self, kept: frozenset[int]) -> Picture:
        """The photo with these clauses.

        Raises:
            ScorerError: it cannot be rendered.
        """
        ((_, picture),) = self.renderer.prepare([self.params(kept)])
        if not isinstance(picture, Picture):
            raise ScorerError(f"the recipe cannot be rendered: {picture}")
        return picture

    def _point(self, kept: frozenset[int]) -> Point | None:
        if not kept:
            self._show(kept, self.renderer.unchanged()[1])
            unchanged = Objective(self.renderer, self.oracle, {}).baseline()
            return None if unchanged.error else Point(unchanged.score, unchanged.appeal)
        picture = self.picture(kept)
        known = picture.sha256 in self.oracle.known(reference=True)
        if not known and (self.oracle.failing or self.oracle.ledger.available("search") < 1):
            return None
        asked = [(picture.sha256, picture.received)]
        (answer,) = self.oracle.ask(asked, kind="search", reference=True)
        self._show(kept, picture.received)
        return None if answer.error else Point(answer.score, picture.appraisal.value)

    def _show(self, kept: frozenset[int], pixels: Pixels) -> None:
        """Keep a picture as small as a strip shows it."""
        self.small[kept] = fit_long_side(pixels, SHOWN_PX)
