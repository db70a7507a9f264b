"""A run as the task wants it: presets rendered losslessly, files named by the run, one archive."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import BlackcamoError, InputError, OutputError
from blackcamo.images import Credit, encode_png, prepare_folder, write_bytes
from blackcamo.mediaeval.images import TASK_SIZE, Progress, check_run, find_originals, load_sized
from blackcamo.preset import read_preset
from blackcamo.rendering import render
from blackcamo.types import Pixels

PRESET_SUFFIX = ".preset.json"


@dataclass(frozen=True, slots=True)
class Submission:
    """A run's folder and archive, its files in order, and why an original has none."""

    run: str
    folder: Path
    archive: Path
    files: tuple[Path, ...]
    failed: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The submission in JSON's types."""
        return {
            "run": self.run,
            "folder": str(self.folder),
            "archive": str(self.archive),
            "files": [str(path) for path in self.files],
            "failed": dict(self.failed),
        }


def submit(
    originals: Path,
    presets: Path,
    *,
    run: str,
    out: Path,
    size_px: tuple[int, int] | None = TASK_SIZE,
    progress: Progress = lambda *_: None,
) -> Submission:
    """Render the originals' presets as ``out/RUN/RUN_<stem>.png`` and pack them as ``RUN.zip``.

    The pictures have not been through the channel: the evaluation's JPEG is the only one. A frame
    that a preset cuts out is resampled to the size of its original.

    Args:
        originals: folder of the originals.
        presets: folder with ``<stem>.preset.json`` at any depth, as searches leave them.
        run: the run's code, new in ``out``.
        size_px: width and height that every original must have; None allows any.
        progress: called with the run, images done and images in all, after each image.

    Raises:
        InputError: a folder cannot be read, or there is no preset for any original.
        OutputError: the run exists already, or a file cannot be written.
    """
    check_run(run)
    names = find_originals(originals)
    recipes = _find_presets(presets)
    if not names.keys() & recipes.keys():
        raise InputError(
            f"{presets} has no preset of any original; they are called <stem>{PRESET_SUFFIX}"
        )
    folder, archive = out / run, out / f"{run}.zip"
    if folder.exists() or archive.exists():
        raise OutputError(f"run {run!r} is there already in {out}; choose a new code or remove it")
    prepare_folder(folder)
    files, failed = [], {}
    for done, (stem, path) in enumerate(names.items(), start=1):
        try:
            pixels = _rendered(stem, path, recipes.get(stem, ()), size_px)
        except BlackcamoError as error:
            failed[stem] = str(error)
        else:
            files.append(folder / f"{run}_{stem}.png")
            write_bytes(files[-1], encode_png(pixels, Credit()))
        progress(run, done, len(names))
    _pack(archive, files)
    return Submission(run, folder, archive, tuple(files), failed)


def _find_presets(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob(f"*{PRESET_SUFFIX}")):
        found.setdefault(path.name.removesuffix(PRESET_SUFFIX), []).append(path)
    return found


def _rendered(
    stem: str, path: Path, presets: Sequence[Path], size_px: tuple[int, int] | None
) -> Pixels:
    if len(presets) != 1:
        raise InputError(f"{stem} has {len(presets)} presets; it needs one")
    preset = read_preset(presets[0])
    pixels = load_sized(path, size_px)
    return render(preset.chain(), pixels, preset.params, keep_size=True)


def _pack(archive: Path, files: Sequence[Path]) -> None:
    temporary = archive.with_name(f".{archive.name}.tmp")
    try:
        # Stored as they are: PNGs are compressed already.
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as packed:
            for path in files:
                packed.write(path, path.name)
        temporary.replace(archive)
    except OSError as error:
        raise OutputError(f"cannot write {archive}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
