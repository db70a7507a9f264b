"""Notes in optuna-dashboard: our part on top, what people write below it is kept."""

from __future__ import annotations

from blackcamo.study.store import Store

# How the dashboard keeps notes: a version that every change raises, and pieces of text.
_VERSION = "dashboard:{}note_ver"
_PIECE = "dashboard:{}note_str:"
_PIECE_LENGTH = 2045
_LINE = "\n\n---\n*What you write below this line is kept.*\n"


def write_note(store: Store, study_id: int, text: str, *, trial: int | None = None) -> None:
    """Set the note (Markdown) of a study, or of one of its trials.

    Where somebody has removed the line that ends our part, the note is theirs and stays as it is.

    Args:
        trial: the trial's number.

    Raises:
        StudyError: the storage cannot be written.
    """
    with store.errors(), store.together(durable=False):
        optuna = store.optuna
        of = (
            ""
            if trial is None
            else f"{optuna.get_trial_id_from_study_id_trial_number(study_id, trial)}:"
        )
        version, piece = _VERSION.format(of), _PIECE.format(of)
        records = optuna.get_study_system_attrs(study_id)
        pieces = [key for key in records if key.startswith(piece)]
        before = "".join(records[f"{piece}{n}"] for n in range(len(pieces)))
        _, line, theirs = before.partition(_LINE)
        note = text + _LINE + theirs
        if note == before or (before and not line):
            return
        count = max(len(pieces), -(-len(note) // _PIECE_LENGTH))
        for n in range(count):
            part = note[n * _PIECE_LENGTH : (n + 1) * _PIECE_LENGTH]
            optuna.set_study_system_attr(study_id, f"{piece}{n}", part)
        optuna.set_study_system_attr(study_id, version, records.get(version, 0) + 1)
