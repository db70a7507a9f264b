"""Which parameters mattered, style by style.

Optuna's own importances of a whole study tell styles apart and little more, as each style has
parameters of its own.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Sequence

import optuna
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from blackcamo.study import trials
from blackcamo.study.recorded import RecordedStudy

LEAST_TRIALS = 16
"""Of fewer, the best tenth is a single trial."""


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
        style: _shares(its, direction)
        for style, its in by_style.items()
        if len(its) >= LEAST_TRIALS
    }


def _shares(found: Sequence[FrozenTrial], direction: StudyDirection) -> dict[str, float]:
    """The shares of all parameters but the style, for the score alone."""
    storage = InMemoryStorage()
    storage.create_new_study([direction], "one style")
    study = optuna.load_study(study_name="one style", storage=storage)
    ranges = {n: r for t in found for n, r in t.distributions.items() if n != trials.STYLE}
    for trial in found:
        params = {name: value for name, value in trial.params.items() if name in ranges}
        held = {name: ranges[name] for name in params}
        study.add_trial(create_trial(params=params, distributions=held, value=trial.values[0]))
    with warnings.catch_warnings():
        # It warns where few trials hold a parameter.
        warnings.simplefilter("ignore")
        # Sorted, as it takes them in the order of a set otherwise.
        shares = optuna.importance.get_param_importances(study, params=sorted(ranges))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
