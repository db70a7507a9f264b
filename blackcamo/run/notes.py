"""Notes on top of a study in the dashboard: before, after, and how."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blackcamo.oracle import is_high_quality
from blackcamo.report.verdict import outcome
from blackcamo.run.counted import score_that_counts
from blackcamo.run.identity import CHANNELS
from blackcamo.run.trial_pictures import UNCHANGED
from blackcamo.strategies import Goal
from blackcamo.study import Picture
from blackcamo.study.importance import importances
from blackcamo.study.ranking import Point, lowest
from blackcamo.study.recorded import RecordedStudy
from blackcamo.types import UNCHANGED as NO_STYLE
from blackcamo.types import Evaluation, ScorerInfo
from blackcamo.wording import complaint

if TYPE_CHECKING:
    from blackcamo.run.review import Review

_MATTERED = 3
"""Parameters of a style that are named."""
_MINDED = 3
"""Parts of appeal that a trial's note names."""
_CAUSES = 3
"""Causes of missing scores that are named."""
_SLOW_S, _SLOW_SHARE = 10.0, 0.5
"""What a strategy may take, in all and of the search, before that is worth a word."""
_WAITED_S = 1.0


def recorded_failures(evaluations: Iterable[Evaluation]) -> Counter[str]:
    """Why pictures of a study have no score -> how many of them."""
    # What was rendered and has none is the scorer's failure.
    return Counter(e.error for e in evaluations if e.error is not None and e.jpeg_sha256)


def failure_notes(failures: Mapping[str, int]) -> tuple[str, ...]:
    """Notes on pictures without a score: how many, and why.

    >>> failure_notes({"out of memory": 30, "the answer is null": 1})
    ('31 pictures have no score: out of memory (30), the answer is null (1)',)
    """
    if not failures:
        return ()
    causes = sorted(failures, key=lambda cause: -failures[cause])
    said = ", ".join(f"{cause} ({failures[cause]})" for cause in causes[:_CAUSES])
    others = f", and {len(causes) - _CAUSES} other causes" if len(causes) > _CAUSES else ""
    total = sum(failures.values())
    has = "picture has" if total == 1 else "pictures have"
    return (f"{total} {has} no score: {said}{others}",)


def size_notes(delivered: Evaluation) -> tuple[str, ...]:
    """A note where the photo is delivered with more pixels than it has."""
    from blackcamo.filters.doubling import DOUBLING  # whoever looks at studies needs no torch

    if not delivered.params.get(DOUBLING):
        return ()
    return (
        f"delivered with twice the pixels a side, {delivered.width_px} x {delivered.height_px}: at "
        "the same size it looks the same; --keep-size keeps the photo's own",
    )


def cost_notes(
    seconds: float, *, strategy: str, proposing_s: float, waited_s: float, retries: int
) -> tuple[str, ...]:
    """Notes where a search took its time for another reason than pictures and scores.

    Args:
        seconds: what it took in all.
        proposing_s: of these, what the strategy took to propose.
        waited_s: of these, what the scorer asked to wait.
        retries: images that were sent again.
    """
    notes = []
    if waited_s >= _WAITED_S:
        again = f", and {retries} images were sent again" if retries else ""
        notes.append(
            f"waited {waited_s:.0f} s for the scorer, which limits how often it is asked{again}; "
            "--scorer-option rate=N asks a service for no more than N pictures a second"
        )
    if proposing_s > max(_SLOW_S, _SLOW_SHARE * seconds):
        notes.append(
            f"strategy {strategy} took {proposing_s:.0f} s of {seconds:.0f} s to propose; most "
            "others, such as CMA, take almost none"
        )
    return tuple(notes)


def study_note(
    study: RecordedStudy,
    *,
    recipe: str,
    pictures: Mapping[int, Picture],
    failures: Mapping[str, int],
) -> str:
    """Markdown about a study whose search has delivered.

    Args:
        study: its attributes ``delivered`` and ``ledger`` are set.
        recipe: what was done to the delivered photo, in plain words.
        pictures: trial number -> picture; without those of both there are words alone.
        failures: why pictures have no score -> how many of them.
    """
    attributes = study.attributes
    delivered, ledger = attributes["delivered"], attributes["ledger"]
    info = ScorerInfo(**attributes["scorer"])
    trial = delivered["trial"]
    before, after = delivered["score_before"], delivered["score_after"]
    goal = Goal.for_scorer(
        info, target=attributes["target"], appeal_floor=attributes["appeal_floor"]
    )
    counted = score_that_counts(delivered)
    verdict = _text(str(outcome(goal, info, counted, delivered["appeal"])))
    again = delivered["score_recompressed"]
    kinds = ", ".join(
        f"{ledger[kind]} {name}"
        for kind, name in (
            ("baseline", "baseline"),
            ("search", "search"),
            ("verify", "verification"),
            ("retries", "retries"),
        )
        if ledger[kind]
    )
    beside = f", {ledger['lost']} more lost in crashes" if ledger["lost"] else ""
    if ledger.get("checks"):
        beside += f", {ledger['checks']} more to see whether the scorer is the same"
    lines = [
        f"## {_text(attributes['photo']['name'])}: {verdict}",
        f"{_text(info.name)} **{before:.1f} → {after:.1f}** (target {attributes['target']:g}, "
        f"threshold {info.threshold:g}), appeal **{delivered['appeal']:.1f}** of 100, "
        f"**{ledger['total']} queries** of {ledger['budget']} ({kinds}{beside})",
        f"*{_text(recipe)}*",
    ]
    if UNCHANGED in pictures and trial in pictures:
        lines += [
            "| original | camouflage |\n|---|---|\n"
            f"| ![original]({pictures[UNCHANGED].link}) | ![camouflage]({pictures[trial].link}) |\n"
            f"| {before:.1f}, {_verdict(before, info)} | {after:.1f}, {_verdict(after, info)} |"
        ]
    if CHANNELS in attributes:
        lines.append(_channels(delivered, attributes[CHANNELS]["aggregate"], info))
    lines += _styles(study, info, floor=attributes["appeal_floor"])
    lines += [_text(note) for note in failure_notes(failures)]
    lines.append(
        f"The winner is trial {trial}. Scores are those of the delivered file's bytes"
        + ("." if again is None else f"; after a second compression {again:.1f}.")
    )
    return "\n\n".join(lines)


def trial_note(review: Review, number: int) -> str:
    """Markdown about one trial of a study: what was done, what became of it, what was minded."""
    info, trial = review.scorer, review.trials[number]
    name = "the photo unchanged" if trial.style == NO_STYLE else trial.style
    said = outcome(review.goal, info, trial.score, trial.appeal)
    lines = [
        f"### {_text(name)}: {_text(str(said))}",
        f"{_text(info.name)} **{trial.score:.1f}**, {_verdict(trial.score, info)} (target "
        f"{review.goal.target:g}), appeal **{trial.appeal:.1f}** of 100",
    ]
    if recipe := review.recipe(number):
        lines.append(f"*{_text(recipe)}*")
    worst = sorted(trial.parts.items(), key=lambda part: part[1])[:_MINDED]
    minded = ", ".join(f"{complaint(part)} {value:.0f}" for part, value in worst)
    if minded:
        lines.append(f"What a viewer would mind most (90 is not at all): {_text(minded)}")
    lines.append(f"`blackcamo deliver {review.study.name} --pick {number}` writes it in full.")
    return "\n\n".join(lines)


def _channels(delivered: Mapping[str, Any], aggregate: str, info: ScorerInfo) -> str:
    """A table of what was searched for: before and after each channel, and what counts."""
    before, after = delivered["channel_scores_before"], delivered["channel_scores"]
    rows = ["| channel | original | camouflage | |", "|---|--:|--:|---|"]
    for name, score in after.items():
        told = f"{before[name]:.1f} | {score:.1f} | {_verdict(score, info)}"
        rows.append(f"| {_text(name)} | {told} |")
    rows.append(f"| **{aggregate}, which counts** | | **{score_that_counts(delivered):.1f}** | |")
    return "\n".join(rows)


def _styles(study: RecordedStudy, info: ScorerInfo, *, floor: float) -> list[str]:
    """The results of each style, best first: a table, or nothing where none was tried."""
    points: dict[str, list[Point]] = defaultdict(list)
    for number, e in study.evaluations().items():
        # What was given up on has no score after all channels.
        if number != UNCHANGED and not e.partial:
            points[e.style].append((e.score, e.appeal))
    best = {
        style: point
        for style, its in points.items()
        if (point := _best(its, info, floor=floor)) is not None
    }
    if not best:
        return []
    shares = importances(study)
    rows = [
        "| style | trials | best score | its appeal | what mattered most |",
        "|---|--:|--:|--:|---|",
    ]
    sign = 1 if info.higher_is_better else -1
    for style in sorted(best, key=lambda s: (best[s][1] < floor, sign * best[s][0])):
        score, appeal = best[style]
        most = list(shares.get(style, {}).items())[:_MATTERED]
        said = ", ".join(f"`{name}` {share:.0%}" for name, share in most) or "too few trials to say"
        rows.append(
            f"| {_text(style)} | {len(points[style])} | {score:.1f} | {appeal:.1f} | {said} |"
        )
    return ["\n".join(rows)]


def _best(points: Sequence[Point], info: ScorerInfo, *, floor: float) -> Point | None:
    """The most camouflaged point, of those that one would post if there are any."""
    liked = [point for point in points if point[1] >= floor] or points
    index = lowest(liked, higher_is_better=info.higher_is_better)
    return None if index is None else liked[index]


def _verdict(score: float, info: ScorerInfo) -> str:
    return "high quality" if is_high_quality(score, info) else "low quality"


def _text(words: str) -> str:
    """Words that Markdown is to show as they are."""
    return "".join(f"\\{x}" if x in r"\`*_{}[]<>()#+!|" else x for x in words)
