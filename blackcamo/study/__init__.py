"""Studies in Optuna storages: what was tried and what came of it, safe from kills and rivals.

A search writes one like this, the first time and every time that it is continued::

    name = study_name(photo.stem, scorer.info.name, identity)
    with Study.open(storage, name, spaces, higher_is_better=..., attributes=identity) as study:
        oracle = Oracle(scorer, ledger, sending=study.sending)  # recorded before it is sent
        if study.ledger:
            ledger.restore(study.ledger)
        for batch in study.batches():                           # replay what is recorded
            race.ask(len(batch.numbers))
            race.tell(batch.proposals, losses(batch.evaluations))
        while queries_are_left:                                 # and go on
            proposals = race.ask(n)
            candidates = objective.prepare(proposals)
            numbers = study.begin(next_index, proposals, [c.params for c in candidates])
            evaluations = objective.evaluate(candidates)
            study.finish(numbers, evaluations, ledger=ledger.counts())
            race.tell(proposals, losses(evaluations))

Answers outside batches (baseline, verification) go through :meth:`Study.keep` and
:meth:`Study.recall`. Everybody else reads: ``Study.load(storage, name)``, and picks by
:mod:`blackcamo.study.ranking`.
"""

from blackcamo.study.deleting import delete_study
from blackcamo.study.names import list_studies, study_name
from blackcamo.study.pictures import Picture, Pictures, pictures_folder
from blackcamo.study.recorded import Batch
from blackcamo.study.study import Study
from blackcamo.study.survey import StudySummary

__all__ = [
    "Batch",
    "Picture",
    "Pictures",
    "Study",
    "StudySummary",
    "delete_study",
    "list_studies",
    "pictures_folder",
    "study_name",
]
