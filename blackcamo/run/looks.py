"""Looks of files in studies, so that nothing needs the file once a search has begun."""

from __future__ import annotations

from dataclasses import dataclass

from blackcamo.errors import StudyError
from blackcamo.looks import Look
from blackcamo.strict_json import MAX_BYTES
from blackcamo.study import Study

_KEY = "look"
_PIECE = 48_000
"""Characters in a record: a MySQL database takes 65,535 bytes."""

_MOST_PIECES = -(-MAX_BYTES // _PIECE)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The record that ends a look: its name, and how many pieces it was cut into."""

    name: str
    pieces: int


def keep_look(study: Study, look: Look) -> None:
    """Record a look in a study, if it is not there yet.

    Raises:
        StudyError: the study cannot be written.
    """
    if study.recall(_KEY, _Kept) is not None:
        return
    kept = look.to_json()
    pieces = [kept["png"][i : i + _PIECE] for i in range(0, len(kept["png"]), _PIECE)]
    for index, piece in enumerate(pieces):
        study.keep(f"{_KEY}:{index}", piece)
    # Comes last: where it is, all of them are.
    study.keep(_KEY, {"name": kept["name"], "pieces": len(pieces)})


def kept_look(study: Study) -> Look | None:
    """The look that a study has recorded, None if it has none.

    Raises:
        PresetError, StudyError: the record is damaged.
    """
    kept = study.recall(_KEY, _Kept)
    if kept is None:
        return None
    if not 0 <= kept.pieces <= _MOST_PIECES:
        raise StudyError(f"{study.where}: its look has {kept.pieces} pieces")
    pieces = (study.recall(f"{_KEY}:{index}", str) or "" for index in range(kept.pieces))
    return Look.from_json({"name": kept.name, "png": "".join(pieces)})
