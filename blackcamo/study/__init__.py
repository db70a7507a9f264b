"""Studies in Optuna storages: what was tried and what came of it, safe from kills and rivals.

A search writes one like this::

    name = study_name(photo.stem, scorer.info.name, identity)
    with Study.open(storage, name, space, higher_is_better=..., attributes=identity) as study:
        ledger.restore(study.ledger)                  # if it is not empty
        for batch in study.batches():                 # replay, bit by bit
            strategy.ask(len(batch.numbers))
            strategy.tell(batch.vectors, losses(batch.evaluations))
        while queries_are_left:                       # go on
            vectors = strategy.ask(16)
            numbers = study.begin(next_index, vectors)
            evaluations = objective.evaluate(vectors)  # study.sending(counts) before each call
            study.finish(numbers, evaluations, ledger=ledger.counts())
            strategy.tell(vectors, losses(evaluations))

Single answers (verification) go through :meth:`Study.keep` and :meth:`Study.recall`. Anything
else reads: ``Study.load(storage, name).evaluations()`` and the picks in :mod:`.ranking`.
"""

from blackcamo.study.names import StudySummary, delete_study, list_studies, study_name
from blackcamo.study.recorded import Batch
from blackcamo.study.study import Study

__all__ = ["Batch", "Study", "StudySummary", "delete_study", "list_studies", "study_name"]
