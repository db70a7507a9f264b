"""Which parameters mattered, style by style.

Optuna's own importances of a whole study tell styles apart and little more, as each style has
parameters of its own.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
)
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from blackcamo.study import trials
from blackcamo.study.recorded import RecordedStudy

LEAST_TRIALS = 16
"""Of fewer, the best tenth is a single trial."""
Point: TypeAlias = "Mapping[str, float | str]"
"""The parameters of something that was tried: numbers, or the names of choices."""
Range: TypeAlias = "tuple[float, float] | Sequence[str]"
"""The two ends of a parameter's range, or the names of its choices."""


def importances(study: RecordedStudy) -> dict[str, dict[str, float]]:
    """Style -> its free parameters and their shares (they sum to 1) in a good score, largest first.

    Styles of fewer than :data:`LEAST_TRIALS` scored trials are left out. Equal studies give equal
    shares.

    Source: Watanabe, Bansal, Hutter, "PED-ANOVA: Efficiently quantifying hyperparameter importance
    in arbitrary subspaces", IJCAI 2023, as Optuna computes it.

    Raises:
        StudyError: the storage cannot be read.
    """
    with study.store.errors():
        found = study.store.optuna.get_all_trials(study.id, deepcopy=False)
        direction = study.store.optuna.get_study_directions(study.id)[0]
    by_style: dict[str, list[FrozenTrial]] = defaultdict(list)
    for trial in found:
        if trial.state == TrialState.COMPLETE:
            by_style[trial.params[trials.STYLE]].append(trial)
    return {
        style: _of_a_style(its, direction)
        for style, its in by_style.items()
        if len(its) >= LEAST_TRIALS
    }


def importances_of(
    tried: Sequence[tuple[Point, float]],
    ranges: Mapping[str, Range],
) -> dict[str, float]:
    """The shares of parameters in a large value, as :func:`importances` has them for a score.

    Args:
        tried: what was tried, and its value.
        ranges: parameter -> where it may lie.

    Returns:
        Parameter -> share, largest first; empty where fewer than :data:`LEAST_TRIALS` were tried.
    """
    if len(tried) < LEAST_TRIALS:
        return {}
    known = {name: _distribution(range_) for name, range_ in ranges.items()}
    made = [
        create_trial(params=dict(point), distributions={n: known[n] for n in point}, value=value)
        for point, value in tried
    ]
    return _shares(made, list(known), StudyDirection.MAXIMIZE)


def _distribution(range_: Range) -> BaseDistribution:
    first, *rest = range_
    if isinstance(first, str):
        return CategoricalDistribution(tuple(range_))
    return FloatDistribution(first, float(rest[0]))


def _of_a_style(found: Sequence[FrozenTrial], direction: StudyDirection) -> dict[str, float]:
    """The shares of all parameters but the style, for the score alone."""
    ranges = {n: r for t in found for n, r in t.distributions.items() if n != trials.STYLE}
    made = []
    for trial in found:
        params = {name: value for name, value in trial.params.items() if name in ranges}
        held = {name: ranges[name] for name in params}
        made.append(create_trial(params=params, distributions=held, value=trial.values[0]))
    return _shares(made, list(ranges), direction)


def _shares(
    made: Sequence[FrozenTrial], params: Sequence[str], direction: StudyDirection
) -> dict[str, float]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = InMemoryStorage()
    storage.create_new_study([direction], "one style")
    study = optuna.load_study(study_name="one style", storage=storage)
    study.add_trials(made)
    with warnings.catch_warnings():
        # It warns where few trials hold a parameter.
        warnings.simplefilter("ignore")
        # Sorted, as it takes them in the order of a set otherwise.
        shares = optuna.importance.get_param_importances(study, params=sorted(params))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
