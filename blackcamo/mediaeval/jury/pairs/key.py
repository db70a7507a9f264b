"""The key of a jury of pairs, which only its organiser has: which side is the edit, and of what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeAlias, get_args

from blackcamo.errors import InputError
from blackcamo.mediaeval.jury.key import VERSION, read_document
from blackcamo.records import typed

PAIRS_KEY_FORMAT = "blackcamo-jury-pairs-key"
KEY_NAME = "jury-key.json"
VIEWERS_FOLDER, PICTURES_FOLDER = "viewers", "pictures"

VOTE_COLUMNS = (
    "jury", "viewer", "pair", "left", "right", "post_left", "post_right", "better", "reason",
)  # fmt: skip
"""Columns of a file of votes, one pair of one viewer a row."""

Side: TypeAlias = Literal["left", "right"]
SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True, slots=True)
class Shown:
    """One pair as it is shown: its token, the edit's side, and what is behind it."""

    pair: str
    edited: Side
    photo: str
    edit: str
    control: bool

    @property
    def original(self) -> Side:
        """The other side."""
        return "right" if self.edited == "left" else "left"


@dataclass(frozen=True, slots=True)
class PairsKey:
    """The key of a jury: which edit of which photo each pair shows."""

    jury: str
    pairs: tuple[Shown, ...]

    def to_json(self) -> dict[str, Any]:
        """The key in JSON's types."""
        return {
            "format": PAIRS_KEY_FORMAT,
            "version": VERSION,
            "jury": self.jury,
            "pairs": [asdict(shown) for shown in self.pairs],
        }


def read_pairs_key(path: Path) -> PairsKey:
    """Read what `PairsKey.to_json` wrote.

    Raises:
        InputError: the file cannot be read, or is no key of pairs.
    """
    document = read_document(path, PAIRS_KEY_FORMAT)
    damaged = f"{path} is a damaged key of a jury; make the jury again"
    key = typed(PairsKey, document, damaged, InputError)
    sound = key.jury.isalnum() and len({shown.pair for shown in key.pairs}) == len(key.pairs)
    if not key.pairs or not sound or not all(map(_sound, key.pairs)):
        raise InputError(damaged)
    return key


def is_pairs_key(path: Path) -> bool:
    """Whether a file says of itself that it is a key of pairs; `read_pairs_key` checks the rest."""
    try:
        with path.open("rb") as file:
            return f'"{PAIRS_KEY_FORMAT}"'.encode() in file.read(256)
    except OSError:
        return False


def picture_name(pair: str, side: Side) -> str:
    """The file of one side of a pair."""
    return f"{pair}-{side}.jpg"


def _sound(shown: Shown) -> bool:
    # Tokens and photos name files: they may not lead out of their folder.
    photo = PurePosixPath(shown.photo)
    return (
        shown.pair.isalnum()
        and bool(photo.name)
        and not photo.is_absolute()
        and not {"..", "\\"} & {*photo.parts, *shown.photo}
    )
