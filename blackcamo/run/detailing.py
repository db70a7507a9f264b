"""Of what a result is made, and how its search went: what a report has beside the pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from blackcamo.errors import BlackcamoError
from blackcamo.filters.chain import Chain
from blackcamo.filters.doubling import at_own_size
from blackcamo.images import fit_long_side
from blackcamo.preset import Preset
from blackcamo.rendering import render
from blackcamo.report.chart import Chart
from blackcamo.report.details import Details, Step
from blackcamo.run.config import DEFAULT_STORAGE
from blackcamo.run.review import Review
from blackcamo.study import Study, list_studies
from blackcamo.types import Evaluation, HiddenFilter, PathLike, Pixels
from blackcamo.wording import clauses, visibility

_CLAUSES = 4
_STEP_PX = 320
_HIDDEN_PX = (240, 320)
_AMPLIFIED = 8
_QUERIES = {
    "baseline": "the photo itself",
    "search": "search",
    "verify": "verification",
    "retries": "sent again",
    "cache_hits": "answered from memory, free",
    "checks": "checks of the scorer",
    "lost": "lost in a crash",
}
_DIGITS = 12


@dataclass
class Studies:
    """The studies that lie near results, read when they are asked for.

    Args:
        places: journals and storages; those that are not there or cannot be read are left out.
    """

    places: Iterable[PathLike]
    _found: dict[str, PathLike] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place in dict.fromkeys(self.places):
            if "://" not in str(place) and not Path(place).is_file():
                continue
            with contextlib.suppress(BlackcamoError):
                for study in list_studies(place):
                    self._found.setdefault(study.name, place)
                    if "ledger" in study.attributes:
                        self._totals.setdefault(study.name, study.attributes["ledger"]["total"])

    def queries(self, name: str) -> int | None:
        """How many a study took, None where that is not known."""
        return self._totals.get(name)

    def review(self, name: str) -> Review | None:
        """A study, None where it is not there or cannot be read."""
        if name not in self._found:
            return None
        with contextlib.suppress(BlackcamoError):
            return Review(Study.load(self._found[name], name))
        return None


def near(folders: Iterable[Path]) -> list[PathLike]:
    """Where studies of what lies in folders may be: there, above, or where searches put them."""
    name = Path(DEFAULT_STORAGE).name
    found: list[PathLike] = [at / name for folder in folders for at in (folder, folder.parent)]
    return [*found, DEFAULT_STORAGE]


def details(preset: Preset, photo: Pixels, review: Review | None) -> Details:
    """The details behind a photo that a preset was applied to.

    Raises:
        BlackcamoError: its filters are not installed.
    """
    return Details(
        steps=_steps(preset, photo),
        charts=() if review is None else _charts(review, preset),
        ledger={} if review is None else _ledger(review),
        provenance=_provenance(preset),
    )


def _steps(preset: Preset, photo: Pixels) -> list[Step]:
    """The photo, and what each visible clause makes of it; what hides, amplified."""
    chain = preset.chain()
    full = chain.space.complete(preset.params)
    seen = visibility(chain.space, full)
    small = fit_long_side(photo, _STEP_PX)
    steps, parts = [Step("the photo", small)], clauses(chain.space, full)
    for part in [part for part in parts if seen[part.params[0]] >= 1][:_CLAUSES]:
        alone = {name: full[name] for name in part.params}
        shaped = {**alone, **_modifiers(chain, part.params[0], full)}
        steps.append(Step(part.words, render(chain, small, shaped)))
    hides = {p.name for f in chain.filters if isinstance(f, HiddenFilter) for p in f.params}
    if any(hides & set(part.params) for part in parts):
        hidden = {name: value for name, value in full.items() if name in hides}
        said = f"what hides, {_AMPLIFIED} times as strong"
        steps.append(Step(said, _amplified(chain, photo, hidden)))
    return steps


def _modifiers(chain: Chain, name: str, full: Mapping[str, float]) -> dict[str, float]:
    """How the family of a parameter does what it does."""
    (family,) = (f for f in chain.filters if name in {p.name for p in f.params})
    return {p.name: full[p.name] for p in family.params if p.modifier}


def _amplified(chain: Chain, photo: Pixels, hidden: Mapping[str, float]) -> Pixels:
    """What hides in the middle of the photo, at 100 %, on grey; that it is doubled is left out."""
    height, width = (min(most, side) for most, side in zip(_HIDDEN_PX, photo.shape, strict=False))
    top, left = (photo.shape[0] - height) // 2, (photo.shape[1] - width) // 2
    middle = np.ascontiguousarray(photo[top : top + height, left : left + width])
    with_it = render(chain, middle, at_own_size(hidden)).astype(np.float32)
    levels = 128 + _AMPLIFIED * (with_it - middle)
    return np.asarray(levels.clip(0, 255).round(), np.uint8)


def _charts(review: Review, preset: Preset) -> tuple[Chart, ...]:
    """Score and appeal of each candidate, and the front; the preset's own one is marked."""
    trials = {n: e for n, e in review.trials.items() if e.error is None}
    info, goal = review.scorer, review.goal
    score_at = appeal_at = point = None
    own = next((n for n, e in trials.items() if _is_of(preset, e)), None)
    if own is not None:
        at, e = float(own), trials[own]
        score_at, appeal_at, point = (at, e.score), (at, e.appeal), (e.score, e.appeal)
    target, floor = (
        {f"target {goal.target:g}": goal.target},
        {f"floor {goal.appeal_floor:g}": goal.appeal_floor},
    )
    return (
        Chart(
            "Score of each candidate",
            "candidate",
            info.name,
            [(float(n), e.score) for n, e in trials.items()],
            marked=score_at,
            across=target,
        ),
        Chart(
            "Appeal of each candidate",
            "candidate",
            "appeal",
            [(float(n), e.appeal) for n, e in trials.items()],
            marked=appeal_at,
            across=floor,
        ),
        Chart(
            "Front: no candidate is better in both",
            f"score ({info.name})",
            "appeal",
            [(e.score, e.appeal) for e in trials.values()],
            line=[(trials[n].score, trials[n].appeal) for n in review.front if n in trials],
            marked=point,
            across=floor,
            down=target,
        ),
    )


def _is_of(preset: Preset, trial: Evaluation) -> bool:
    """Whether a preset is that of a trial."""
    same = preset.params.items() <= trial.params.items()
    return same and trial.style == preset.style


def _ledger(review: Review) -> dict[str, int]:
    ledger = review.study.ledger
    told = {said: ledger[key] for key, said in _QUERIES.items() if ledger.get(key)}
    return {**told, "in all": ledger["total"]} if "total" in ledger else told


def _provenance(preset: Preset) -> dict[str, str]:
    """The provenance of a preset, without anything that names a folder."""
    recorded = preset.provenance
    scorer: Any = recorded.get("scorer")
    scorer = scorer if isinstance(scorer, Mapping) else {}
    photo, file = (
        value if isinstance(value := recorded.get(key), Mapping) else {}
        for key in ("photo", "camouflage")
    )
    made_with: Any = recorded.get("versions")
    channel: Any = recorded.get("channel")
    told = {
        "scorer": scorer.get("name"),
        "its digest": _short(scorer.get("digest")),
        "threshold": scorer.get("threshold"),
        "target": recorded.get("target"),
        "measure of appeal": recorded.get("appeal_measure"),
        "strategy": recorded.get("strategy"),
        "seed": preset.seed,
        "channel": "JPEG {quality}, {subsampling}".format_map(channel)
        if isinstance(channel, Mapping) and {"quality", "subsampling"} <= channel.keys()
        else None,
        "study": recorded.get("study"),
        "SHA-256 of the photo": _short(photo.get("sha256")),
        "SHA-256 of the camouflage": _short(file.get("sha256")),
        "versions": ", ".join(f"{name} {version}" for name, version in made_with.items())
        if isinstance(made_with, Mapping)
        else None,
    }
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _short(digest: object) -> str | None:
    return digest[:_DIGITS] if isinstance(digest, str) else None
