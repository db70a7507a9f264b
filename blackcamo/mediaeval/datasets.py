"""Data sets of the task, made from the official archives that a user has, and read again."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from blackcamo import leftovers
from blackcamo.errors import InputError
from blackcamo.images import encode_png, load_photo, prepare_folder, resize, write_bytes
from blackcamo.mediaeval.archives import Pictures, open_pictures
from blackcamo.mediaeval.images import TASK_SIZE, Progress, load_sized
from blackcamo.types import Pixels

LABELS = "labels.csv"
IMAGES = "images"

_MAX_MOS = 100.0


@dataclass(frozen=True, slots=True)
class Dataset:
    """The official facts about a data set.

    Args:
        list_file: the CSV that lists its images, with opinion scores where ``labelled``.
        pictures: names of the archive with the pictures, or of the folder that it unpacks to.
        splits: split -> number of images.
        cropped: whether pictures are of many sizes and are brought to the task's.
    """

    name: str
    list_file: str
    pictures: tuple[str, ...]
    splits: Mapping[str, int]
    labelled: bool = True
    cropped: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """One picture of a prepared data set; ``mos`` is its mean opinion score, 0-100."""

    path: Path
    split: str
    mos: float | None


_KONIQ_PICTURES = ("koniq10k_512x384.zip", "512x384")

DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "koniq10k",
            "koniq10k_distributions_sets.csv",
            _KONIQ_PICTURES,
            {"training": 7058, "validation": 1000, "test": 2015},
        ),
        Dataset("mepp20dev", "MEPP20dev.csv", _KONIQ_PICTURES, {"validation": 1000}),
        Dataset(
            "mepp20test",
            "MEPP20test.csv",
            ("val_large.tar", "val_large"),
            {"test": 550},
            labelled=False,
            cropped=True,
        ),
    )
}


def prepare(
    dataset: Dataset, source: Path, out: Path, *, progress: Progress = lambda *_: None
) -> int:
    """Write ``out/images`` and ``out/labels.csv``, and return the number of images.

    Pictures of KonIQ-10k are copied as they are. Those of Places365 are scaled by Lanczos until
    they cover 512x384, cropped about the centre and written as PNG.

    Args:
        source: folder with the official list and archive, at any depth.
        out: folder of the data set.
        progress: called with the name, images done and images in all, after each image.

    Raises:
        InputError: something is missing, damaged, or not what the official files hold.
        OutputError: a file cannot be written.
    """
    rows = read_list(dataset, _find(source, (dataset.list_file,)))
    prepare_folder(out)
    with ExitStack() as stack:
        pictures = stack.enter_context(open_pictures(_find(source, dataset.pictures)))
        if missing := [name for name, _, _ in rows if name not in pictures.names]:
            raise InputError(
                f"{pictures.path} lacks {len(missing)} of {len(rows)} images, {missing[0]} for "
                "one; download it again"
            )
        scratch = stack.enter_context(leftovers.private_folder())
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["image", "split", "mos"])
        for done, (name, split, mos) in enumerate(rows, start=1):
            stored = _store(dataset, pictures, name, out / IMAGES, scratch)
            writer.writerow([stored, split, "" if mos is None else mos])
            progress(dataset.name, done, len(rows))
    # Last, so that a folder with labels is a whole one.
    write_bytes(out / LABELS, table.getvalue().encode())
    return len(rows)


def read_list(dataset: Dataset, path: Path) -> list[tuple[str, str, float | None]]:
    """Name, split and mean opinion score of every image of an official list.

    Raises:
        InputError: it cannot be read, or differs from the official one in columns or counts.
    """
    lines = _lines(path)
    if dataset.labelled:
        rows = _labelled_rows(path, lines)
    else:
        (split,) = dataset.splits
        rows = [(line.strip(), split, None) for line in lines if line.strip()]
    counts = Counter(split for _, split, _ in rows)
    if counts != dataset.splits:
        raise InputError(
            f"{path} lists {_counts(counts)}; the official list has {_counts(dataset.splits)}"
        )
    (name, times), *_ = Counter(name for name, _, _ in rows).most_common(1)
    if times > 1:
        raise InputError(f"{path} lists {name} {times} times; download it again")
    if odd := [name for name, _, _ in rows if not name or Path(name).name != name]:
        raise InputError(f"{path} lists {odd[0]!r}, which is no file name; download it again")
    return rows


def read_prepared(folder: Path, split: str | None = None) -> list[Labelled]:
    """The pictures of a prepared data set, or of one split of it.

    Raises:
        InputError: the folder is no prepared data set, or has no such split.
    """
    path = folder / LABELS
    reader = csv.DictReader(_lines(path))
    try:
        rows = [
            Labelled(folder / IMAGES / row["image"], row["split"], _mos(path, row["mos"] or None))
            for row in reader
        ]
    except (KeyError, TypeError) as error:
        raise InputError(f"{path} has other columns; prepare the data set again") from error
    chosen = [row for row in rows if split in (None, row.split)]
    if not chosen:
        splits = ", ".join(sorted({row.split for row in rows})) or "none"
        raise InputError(f"{folder} has no split {split!r}; it has {splits}")
    return chosen


def cover(pixels: Pixels, *, width_px: int, height_px: int) -> Pixels:
    """Scale ``pixels`` (H, W, 3) until they cover a size, and crop them to it about the centre."""
    height, width = pixels.shape[:2]
    factor = max(width_px / width, height_px / height)
    scaled = resize(
        pixels,
        width_px=max(width_px, round(width * factor)),
        height_px=max(height_px, round(height * factor)),
    )
    top, left = (scaled.shape[0] - height_px) // 2, (scaled.shape[1] - width_px) // 2
    return scaled[top : top + height_px, left : left + width_px]


def _store(dataset: Dataset, pictures: Pictures, name: str, folder: Path, scratch: Path) -> str:
    """Write one picture and return its name."""
    data = pictures.read(name)
    if not dataset.cropped:
        write_bytes(folder / name, data)
        load_sized(folder / name, TASK_SIZE)
        return name
    (scratch / name).write_bytes(data)
    photo = load_photo(scratch / name)
    (scratch / name).unlink()
    width_px, height_px = TASK_SIZE
    pixels = cover(photo.pixels, width_px=width_px, height_px=height_px)
    stored = f"{Path(name).stem}.png"
    write_bytes(folder / stored, encode_png(pixels, photo.credit))
    return stored


def _find(source: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if found := sorted(source.rglob(name)):
            return found[0]
    raise InputError(f"{source} has no {' or '.join(names)}; download it from its official place")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text; download it again") from error


def _labelled_rows(path: Path, lines: list[str]) -> list[tuple[str, str, float | None]]:
    reader = csv.DictReader(lines, restval="")
    wanted = ("image_name", "MOS", "set")
    if missing := [column for column in wanted if column not in (reader.fieldnames or ())]:
        raise InputError(f"{path} has no column {missing[0]!r}; it is not the official list")
    return [(row["image_name"], row["set"], _mos(path, row["MOS"])) for row in reader]


def _mos(path: Path, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        mos = float(text)
    except ValueError:
        mos = math.nan
    if not 0 <= mos <= _MAX_MOS:
        raise InputError(f"{path} has the opinion score {text!r}; it must be between 0 and 100")
    return mos


def _counts(splits: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {split}" for split, count in sorted(splits.items())) or "nothing"
