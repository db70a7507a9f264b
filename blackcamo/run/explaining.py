"""The clauses of a camouflage's recipe: which it takes, and their effects on score and appeal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from blackcamo.errors import OptionError, PresetError, ScorerError
from blackcamo.ledger import Ledger
from blackcamo.preset import Preset
from blackcamo.run.ablations import Ablations
from blackcamo.run.minimal import Explained, Point, explain_parts, held
from blackcamo.run.minimal_files import write_minimal
from blackcamo.run.originals import Originals
from blackcamo.run.results import ClauseEntry, ExplainResult
from blackcamo.run.trust import recorded_scorer
from blackcamo.strategies import Goal
from blackcamo.types import ScorerInfo, ScorerOptions
from blackcamo.wording import Clause, clauses

_LEAST_BUDGET = 3
"""The photo, the whole recipe, and the file that is written."""


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
    measured = Ablations(
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
        else write_minimal(preset, photo, found, measured, goal, Path(out), overwrite=overwrite)
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


def _goal(preset: Preset, info: ScorerInfo) -> Goal:
    target, floor = (preset.recorded(name, float) for name in ("target", "appeal_floor"))
    return Goal.for_scorer(info, target=target, appeal_floor=floor)


def _differs(preset: Preset, full: Point, info: ScorerInfo) -> tuple[str, ...]:
    """A note where the recipe does not score what the search measured."""
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
    """The effect of leaving out a clause, in words.

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


def _text(preset: Preset, name: str) -> str | None:
    value = preset.provenance.get(name)
    return value if isinstance(value, str) else None
