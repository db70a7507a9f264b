"""A study's note in optuna-dashboard: our part on top, what people write below it is kept."""

from __future__ import annotations

from blackcamo.study.store import Store

# How the dashboard keeps notes: a version that every change raises, and pieces of text.
_VERSION = "dashboard:note_ver"
_PIECE = "dashboard:note_str:"
_PIECE_LENGTH = 2045
_LINE = "\n\n---\n*What you write below this line is kept.*\n"


def write_note(store: Store, study_id: int, text: str) -> None:
    """Set the note (Markdown) of a study.

    Where somebody has removed the line that ends our part, the note is theirs and stays as it is.

    Raises:
        StudyError: the storage cannot be written.
    """
    with store.errors(), store.together(durable=False):
        records = store.optuna.get_study_system_attrs(study_id)
        pieces = [key for key in records if key.startswith(_PIECE)]
        before = "".join(records[f"{_PIECE}{n}"] for n in range(len(pieces)))
        _, line, theirs = before.partition(_LINE)
        note = text + _LINE + theirs
        if note == before or (before and not line):
            return
        count = max(len(pieces), -(-len(note) // _PIECE_LENGTH))
        for n in range(count):
            piece = note[n * _PIECE_LENGTH : (n + 1) * _PIECE_LENGTH]
            store.optuna.set_study_system_attr(study_id, f"{_PIECE}{n}", piece)
        version = records.get(_VERSION, 0) + 1
        store.optuna.set_study_system_attr(study_id, _VERSION, version)
