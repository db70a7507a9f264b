"""Writing a study: one photo under one configuration, by one process at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from optuna.trial import FrozenTrial, TrialState

from blackcamo.errors import StudyError
from blackcamo.study import trials
from blackcamo.study.answers import Answers, Candidate, TrialKey
from blackcamo.study.attributes import require_same
from blackcamo.study.lease import Lease
from blackcamo.study.recorded import KEPT, SCHEMA, RecordedStudy
from blackcamo.study.storage import open_storage
from blackcamo.study.store import Json, Store
from blackcamo.study.writer import WriterRegister
from blackcamo.types import Evaluation, Proposal

if TYPE_CHECKING:
    from blackcamo.styles.space import StyleSpace


class Study(RecordedStudy):
    """A study in a storage: :meth:`open` it to search, :meth:`load` it to look at it."""

    def __init__(
        self,
        store: Store,
        study_id: int,
        name: str,
        *,
        styles: Mapping[str, StyleSpace] | None = None,
    ) -> None:
        super().__init__(store, study_id, name)
        # A study that was loaded is never written, see Lease.check().
        self._ranges = trials.distributions(styles or {})
        self._lease = Lease(WriterRegister(store, study_id), f"study {name!r}")
        self._answers = Answers(store, study_id, self.where)
        self._running: dict[int, int] = {}
        self._left: dict[Candidate, list[TrialKey]] = {}

    @classmethod
    @contextlib.contextmanager
    def open(
        cls,
        storage: str | Path,
        name: str,
        styles: Mapping[str, StyleSpace],
        *,
        higher_is_better: bool,
        attributes: Mapping[str, Json],
        about: Mapping[str, Json] | None = None,
    ) -> Iterator[Study]:
        """The study of that name, made if there is none, with us as its only writer.

        Trials that a killed writer left running are completed if their answers were recorded.
        The others wait for :meth:`begin` to be given the same candidates again; the queries
        that this costs are the ledger's ``lost``. Trials still running at the end are failed.

        Args:
            storage: a journal file or an Optuna storage URL.
            styles: the styles that are searched, their parameters and ranges.
            higher_is_better: the scorer's direction.
            attributes: what decides the search and so must not change, JSON values.
            about: what is good to know, as of the latest run, JSON values.

        Raises:
            StudyError: the storage cannot be used, somebody else writes this study, or it was
                made with other attributes.
            OptionError, MissingExtraError: the storage cannot be opened.
        """
        store = open_storage(storage, create=True)
        store.limit(name)
        wanted = trials.directions(higher_is_better=higher_is_better)
        with store.errors():
            study_id = store.create_study(name, wanted)
            if tuple(store.optuna.get_study_directions(study_id)) != wanted:
                raise StudyError(
                    f"study {name!r} in {store.where} has other objectives; "
                    "start a new study or use another storage"
                )
        study = cls(store, study_id, name, styles=styles)
        try:
            with store.errors():
                study._lease.acquire()
                study._describe({"schema": SCHEMA, **attributes}, about or {})
                study._recover()
            yield study
        finally:
            # A storage that cannot be reached is what the search has failed with already.
            with contextlib.suppress(StudyError):
                study._abandon()
            study._lease.release()

    def begin(
        self,
        batch: int,
        proposals: Sequence[Proposal],
        params: Sequence[Mapping[str, float]],
        *,
        notes: Mapping[str, Json] | None = None,
    ) -> tuple[int, ...]:
        """Record candidates as running trials before they are evaluated.

        Args:
            batch: index of the batch, higher than those before.
            proposals: styles and vectors, as the strategy proposed them.
            params: the values that stand for each.
            notes: what else is to be known of all of them, JSON values.

        Returns:
            The numbers of the trials.
        """
        # Should the power fail, candidates without answers are no loss.
        with self._writing(durable=False):
            taken_up = [self._take_up(batch, proposal) for proposal in proposals]
            templates = [
                self._template(batch, proposal, values, notes or {})
                for proposal, values, trial in zip(proposals, params, taken_up, strict=True)
                if trial is None
            ]
            created = iter(self.store.create_trials(self.id, templates))
            begun = [trial or next(created) for trial in taken_up]
            self._running.update({number: trial_id for trial_id, number in begun})
            self._fail_left()
        return tuple(number for _, number in begun)

    def sending(self, ledger: Mapping[str, int]) -> None:
        """Record the ledger with images counted that are about to be sent.

        What was counted here but never answered is what a crash has lost.
        """
        with self._writing(durable=False):
            self._record_ledger(ledger)

    def losing(self, images: int, ledger: Mapping[str, int]) -> None:
        """Record that images were shown in vain: nobody has waited for all answers of their batch.

        Args:
            ledger: its counts without them.
        """
        with self._writing():
            self._record_ledger(ledger, lost=images)

    def checking(self, images: int) -> None:
        """Record how many images were shown to see whether the scorer is still the same.

        To be called before they are sent, with those of earlier calls counted in.
        """
        with self._writing(durable=False):
            self.store.describe(self.id, {"ledger": {**self.ledger, "checks": images}})

    def finish(
        self,
        numbers: Sequence[int],
        evaluations: Sequence[Evaluation],
        *,
        ledger: Mapping[str, int],
    ) -> None:
        """Record what became of running trials; a score of NaN makes a failed one.

        Args:
            ledger: its counts after these evaluations.
        """
        found = dict(zip(numbers, map(trials.pack, evaluations), strict=True))
        with self._writing():
            running = {n: self._running.pop(n) for n in numbers}
            self._answers.finish(running, found, ledger)
            self._record_ledger(ledger)

    def keep(self, key: str, value: Json, *, ledger: Mapping[str, int] | None = None) -> None:
        """Record a value that a continued search needs again, see :meth:`recall`.

        Args:
            ledger: its counts, if queries were sent for this value.
        """
        with self._writing():
            self.store.write(
                self.id, f"{KEPT}:{key}", {"value": value, "ledger": dict(ledger or {})}
            )
            if ledger is not None:
                self._record_ledger(ledger)

    def annotate(self, about: Mapping[str, Json]) -> None:
        """Set attributes that may change."""
        with self._writing():
            self.store.describe(self.id, about)

    @contextlib.contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[None]:
        with self.store.errors(), self.store.together(durable=durable):
            self._lease.check()
            yield

    def _take_up(self, batch: int, proposal: Proposal) -> TrialKey | None:
        """The trial of this candidate that a killed process left running, if there is one."""
        left = self._left.get((batch, proposal))
        return left.pop(0) if left else None

    def _template(
        self,
        batch: int,
        proposal: Proposal,
        params: Mapping[str, float],
        notes: Mapping[str, Json],
    ) -> FrozenTrial:
        return trials.running_trial(
            batch, proposal, params, self._ranges, notes=notes, started=datetime.now()
        )

    def _record_ledger(self, ledger: Mapping[str, int], *, lost: int = 0) -> None:
        known = self.ledger
        lost += known.get("lost", 0)
        checks = known.get("checks", 0)
        self.store.describe(self.id, {"ledger": {**ledger, "lost": lost, "checks": checks}})

    def _describe(self, fixed: Mapping[str, Json], about: Mapping[str, Json]) -> None:
        fixed = require_same(self.name, self.attributes, fixed)
        self.store.describe(self.id, {**fixed, **about})
        self.store.name_metrics(self.id, trials.METRICS)

    def _recover(self) -> None:
        """Bring a study that a killed process left into order."""
        self._left = self._answers.recover()
        self._settle_ledger()

    def _settle_ledger(self) -> None:
        """Move queries that were sent but not answered to ``lost``."""
        sent = self.ledger
        if not sent:
            return
        nothing = dict.fromkeys(sent, 0) | {"budget": sent.get("budget", 0)}
        answered = max(filter(None, self._answers.ledgers()), key=_total, default=nothing)
        self._record_ledger(answered, lost=max(_total(sent) - _total(answered), 0))

    def _abandon(self) -> None:
        """Fail the trials that nobody evaluates any more."""
        if self._running or self._left:
            with self._writing():
                self._left.setdefault((-1, Proposal("", ())), []).extend(
                    (trial_id, number) for number, trial_id in self._running.items()
                )
                self._fail_left()
                self._settle_ledger()

    def _fail_left(self) -> None:
        """Fail trials of a killed process that are not taken up again."""
        self.store.finish_trials(
            {
                trial_id: (TrialState.FAIL, None, {"lost": True})
                for keys in self._left.values()
                for trial_id, _ in keys
            }
        )
        self._left.clear()


def _total(ledger: Mapping[str, int]) -> int:
    return ledger.get("total", 0)
