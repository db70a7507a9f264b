"""Votes on pairs as viewers, their programs and spreadsheets hand them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from blackcamo.errors import InputError
from blackcamo.mediaeval.jury.pairs.key import PairsKey, Shown, Side
from blackcamo.mediaeval.jury.pairs.tables import read_rows

Against: TypeAlias = Literal["BETTER", "SAME", "WORSE", "NODIFF"]
"""The edit beside its original."""

_POST = ("POST", "NOT")
_BETTER = ("LEFT", "RIGHT", "SAME", "NODIFF")
_REQUIRED = ("viewer", "pair", "post_left", "post_right", "better")
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Look:
    """One viewer's answers on one pair, sides resolved: would they post it, which is better."""

    post: bool
    post_original: bool
    against: Against
    reason: str


Looks: TypeAlias = Mapping[str, Mapping[str, Look]]
"""Viewer -> pair -> look, viewers in the order of the files."""


def read_looks(files: Sequence[Path], key: PairsKey) -> Looks:
    """Read files of votes, several viewers in one or one in several.

    A row without any answer has not been judged and is left out.

    Raises:
        InputError: a file cannot be read, an answer is not known, belongs to another jury, or
            contradicts another of the same viewer on the same pair.
    """
    shown = {piece.pair: piece for piece in key.pairs}
    looks: dict[str, dict[str, Look]] = {}
    said: dict[tuple[str, str], tuple[Look, str]] = {}
    for path in files:
        for where, row in read_rows(path, _REQUIRED):
            if not any(row[name] for name in _REQUIRED[2:]) and not row.get("reason"):
                continue
            viewer, piece = _judged(where, row, key, shown)
            look = _look(where, row, piece)
            before, at = said.setdefault((viewer, piece.pair), (look, where))
            if _answers(before) != _answers(look):
                raise InputError(
                    f"{where}: {viewer!r} judged {piece.pair} otherwise before ({at}); "
                    "keep one of the rows"
                )
            looks.setdefault(viewer, {})[piece.pair] = before
    if not looks:
        named = ", ".join(map(str, files)) or "no file"
        raise InputError(f"no votes are given ({named}); name files that hold answers")
    return looks


def _judged(
    where: str, row: Mapping[str, str], key: PairsKey, shown: Mapping[str, Shown]
) -> tuple[str, Shown]:
    """Who looked, and at which pair.

    Raises:
        InputError: the row does not say it, or is of another jury.
    """
    if (jury := row.get("jury", "")) not in ("", key.jury):
        raise InputError(f"{where}: jury is {jury!r}, another one; give its own key")
    if not (viewer := row["viewer"]):
        raise InputError(f"{where}: viewer is empty; name who looked")
    if not (piece := shown.get(row["pair"].lower())):
        raise InputError(
            f"{where}: pair is {row['pair']!r}; this jury has "
            f"{key.pairs[0].pair} to {key.pairs[-1].pair}"
        )
    return viewer, piece


def _look(where: str, row: Mapping[str, str], piece: Shown) -> Look:
    posts: dict[Side, bool] = {
        "left": _answer(where, row, "post_left", _POST) == "POST",
        "right": _answer(where, row, "post_right", _POST) == "POST",
    }
    better = _answer(where, row, "better", _BETTER)
    meanings: dict[str, Against] = {
        piece.edited.upper(): "BETTER",
        piece.original.upper(): "WORSE",
        "SAME": "SAME",
        "NODIFF": "NODIFF",
    }
    reason = row.get("reason", "")[:_LONGEST_REASON]
    return Look(posts[piece.edited], posts[piece.original], meanings[better], reason)


def _answer(where: str, row: Mapping[str, str], column: str, known: Sequence[str]) -> str:
    if (answer := row[column].upper()) not in known:
        raise InputError(f"{where}: {column} is {row[column]!r}; it must be {', '.join(known)}")
    return answer


def _answers(look: Look) -> tuple[bool, bool, Against]:
    return look.post, look.post_original, look.against
