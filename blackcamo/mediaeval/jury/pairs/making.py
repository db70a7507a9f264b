"""Make a jury of pairs: one page for all viewers, pictures and a form for programs, the key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from blackcamo.errors import InputError, OptionError, OutputError
from blackcamo.images import fit_long_side, load_photo, prepare_folder, write_bytes
from blackcamo.mediaeval.images import Progress
from blackcamo.mediaeval.jury.pairs.finding import Pair, photo_names
from blackcamo.mediaeval.jury.pairs.key import (
    KEY_NAME,
    PICTURES_FOLDER,
    SIDES,
    VIEWERS_FOLDER,
    VOTE_COLUMNS,
    PairsKey,
    Shown,
    Side,
    picture_name,
    read_pairs_key,
)
from blackcamo.mediaeval.jury.pairs.tables import csv_text
from blackcamo.mediaeval.protocol import TASK_CHANNEL
from blackcamo.pages import embedded, offline_page

LONG_SIDE_PX = 1024
CONTROL = "none"
"""Name of the edit of a control: nothing was done."""


@dataclass(frozen=True, slots=True)
class PairsJury:
    """The files of a jury: page, form and pictures are for viewers, the key is not."""

    page: Path
    form: Path
    pictures: Path
    key: Path
    pairs: int
    controls: int


def make_pairs(
    pairs: Sequence[Pair],
    *,
    out: Path,
    seed: int = 0,
    controls: float = 0.0,
    long_side_px: int = LONG_SIDE_PX,
    progress: Progress = lambda *_: None,
) -> PairsJury:
    """Write ``viewers/jury.html``, ``viewers/votes.csv``, ``viewers/pictures/`` and the key.

    Both sides of a pair are decoded, brought to one long side, and encoded as JPEG 90 without
    metadata, so that neither size, format nor header tells which is the edit.

    Args:
        pairs: what is to be judged.
        out: folder of the files.
        seed: what fixes the order of the pairs, the sides and which originals are controls.
        controls: unchanged pairs to mix in, as a share of the pairs, at most one an original.
            Their edit is the original sent through JPEG 90 once.
        long_side_px: what larger pictures are scaled down to.
        progress: called with a name, pairs done and pairs in all.

    Raises:
        OptionError: a share outside [0, 1], or a side below 1 px.
        PhotoError: a picture cannot be read.
        OutputError: another jury's key lies in ``out``, or a file cannot be written.
    """
    if not 0 <= controls <= 1:
        raise OptionError(f"controls is {controls:g}; it must be a share between 0 and 1")
    rng = np.random.default_rng(seed)
    names = photo_names(pair.original for pair in pairs)
    unchanged = _controls(rng, names, controls, len(pairs))
    todo = [*((pair, False) for pair in pairs), *((pair, True) for pair in unchanged)]
    order = rng.permutation(len(todo))
    # As many edits left as right, so that a habit of picking one side favours neither.
    edits_left = rng.permutation(np.arange(len(todo)) % 2 == 0)
    shown: list[Shown] = []
    jpegs: dict[str, bytes] = {}
    for number, (at, left) in enumerate(zip(order, edits_left, strict=True), start=1):
        pair, control = todo[at]
        side: Side = "left" if left else "right"
        piece = Shown(f"p{number:03d}", side, names[pair.original], pair.edit, control)
        original, edited = _encoded(pair, control, long_side_px)
        sides = {piece.original: original, piece.edited: edited}
        for name in SIDES:
            jpegs[picture_name(piece.pair, name)] = sides[name]
        shown.append(piece)
        progress("pairs", number, len(todo))
    digests = (hashlib.sha256(jpeg).hexdigest() for jpeg in jpegs.values())
    key = PairsKey(hashlib.sha256("".join(digests).encode()).hexdigest()[:12], tuple(shown))
    return _write(out, key, jpegs)


def _controls(
    rng: np.random.Generator, names: dict[Path, str], share: float, pairs: int
) -> list[Pair]:
    one_each = list({name: path for path, name in names.items()}.values())
    count = max(round(share * pairs), int(share > 0))
    chosen = rng.permutation(len(one_each))[:count]
    return [Pair(one_each[n], one_each[n], CONTROL) for n in chosen]


def _encoded(pair: Pair, control: bool, long_side_px: int) -> tuple[bytes, bytes]:
    """Original and edit as viewers get them."""
    original = load_photo(pair.original).pixels
    edited = TASK_CHANNEL.send(original)[1] if control else load_photo(pair.edited).pixels
    both = (original, edited)
    long_side = min(long_side_px, *(max(pixels.shape[:2]) for pixels in both))
    first, second = (TASK_CHANNEL.encode(fit_long_side(pixels, long_side)) for pixels in both)
    return first, second


def _write(out: Path, key: PairsKey, jpegs: dict[str, bytes]) -> PairsJury:
    at = out / KEY_NAME
    if at.exists() and _jury_of(at) != key.jury:
        # Without its key, votes that were given already are worth nothing.
        raise OutputError(f"{at} is the key of another jury; choose another --out")
    viewers = out / VIEWERS_FOLDER
    prepare_folder(viewers)
    write_bytes(at, (json.dumps(key.to_json(), indent=1) + "\n").encode())
    for name, jpeg in jpegs.items():
        write_bytes(viewers / PICTURES_FOLDER / name, jpeg)
    tokens = [shown.pair for shown in key.pairs]
    write_bytes(viewers / "votes.csv", csv_text(VOTE_COLUMNS, _form(key.jury, tokens)).encode())
    write_bytes(viewers / "jury.html", _page(key.jury, tokens, jpegs).encode())
    return PairsJury(
        page=viewers / "jury.html",
        form=viewers / "votes.csv",
        pictures=viewers / PICTURES_FOLDER,
        key=at,
        pairs=sum(not shown.control for shown in key.pairs),
        controls=sum(shown.control for shown in key.pairs),
    )


def _jury_of(key: Path) -> str | None:
    try:
        return read_pairs_key(key).jury
    except InputError:
        return None


def _form(jury: str, tokens: Sequence[str]) -> list[dict[str, str]]:
    """A row per pair, without answers."""
    return [
        {"jury": jury, "pair": token}
        | {side: f"{PICTURES_FOLDER}/{picture_name(token, side)}" for side in SIDES}
        for token in tokens
    ]


def _page(jury: str, tokens: Sequence[str], jpegs: dict[str, bytes]) -> str:
    data = {"jury": jury, "columns": VOTE_COLUMNS, "pairs": _form(jury, tokens)}
    # Each picture is text of its own, which the browser decodes when its pair is shown: a page of
    # hundreds of megabytes of pixels opens as fast as one of ten.
    pictures = (
        f'<script type="text/plain" id="{PICTURES_FOLDER}/{name}">{embedded(jpeg)}</script>'
        for name, jpeg in jpegs.items()
    )
    return offline_page(
        resources.files("blackcamo.mediaeval.jury.pairs") / "page",
        count=str(len(tokens)),
        minutes=str(max(1, round(len(tokens) / 4))),
        data=json.dumps(data).replace("<", "\\u003c"),
        pictures="\n".join(pictures),
    )
