"""What it takes of a camouflage's recipe, and what each clause does to score and appeal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blackcamo import plugins
from blackcamo.channel import credited
from blackcamo.errors import OptionError, PresetError, ScorerError
from blackcamo.finish import finish
from blackcamo.images import Credit, Photo, encode_png, fit_long_side, fitting_stem, prepare_folder
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle
from blackcamo.preset import Preset
from blackcamo.rendering import Picture, Renderer
from blackcamo.report.grid import GridCell, picture_grid
from blackcamo.run.applying import preset_channel
from blackcamo.run.minimal import Explained, Point, explain_parts, held
from blackcamo.run.naming import BEST_EFFORT, CAMOUFLAGE, PRESET, write_set
from blackcamo.run.originals import Originals
from blackcamo.run.presets import make_preset, photo_size
from blackcamo.run.results import ClauseEntry, ExplainResult
from blackcamo.run.scoring import recorded_scorer, settled_options
from blackcamo.run.versions import versions
from blackcamo.scorers import scorer_of
from blackcamo.strategies import Goal
from blackcamo.types import Pixels, Scorer, ScorerInfo, ScorerOptions
from blackcamo.wording import Clause, clauses

_LEAST_BUDGET = 3
"""The photo, the whole recipe, and the file that is written."""
_STRIP = ".explain.png"
_COLUMNS, _SHOWN_PX = 4, 400
_OF_THE_WHOLE = ("trial", "score_in_search", "score_recompressed", "migrated")
"""What the provenance of a preset says of its own picture alone."""


def explain(
    preset: Preset,
    *,
    photos: Sequence[str | Path] = (".",),
    budget: int = 64,
    out: str | Path | None = None,
    overwrite: bool = False,
    scorer: str | None = None,
    scorer_options: ScorerOptions | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> ExplainResult:
    """Leave out the clauses of a recipe one by one, and say which ones it takes and what each does.

    The goal that is held is that of the search: score at the target, appeal at the floor; where
    the recipe misses one of them, what it reaches. Everything is rendered at the photo's full size,
    sent through the preset's channel, and scored alone in full precision.

    Args:
        preset: what a search delivered or recorded, see `targets.preset_meant`.
        photos: the original, or folders in which it lies.
        budget: most queries; where they are spent, what is not known yet is None.
        out: folder for the minimal recipe's preset, its file and a strip of pictures; None writes
            nothing.
        overwrite: replace other files of those names; else these are numbered.
        scorer: its spec, where the recorded one has to be named by the user.
        scorer_options: None is the recorded ones.
        progress: called with a word, the queries spent and the budget.

    Raises:
        OptionError: the budget is too small.
        BlackcamoError: preset, photo or scorer cannot be used, or a file not be written.
    """
    if budget < _LEAST_BUDGET:
        raise OptionError(
            f"budget is {budget}; it must be at least {_LEAST_BUDGET}: the photo, the whole recipe "
            "and what is left of it"
        )
    chain = preset.chain()
    parts = clauses(chain.space, preset.params)
    if not parts:
        raise PresetError("the preset changes nothing, so that there is nothing to explain")
    photo = Originals(photos).of(preset)
    judge = recorded_scorer(preset, scorer, scorer_options)
    ledger = Ledger(budget, reserve=0 if out is None else 1)
    measured = _Measured(
        preset, photo, judge, ledger, parts, lambda n: progress("left out", n, budget)
    )
    goal = _goal(preset, judge.info)
    whole = frozenset(range(len(parts)))
    nothing, full = measured(frozenset()), measured(whole)
    if nothing is None or full is None:
        why = measured.oracle.latest_failure
        raise ScorerError(f"{photo.path}: the recipe cannot be measured: {why}")
    # The least visible first.
    found = explain_parts(range(len(parts) - 1, -1, -1), measured, held(goal, full))
    minimal = [clause for i, clause in enumerate(parts) if i in found.kept]
    files = (
        {}
        if out is None
        else _write(preset, photo, found, measured, goal, Path(out), overwrite=overwrite)
    )
    return ExplainResult(
        photo=photo.path,
        study=_text(preset, "study"),
        style=preset.style,
        scorer=judge.info.name,
        threshold=judge.info.threshold,
        target=goal.target,
        appeal_floor=goal.appeal_floor,
        score_before=found.nothing.score,
        score=found.full.score,
        appeal=found.full.appeal,
        appeal_before=found.nothing.appeal,
        score_minimal=found.minimal.score,
        appeal_minimal=found.minimal.appeal,
        succeeded=goal.succeeded(found.full.score, found.full.appeal),
        clauses=tuple(_entry(i, clause, found, judge.info) for i, clause in enumerate(parts)),
        minimal=", ".join(clause.words for clause in minimal) or "no change",
        complete=found.complete,
        queries=ledger.counts(),
        notes=(*photo.notes, *_differs(preset, found.full, judge.info)),
        **files,
    )


class _Measured:
    """Pictures with some clauses of a recipe, rendered and scored, each once.

    Attributes:
        small: what arrived of each, scaled down.
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
        """What these clauses make of the photo.

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
        self.small[kept] = fit_long_side(pixels, _SHOWN_PX)


def _goal(preset: Preset, info: ScorerInfo) -> Goal:
    target, floor = (preset.recorded(name, float) for name in ("target", "appeal_floor"))
    return Goal.for_scorer(info, target=target, appeal_floor=floor)


def _differs(preset: Preset, full: Point, info: ScorerInfo) -> tuple[str, ...]:
    """What to know where the recipe is not what the search measured."""
    recorded = preset.provenance.get("score_after")
    known = preset.provenance.get("scorer")
    name = known.get("name") if isinstance(known, Mapping) else None
    if not isinstance(recorded, float) or name != info.name or recorded == full.score:
        return ()
    return (f"the whole recipe scores {full.score:.4g}; its search recorded {recorded:.4g}",)


def _entry(number: int, clause: Clause, found: Explained, info: ScorerInfo) -> ClauseEntry:
    alone, share = found.alone.get(number), found.shares.get(number)
    return ClauseEntry(
        clause=clause.words,
        params=clause.params,
        kept=number in found.kept,
        score_without=None if alone is None else alone.score,
        appeal_without=None if alone is None else alone.appeal,
        score_share=None if share is None else share.score,
        appeal_share=None if share is None else share.appeal,
        says="" if alone is None else says(alone - found.full, info),
    )


def says(without: Point, info: ScorerInfo) -> str:
    """What leaving out a clause changes, in words.

    >>> says(Point(3.14, -0.4), ScorerInfo("niqe"))
    'without it niqe says 3.1 more, and appeal is 0.4 less'
    >>> says(Point(0.001, 0), ScorerInfo("niqe"))
    'without it niqe says the same, and appeal is the same'
    """
    score, appeal = (_change(value) for value in (without.score, without.appeal))
    return f"without it {info.name} says {score}, and appeal is {appeal}"


def _change(value: float) -> str:
    said = f"{abs(value):.1f}"
    if float(said) == 0:
        return "the same"
    return f"{said} {'more' if value > 0 else 'less'}"


def _write(
    preset: Preset,
    photo: Photo,
    found: Explained,
    measured: _Measured,
    goal: Goal,
    folder: Path,
    *,
    overwrite: bool,
) -> dict[str, Any]:
    """The minimal recipe as a verified file with its preset, and the strip of pictures."""
    picture = measured.picture(found.kept)
    data = credited(picture.jpeg, photo.credit, picture.received.shape[1::-1])
    delivered = measured.renderer.channel.decode(data)
    # The file itself, not the picture that it was made of, so that this is a query of its own.
    digest = f"file {hashlib.sha256(data).hexdigest()}"
    (answer,) = measured.oracle.ask([(digest, delivered)], kind="verify", reference=True)
    if answer.error is not None:
        raise ScorerError(f"{photo.path}: the minimal recipe cannot be verified: {answer.error}")
    appeal = picture.appraisal
    info = measured.oracle.scorer.info
    succeeded = goal.succeeded(answer.score, appeal.value)
    kept = {k: v for k, v in preset.provenance.items() if k not in _OF_THE_WHOLE}
    made = make_preset(
        measured.renderer.chain,
        preset.style,
        measured.params(found.kept),
        identity={
            **kept,
            "seed": preset.seed,
            "keep_size": preset.keep_size,
            "mode": preset.mode,
            "finish": preset.finish,
        },
        facts={
            "minimal_of": preset.recipe,
            "score_before": found.nothing.score,
            "score_after": answer.score,
            "appeal": appeal.value,
            "appeal_parts": dict(appeal.parts),
            "succeeded": succeeded,
            "photo_size": photo_size(photo.pixels),
            "camouflage": {
                "sha256": hashlib.sha256(data).hexdigest(),
                "width_px": delivered.shape[1],
                "height_px": delivered.shape[0],
            },
            "versions": dict(versions(info.engine)),
            **settled_options(preset.provenance, measured.oracle.scorer),
        },
    )
    prepare_folder(folder)
    ending = CAMOUFLAGE if succeeded else BEST_EFFORT
    stem = write_set(
        {
            PRESET: made.to_json().encode(),
            _STRIP: encode_png(_strip(found, measured), Credit()),
            ending: data,
        },
        folder,
        f"{fitting_stem(photo.path.stem, folder)}.minimal",
        overwrite=overwrite,
    )
    return {
        "output": folder / f"{stem}{ending}",
        "preset": folder / f"{stem}{PRESET}",
        "strip": folder / f"{stem}{_STRIP}",
    }


def _strip(found: Explained, measured: _Measured) -> Pixels:
    """The photo, the recipe without each clause, the minimal recipe and the whole one."""
    info, whole = measured.oracle.scorer.info, frozenset(range(len(measured.parts)))
    cells = [("original", frozenset[int](), found.nothing)]
    for number, clause in enumerate(measured.parts):
        if number in found.alone:
            cells.append((f"without {clause.words}", whole - {number}, found.alone[number]))
    count = len(found.kept)
    cells.append((f"minimal, {count} of {len(whole)} clauses", found.kept, found.minimal))
    cells.append((f"all {len(whole)} clauses", whole, found.full))
    return picture_grid(
        [
            GridCell(
                name, measured.small[kept], f"{info.name} {p.score:.1f}, appeal {p.appeal:.1f}"
            )
            for name, kept, p in cells
        ],
        columns=_COLUMNS,
    )


def _text(preset: Preset, name: str) -> str | None:
    value = preset.provenance.get(name)
    return value if isinstance(value, str) else None
