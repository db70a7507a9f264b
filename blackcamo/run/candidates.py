"""The candidates of the search on one photo: evaluated, recorded in its study, and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from blackcamo.run.trial_pictures import TrialPictures
from blackcamo.strategies import Goal
from blackcamo.study import Batch, Picture, Study
from blackcamo.types import Evaluation


class Candidates:
    """Every candidate so far, in the order of the trials; the photo unchanged is the first.

    Args:
        study: where they are recorded.
        pictures: keeps their pictures for the dashboard, None where none are wanted.

    Attributes:
        numbered: trial number and evaluation of each.
    """

    def __init__(self, study: Study, pictures: TrialPictures | None) -> None:
        self._study = study
        self._pictures = pictures
        self._batches: list[Sequence[int]] = []
        self.numbered: list[tuple[int, Evaluation]] = []

    def recall(self) -> list[Batch]:
        """Take up what the study has recorded; its batches, in order."""
        recorded = self._study.batches()
        for batch in recorded:
            self._batches.append(batch.numbers)
            self.numbered += zip(batch.numbers, batch.evaluations, strict=True)
        return recorded

    def finish(
        self,
        numbers: Sequence[int],
        evaluations: Sequence[Evaluation],
        jpegs: Mapping[str, bytes],
        *,
        ledger: Mapping[str, int],
    ) -> None:
        """Record a batch that the study has begun, and keep its pictures that are worth it.

        Args:
            numbers: those of its trials.
            jpegs: digest -> the file that was sent.
            ledger: its counts after these evaluations.

        Raises:
            OutputError, StudyError: they cannot be written.
        """
        self._study.finish(numbers, evaluations, ledger=ledger)
        self.numbered += zip(numbers, evaluations, strict=True)
        self._batches.append(numbers)
        if self._pictures is not None:
            self._pictures.show(dict(self.numbered), numbers, jpegs)

    def pictures(self, delivered: int) -> dict[int, Picture]:
        """The pictures of the trials that are shown, those that a killed search has not made too.

        Args:
            delivered: number of the trial that is shown in any case.
        """
        if self._pictures is None:
            return {}
        return self._pictures.complete(dict(self.numbered), self._batches, delivered)

    @property
    def evaluations(self) -> list[Evaluation]:
        """The evaluation of each."""
        return [evaluation for _, evaluation in self.numbered]

    @property
    def whole(self) -> list[Evaluation]:
        """The evaluation of each that went through all channels."""
        return [evaluation for _, evaluation in self.numbered if not evaluation.partial]

    def by_style(self, styles: Iterable[str]) -> list[tuple[int, Evaluation]]:
        """All, those of the first style first; the photo unchanged before all."""
        place = {style: i for i, style in enumerate(styles)}
        return sorted(self.numbered, key=lambda found: place.get(found[1].style, -1))

    def best(self, goal: Goal) -> Evaluation:
        """The one of least loss."""
        return min(self.whole, key=lambda e: goal.loss(e.score, e.appeal))
