"""Verdicts as a folder: ``verdicts.csv``, the edits as they were seen, and their originals."""

from __future__ import annotations

from pathlib import Path

from blackcamo.errors import InputError, OutputError
from blackcamo.images import prepare_folder, write_bytes
from blackcamo.mediaeval.jury.pairs.key import (
    PICTURES_FOLDER,
    VIEWERS_FOLDER,
    PairsKey,
    Shown,
    Side,
    picture_name,
)
from blackcamo.mediaeval.jury.pairs.tables import csv_text, read_rows
from blackcamo.mediaeval.jury.pairs.votes import Looks

NAME, PHOTOS_FOLDER = "verdicts.csv", "photos"


def write_verdicts(key: PairsKey, looks: Looks, jury: Path, out: Path) -> Path:
    """Write what viewers said of each picture that any of them judged; the CSV file's path.

    A picture's row has ``post_N`` (POST, NOT), ``against_N`` (BETTER, SAME, WORSE, NODIFF) and
    ``reason_N`` of the N-th viewer, empty where that viewer has not judged it. The picture lies
    beside the file, its original in ``photos/``.

    Args:
        key: what stands behind each pair.
        looks: what viewers said.
        jury: folder of the key and of what viewers were given.
        out: folder of the files.

    Raises:
        InputError: a picture of the jury is not there any more.
        OutputError: verdicts of another jury lie there, or a file cannot be written.
    """
    _refuse_others(out / NAME, key)
    judged = [s for s in key.pairs if any(s.pair in said for said in looks.values())]
    pictures = jury / VIEWERS_FOLDER / PICTURES_FOLDER
    prepare_folder(out)
    rows = []
    originals: dict[str, bytes] = {}
    for shown in judged:
        row = {"picture": _name(key, shown), "photo": shown.photo, "edit": shown.edit}
        for number, said in enumerate(looks.values(), start=1):
            if look := said.get(shown.pair):
                row[f"post_{number}"] = "POST" if look.post else "NOT"
                row[f"against_{number}"] = look.against
                row[f"reason_{number}"] = look.reason
        rows.append(row)
        write_bytes(out / row["picture"], _read(pictures, shown, shown.edited))
        # Beside a smaller edit the original was shown smaller, too: the largest is kept.
        original = _read(pictures, shown, shown.original)
        originals[shown.photo] = max(original, originals.get(shown.photo, b""), key=len)
    for photo, original in originals.items():
        write_bytes(out / PHOTOS_FOLDER / photo, original)
    columns = ["picture", "photo", "edit"]
    for number in range(1, len(looks) + 1):
        columns += [f"post_{number}", f"against_{number}", f"reason_{number}"]
    # Last: where it stands, its pictures do, too.
    write_bytes(out / NAME, csv_text(columns, rows).encode())
    return out / NAME


def _name(key: PairsKey, shown: Shown) -> str:
    return f"{key.jury}-{shown.pair}.jpg"


def _read(pictures: Path, shown: Shown, side: Side) -> bytes:
    path = pictures / picture_name(shown.pair, side)
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); keep the folder {VIEWERS_FOLDER!r} "
            "beside the key"
        ) from error


def _refuse_others(path: Path, key: PairsKey) -> None:
    """Verdicts took people's time: those of another jury are not written over."""
    if not path.exists():
        return
    for where, row in read_rows(path, ("picture",)):
        if not row["picture"].startswith(f"{key.jury}-"):
            raise OutputError(f"{where}: verdicts of another jury; choose another --out")
