"""The gallery: camouflages that searches delivered, shown beside their originals.

The pictures of a study in the dashboard are another thing, see ``run/gallery.py``.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from blackcamo.errors import BlackcamoError, InputError, PhotoError, PresetError
from blackcamo.finish import finish
from blackcamo.images import (
    BEST_EFFORT_SUFFIX,
    CAMOUFLAGE_SUFFIX,
    Credit,
    Photo,
    encode_png,
    load_photo,
    prepare_folder,
    write_bytes,
)
from blackcamo.images.files import read_bytes, remove
from blackcamo.oracle import is_high_quality
from blackcamo.preset import Preset, read_preset
from blackcamo.report.exhibit import Exhibit, Facts, make_exhibit
from blackcamo.report.exhibit_page import exhibit_page
from blackcamo.report.exhibit_sheet import exhibit_sheet
from blackcamo.report.verdict import outcome
from blackcamo.run.applying import find_photos
from blackcamo.run.config import DEFAULT_OUT, DEFAULT_STORAGE
from blackcamo.run.framing import aligned_with
from blackcamo.run.results import GalleryResult, ShownResult
from blackcamo.run.scoring import preset_beside
from blackcamo.strategies import Goal
from blackcamo.study import list_studies
from blackcamo.types import PathLike, ScorerInfo

_SUFFIXES = (".html", ".png")
_DELIVERED = (CAMOUFLAGE_SUFFIX, BEST_EFFORT_SUFFIX)
PHOTOS_A_PAGE = 20
"""More make a page of tens of megabytes, and a picture that few programs open."""

_TITLE = "Camouflage gallery"
_JOURNAL = Path(DEFAULT_STORAGE).name


def exhibit(
    folders: PathLike | Sequence[PathLike] = DEFAULT_OUT,
    *,
    photos: PathLike | Sequence[PathLike] = ".",
    out: PathLike | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> GalleryResult:
    """Show camouflages beside their originals: ``gallery.html`` and ``gallery.png``.

    More than 20 photos make further pages, ``gallery-2.html`` and so on; those that a larger
    gallery left there are removed. A photo that cannot be shown is reported in its result's
    ``error`` and listed on the page.

    Args:
        folders: where camouflages lie with their presets beside them, at any depth.
        photos: the originals, or folders of them.
        out: folder of the files; None is the first of ``folders``.
        progress: called with a word, the photos done and their number.

    Raises:
        InputError: a folder does not exist, or there are no camouflages.
        OutputError: a file cannot be written or removed.
    """
    folders = [folders] if isinstance(folders, PathLike) else folders
    found = _find(folders)
    target = Path(folders[0] if out is None else out)
    prepare_folder(target)
    originals, queries = Originals(photos), _queries(folders)
    stages = [found[i : i + PHOTOS_A_PAGE] for i in range(0, len(found), PHOTOS_A_PAGE)]
    pages, sheets = (
        [_page(target, n, suffix) for n in range(1, len(stages) + 1)] for suffix in _SUFFIXES
    )
    results: list[ShownResult] = []
    # Page by page, so that no more photos than one shows are held at a time.
    for at, stage in enumerate(stages):
        exhibits: list[Exhibit] = []
        failures: list[str] = []
        for piece in stage:
            try:
                shown = _show(piece, originals, queries)
            except BlackcamoError as error:
                results.append(ShownResult(photo=piece.path, error=str(error)))
                failures.append(_line(piece, originals, str(error)))
            else:
                exhibits.append(shown)
                results.append(_result(piece.path, shown.facts))
            progress("photos", len(results), len(found))
        title = _TITLE if len(stages) == 1 else f"{_TITLE}, page {at + 1} of {len(stages)}"
        page = exhibit_page(
            exhibits, failures, title=title, pages=[page.name for page in pages], at=at
        )
        sheet = exhibit_sheet(exhibits, title=title)
        write_bytes(sheets[at], encode_png(sheet, Credit()))
        write_bytes(pages[at], page.encode())
    _remove_pages_from(target, len(stages) + 1)
    return GalleryResult(pages=tuple(pages), sheets=tuple(sheets), results=tuple(results))


def _page(folder: Path, number: int, suffix: str) -> Path:
    return folder / f"gallery{f'-{number}' if number > 1 else ''}{suffix}"


def _remove_pages_from(folder: Path, number: int) -> None:
    """Remove what a larger gallery left: nothing leads there, and it shows what is not so now."""
    page, sheet = (_page(folder, number, suffix) for suffix in _SUFFIXES)
    if page.is_file() and f"{_TITLE}, page {number} of" in page.read_text("utf-8", "replace"):
        remove(sheet)
        remove(page)
        _remove_pages_from(folder, number + 1)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A camouflage, and what tells it from others of its name."""

    path: Path
    where: str


def _find(folders: Sequence[str | Path]) -> list[_Piece]:
    """The camouflages of folders, by name."""
    found: dict[Path, str] = {}
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder; name those that `search` has written to")
        for path in folder.rglob("*.jpg"):
            if path.stem.endswith(_DELIVERED) and not path.name.startswith("."):
                inside = path.parent.relative_to(folder).as_posix()
                found.setdefault(path, f"in {folder.resolve().name}/{inside}".removesuffix("/."))
    if not found:
        named = ", ".join(map(str, folders))
        raise InputError(
            f"{named}: no {' or '.join(f'*{s}.jpg' for s in _DELIVERED)} in it; name a folder that "
            "`search` wrote to"
        )
    ordered = sorted(found, key=lambda path: (path.name, str(path)))
    times = Counter(path.name for path in ordered)
    return [_Piece(path, found[path] if times[path.name] > 1 else "") for path in ordered]


class Originals:
    """The photos among which originals are found: by name, else by what is in them."""

    def __init__(self, photos: PathLike | Sequence[PathLike]) -> None:
        photos = [photos] if isinstance(photos, PathLike) else photos
        for path in map(Path, photos):
            if not path.exists():
                raise InputError(f"{path} does not exist; name the folder of the originals")
        self._paths = [path for path in find_photos(photos) if path.is_file()]
        self.folders = {path.parent for path in self._paths}

    def of(self, preset: Preset) -> Photo:
        """The photo that a preset was found for.

        Raises:
            PhotoError: it is not there, has changed, or cannot be read.
            PresetError: the preset does not say which it is.
        """
        recorded: dict[str, Any] = preset.recorded("photo", dict)
        name, digest = (str(recorded.get(key)) for key in ("name", "sha256"))
        named = [path for path in self._paths if path.name == name]
        for path in named:
            if (photo := load_photo(path)).sha256 == digest:
                return photo
        if digest in self._by_digest:
            return load_photo(self._by_digest[digest])
        if named:
            raise PhotoError(f"{named[0]} has changed since; name the folder of the original")
        raise PhotoError(f"original {name} was not found; name its folder with --photos")

    @cached_property
    def _by_digest(self) -> Mapping[str, Path]:
        digests = {}
        for path in self._paths:
            try:
                digests[hashlib.sha256(read_bytes(path)).hexdigest()] = path
            except PhotoError:
                # What cannot be read is nobody's original.
                continue
        return digests


def _queries(folders: Sequence[str | Path]) -> Mapping[str, int]:
    """Study -> queries that it took, from the journals that lie in the folders."""
    counts: dict[str, int] = {}
    for journal in (Path(folder) / _JOURNAL for folder in folders):
        if not journal.is_file():
            continue
        try:
            studies = list_studies(journal)
        except BlackcamoError:
            # Only their numbers of queries are missing then.
            continue
        for study in studies:
            if "ledger" in study.attributes:
                counts[study.name] = study.attributes["ledger"]["total"]
    return counts


def _show(piece: _Piece, originals: Originals, queries: Mapping[str, int]) -> Exhibit:
    """What is shown of one camouflage.

    Raises:
        BlackcamoError: a file is missing, unreadable, or not what the preset records.
    """
    beside = preset_beside(piece.path)
    if not beside.is_file():
        raise PresetError(f"{piece.path}: no preset {beside.name} beside it; keep them together")
    preset = read_preset(beside)
    camouflage = load_photo(piece.path)
    if preset.recorded("camouflage", dict).get("sha256") != camouflage.sha256:
        raise PhotoError(f"{piece.path}: is not the file that its preset records; search again")
    photo = originals.of(preset)
    facts = _facts(photo.path.name, piece.where, preset, queries)
    aligned = aligned_with(preset, photo.pixels)
    before = photo.pixels if aligned is None else aligned
    after = camouflage.pixels
    if preset.finish:
        # The frame around it is nothing to compare.
        after = finish(preset.finish).inside(after)
    if before.shape != after.shape:
        raise PresetError(f"{piece.path}: its preset's frame is of another size; search again")
    return make_exhibit(facts, photo.pixels, aligned, after)


def _facts(name: str, where: str, preset: Preset, queries: Mapping[str, int]) -> Facts:
    scorer = _scorer(preset)
    parts: dict[str, Any] = preset.recorded("appeal_parts", dict)
    if not all(type(value) in (int, float) for value in parts.values()):
        raise PresetError("preset records appeal_parts that are no numbers")
    before, after, target, appeal, floor = (
        preset.recorded(key, float)
        for key in ("score_before", "score_after", "target", "appeal", "appeal_floor")
    )
    goal = Goal.for_scorer(scorer, target=target, appeal_floor=floor)
    return Facts(
        name=name,
        where=where,
        scorer=scorer.name,
        score_before=before,
        score_after=after,
        high_before=is_high_quality(before, scorer),
        high_after=is_high_quality(after, scorer),
        target=target,
        appeal=appeal,
        parts={key: float(value) for key, value in parts.items()},
        outcome=outcome(goal, scorer, after, appeal),
        mode=preset.mode,
        recipe=preset.recipe,
        queries=queries.get(str(preset.provenance.get("study"))),
    )


def _scorer(preset: Preset) -> ScorerInfo:
    try:
        info = ScorerInfo(**preset.recorded("scorer", dict))
    except TypeError as error:
        raise PresetError("preset records no scorer that can be told of") from error
    if type(info.threshold) not in (int, float) or not isinstance(info.name, str):
        raise PresetError("preset records a scorer without name and threshold")
    return info


def _result(path: Path, facts: Facts) -> ShownResult:
    return ShownResult(
        photo=path,
        name=facts.name,
        scorer=facts.scorer,
        score_before=facts.score_before,
        score_after=facts.score_after,
        appeal=facts.appeal,
        parts=facts.parts,
        verdict=facts.outcome.verdict,
        succeeded=facts.succeeded,
        queries=facts.queries,
    )


def _line(piece: _Piece, originals: Originals, message: str) -> str:
    """What a page that may be passed on says: names of files without their folders."""
    for folder in sorted(map(str, {piece.path.parent, *originals.folders}), key=len, reverse=True):
        message = message.replace(f"{folder}{os.sep}", "")
    name = piece.path.name
    return message if name in message else f"{name}: {message}"
