"""A jury on a study's pictures: choices made in optuna-dashboard, and the order they imply."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from optuna.samplers import RandomSampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from blackcamo.errors import UnknownNameError
from blackcamo.extras import import_extra
from blackcamo.study.jury_name import jury_name
from blackcamo.study.note import write_note
from blackcamo.study.pictures import Picture, Pictures
from blackcamo.study.recorded import RecordedStudy

Preference: TypeAlias = tuple[int, int]
"""Numbers of two trials, the first of which is preferred."""

_TRIAL, _PICTURE = "trial", "picture"
QUESTION = "Which of these would you not post?"
_NOTE = f"""## {QUESTION}
Open *Preferential Optimization* and click that picture: it goes, the others stay. Stop when you
would post all that are left.

What was clicked is vetoed; all are ordered by the choices."""
# Weight of the assumption that all pictures are alike; it keeps the estimates finite.
_PRIOR = 0.1


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of a jury on one trial.

    ``worth`` is on a logarithmic scale whose 0 is the average, None if the trial was in no
    choice; ``vetoed`` says that somebody would not post it.
    """

    number: int
    worth: float | None
    vetoed: bool


def open_jury(study: RecordedStudy, trials: Sequence[int], folder: Path, *, seed: int) -> int:
    """Have pictures of these trials judged in the dashboard; identifier of the jury's study.

    What the jury has already stays; trials without a picture are left out. Pictures come in
    random order and under names that say nothing of their scores.

    Raises:
        MissingExtraError: optuna-dashboard is not installed.
        StudyError, OutputError: the storage or a picture cannot be written.
    """
    store, name = study.store, jury_name(study.name)
    shown = study.pictures(folder).all()
    with store.errors(), store.together(durable=False):
        jury = _dashboard("preferential").create_study(
            n_generate=len(trials),
            storage=store.optuna,
            sampler=RandomSampler(),
            study_name=name,
            load_if_exists=True,
        )
        jury_id = store.optuna.get_study_id_from_name(name)
        _dashboard().register_preference_feedback_component(jury, "artifact", _PICTURE)
        known = {trial.user_attrs[_TRIAL] for trial in jury.trials}
        new = [number for number in trials if number in shown and number not in known]
        random.Random(seed).shuffle(new)  # noqa: S311 - no secret is drawn
        pictures = Pictures(store, jury_id, name, folder)
        for number in new:
            template = create_trial(state=TrialState.RUNNING, user_attrs={_TRIAL: number})
            ((trial_id, position),) = store.create_trials(jury_id, [template])
            data = shown[number].path.read_bytes()
            artifact = pictures.add({position: (f"picture-{position + 1}.jpg", data)})[position]
            store.optuna.set_trial_user_attr(trial_id, _PICTURE, artifact)
    write_note(store, jury_id, _NOTE)
    return jury_id


def judged(study: RecordedStudy) -> list[Judged]:
    """The trials that a study's jury was shown, those that it likes best first.

    Raises:
        MissingExtraError: optuna-dashboard is not installed.
        UnknownNameError: the study has no jury.
        StudyError: the storage cannot be read.
    """
    store = study.store
    with store.errors():
        try:
            jury = _dashboard("preferential").load_study(
                study_name=jury_name(study.name), storage=store.optuna, sampler=RandomSampler()
            )
        except KeyError as error:
            raise UnknownNameError(
                f"study {study.name!r} has no jury; `blackcamo dashboard {study.name}` opens one"
            ) from error
        pairs = [(_trial(better), _trial(worse)) for better, worse in jury.preferences]
        shown = [_trial(trial) for trial in jury.trials]
    worth = worths(pairs)
    vetoed = {worse for _, worse in pairs}
    return sorted(
        (Judged(number, worth.get(number), number in vetoed) for number in shown),
        key=lambda j: (j.worth is None, -(j.worth or 0.0), j.number),
    )


def jury_pictures(study: RecordedStudy, folder: Path) -> list[Picture]:
    """The pictures that a study's jury is shown, none where there is no jury.

    Raises:
        StudyError: the storage cannot be read.
    """
    store, name = study.store, jury_name(study.name)
    with store.errors():
        try:
            jury_id = store.optuna.get_study_id_from_name(name)
        except KeyError:
            return []
    return list(Pictures(store, jury_id, name, folder).all().values())


def worths(preferences: Sequence[Preference]) -> dict[int, float]:
    """How much each trial is liked, from pairs of a preferred and another one.

    The probability that i is preferred to j is 1 / (1 + exp(w_j - w_i)); the most probable
    worths are returned under a normal prior, which keeps those that always win finite.

    Source: Bradley and Terry, "Rank analysis of incomplete block designs", Biometrika 1952.

    >>> [round(w, 1) for w in worths([(1, 2), (1, 2), (2, 1)]).values()]
    [0.3, -0.3]
    """
    numbers = sorted({number for pair in preferences for number in pair})
    if not numbers:
        return {}
    from scipy.optimize import minimize  # half a second, and most who come here ask no jury
    from scipy.special import expit, log_expit

    better, worse = np.searchsorted(numbers, np.array(preferences)).T

    def loss(worth: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        lead = worth[better] - worth[worse]
        slope = _PRIOR * worth
        np.add.at(slope, better, -expit(-lead))
        np.add.at(slope, worse, expit(-lead))
        return float(_PRIOR / 2 * worth @ worth - log_expit(lead).sum()), slope

    found = minimize(loss, np.zeros(len(numbers)), jac=True, method="L-BFGS-B")
    return dict(zip(numbers, found.x.tolist(), strict=True))


def _trial(shown: FrozenTrial) -> int:
    number: int = shown.user_attrs[_TRIAL]
    return number


def _dashboard(part: str = "") -> Any:
    module = f"optuna_dashboard.{part}".rstrip(".")
    return import_extra(module, extra="dashboard", who="the jury")
