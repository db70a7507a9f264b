"""Several studies of one photo as one, to be looked at: trials copied, with where they are from."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from optuna.trial import FrozenTrial, TrialState

from blackcamo.errors import OptionError, StudyError
from blackcamo.records import typed
from blackcamo.study import trials
from blackcamo.study.recorded import KEPT, SCHEMA, RecordedStudy
from blackcamo.study.store import Json, Store

MERGED = "merged"
"""Attribute of a merged study: name of each source -> what that one was made with."""

Origin: TypeAlias = tuple[str, int]
"""A study's name and the number of a trial in it."""

_ORIGIN = "origin"


def merge_studies(
    sources: Sequence[RecordedStudy],
    into: str,
    describe: Callable[[Mapping[Origin, int]], Mapping[str, Json]],
) -> dict[Origin, int]:
    """Copy the trials that have a score into a new study of the first one's storage.

    The photo unchanged, every source's trial 0, is copied once; what searches keep beside their
    trials is the first source's. A study that a killed merge left behind is made anew: none
    counts before it is whole.

    Args:
        into: the new study's name.
        describe: given what is returned, the new study's attributes, JSON values.

    Returns:
        Origin -> number in the new study.

    Raises:
        OptionError: there is a study of that name.
        StudyError: the storage cannot be read or written.
    """
    store = sources[0].store
    copied: dict[Origin, int] = {}
    batches = itertools.count()
    with store.errors():
        _make_way(store, into)
        directions = store.optuna.get_study_directions(sources[0].id)
        study_id = store.create_study(into, directions)
        for source in sources:
            numbers = _copy_trials(source, store, study_id, batches, unchanged=source is sources[0])
            copied |= {(source.name, old): new for old, new in numbers.items()}
        store.name_metrics(study_id, trials.METRICS)
        for key, record in store.optuna.get_study_system_attrs(sources[0].id).items():
            if key.startswith(KEPT):
                store.write(study_id, key, record)
        # The schema comes last: a study without it is not listed.
        store.describe(study_id, {**describe(copied), "schema": SCHEMA})
    return copied


def _make_way(store: Store, name: str) -> None:
    """Delete a study that a killed merge left behind.

    Raises:
        OptionError: the study of that name is whole.
    """
    for study in store.optuna.get_all_studies():
        if study.study_name != name:
            continue
        if "schema" in study.user_attrs:
            raise OptionError(
                f"study {name!r} exists in {store.where}; choose another name or delete it"
            )
        store.optuna.delete_study(study._study_id)


def _copy_trials(
    source: RecordedStudy, store: Store, study_id: int, batches: Iterator[int], *, unchanged: bool
) -> dict[int, int]:
    """Copy the trials of a study that have a score: number -> number of the copy.

    Args:
        store, study_id: where they are copied to.
        batches: gives the next batch there its index.
        unchanged: copy the photo unchanged, too.
    """
    found = [
        trial
        for trial in trials.answered(source.store.optuna.get_all_trials(source.id))
        if trial.state == TrialState.COMPLETE and (unchanged or trial.number != 0)
    ]
    renumbered = defaultdict[int, int](lambda: next(batches))
    templates = [
        _copy(trial, source.name, renumbered[trial.user_attrs["batch"]]) for trial in found
    ]
    created = store.create_trials(study_id, templates)
    store.finish_trials(
        {
            trial_id: (TrialState.COMPLETE, trial.values, {})
            for trial, (trial_id, _) in zip(found, created, strict=True)
        }
    )
    return {trial.number: number for trial, (_, number) in zip(found, created, strict=True)}


def _copy(trial: FrozenTrial, source: str, batch: int) -> FrozenTrial:
    return trials.copied_trial(trial, {"batch": batch, _ORIGIN: [source, trial.number]})


def origins(study: RecordedStudy) -> dict[int, Origin]:
    """Trial number -> where it is from, of a merged study.

    Raises:
        StudyError: the storage cannot be read.
    """
    with study.store.errors():
        found = study.store.optuna.get_all_trials(study.id, deepcopy=False)
    return {
        trial.number: typed(
            tuple[str, int],
            trial.user_attrs.get(_ORIGIN),
            f"{study.where}: trial {trial.number}: {_ORIGIN}",
            StudyError,
        )
        for trial in found
    }
