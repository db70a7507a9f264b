"""The report: camouflages that searches delivered, beside their originals, and all about them.

The pictures of a study in the dashboard are another thing, see ``run/gallery.py``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import BlackcamoError, InputError, PhotoError, PresetError
from blackcamo.finish import finish
from blackcamo.images import (
    BEST_EFFORT_SUFFIX,
    CAMOUFLAGE_SUFFIX,
    Credit,
    encode_png,
    fitting_stem,
    load_photo,
    prepare_folder,
    write_bytes,
)
from blackcamo.images.files import read_bytes, remove
from blackcamo.oracle import is_high_quality
from blackcamo.preset import Preset, read_preset
from blackcamo.report.details import Details
from blackcamo.report.exhibit import ChannelScores, Exhibit, Facts, make_exhibit
from blackcamo.report.exhibit_page import exhibit_page
from blackcamo.report.exhibit_sheet import exhibit_sheet
from blackcamo.report.verdict import outcome
from blackcamo.run.config import DEFAULT_OUT, DEFAULT_STORAGE, out_folder
from blackcamo.run.counted import COUNTED
from blackcamo.run.detailing import Studies, details, near
from blackcamo.run.framing import aligned_with
from blackcamo.run.naming import BEST_EFFORT, CAMOUFLAGE, delivered_in
from blackcamo.run.originals import Originals
from blackcamo.run.results import ReportResult, ShownResult
from blackcamo.run.scoring import preset_beside
from blackcamo.strategies import Goal
from blackcamo.types import PathLike, ScorerInfo

_SUFFIXES = (".html", ".png")
_CHANNELS = "channel_scores"
_DELIVERED = (CAMOUFLAGE_SUFFIX, BEST_EFFORT_SUFFIX)
PHOTOS_A_PAGE = 20
"""More make a page of tens of megabytes, and a picture that few programs open."""

_TITLE = "Camouflage report"
_NAME = "report"
WHOLE_PX = 1024
"""Bound of whole pictures: those that are searched by default are shown at 100 %."""


def report(
    what: PathLike | Sequence[PathLike] = DEFAULT_OUT,
    *,
    photos: PathLike | Sequence[PathLike] = ".",
    out: PathLike | None = None,
    storage: PathLike = DEFAULT_STORAGE,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> ReportResult:
    """Show camouflages beside their originals, and how they were found: a page and a sheet.

    Of a folder these are ``report.html`` and ``report.png``, of a photo ``<stem>.report.html`` and
    so on. More than 20 results make further pages, ``report-2.html`` and so on; those that a larger
    report left there are removed. What cannot be shown is reported in its result's ``error`` and
    listed on the page. No scorer is asked.

    Args:
        what: folders in which camouflages lie with their presets beside them, at any depth; or a
            photo, whose camouflages are looked for where searches put them; or camouflages.
        photos: the originals, or folders of them; a photo that is named is one.
        out: folder of the files; None is where the first camouflage lies, or the first folder.
        storage: where else studies may be than beside what they delivered.
        progress: called with a word, the results done and their number.

    Raises:
        InputError: a file or folder does not exist, or there are no camouflages.
        OutputError: a file cannot be written or removed.
    """
    named = [Path(one) for one in ([what] if isinstance(what, PathLike) else what)]
    found = _find(named)
    folders = [path if path.is_dir() else None for path in named]
    target = Path(out) if out is not None else folders[0] or found[0].path.parent
    base = _NAME if None not in folders else f"{fitting_stem(named[0].stem, target)}.{_NAME}"
    prepare_folder(target)
    known = [photos] if isinstance(photos, PathLike) else list(photos)
    originals = Originals([*known, *(path for path in named if path.is_file())])
    studies = Studies([*near(dict.fromkeys(piece.path.parent for piece in found)), storage])
    stages = [found[i : i + PHOTOS_A_PAGE] for i in range(0, len(found), PHOTOS_A_PAGE)]
    pages, sheets = (
        [_page(target, base, n, suffix) for n in range(1, len(stages) + 1)] for suffix in _SUFFIXES
    )
    results: list[ShownResult] = []
    # Page by page, so that no more photos than one shows are held at a time.
    for at, stage in enumerate(stages):
        exhibits: list[Exhibit] = []
        behind: list[Details | None] = []
        failures: list[str] = []
        for piece in stage:
            try:
                shown, more = _show(piece, originals, studies)
            except BlackcamoError as error:
                results.append(ShownResult(photo=piece.path, error=str(error)))
                failures.append(_line(piece, originals, str(error)))
            else:
                exhibits.append(shown)
                behind.append(more)
                results.append(_result(piece.path, shown.facts))
            progress("photos", len(results), len(found))
        title = _TITLE if len(stages) == 1 else f"{_TITLE}, page {at + 1} of {len(stages)}"
        page = exhibit_page(
            exhibits,
            failures,
            title=title,
            pages=[page.name for page in pages],
            at=at,
            slider=True,
            details=behind,
        )
        sheet = exhibit_sheet(exhibits, title=title)
        write_bytes(sheets[at], encode_png(sheet, Credit()))
        write_bytes(pages[at], page.encode())
    _remove_pages_from(target, base, len(stages) + 1)
    return ReportResult(pages=tuple(pages), sheets=tuple(sheets), results=tuple(results))


def _page(folder: Path, base: str, number: int, suffix: str) -> Path:
    return folder / f"{base}{f'-{number}' if number > 1 else ''}{suffix}"


def _remove_pages_from(folder: Path, base: str, number: int) -> None:
    """Remove what a larger report left: nothing leads there, and it shows what is not so now."""
    page, sheet = (_page(folder, base, number, suffix) for suffix in _SUFFIXES)
    if page.is_file() and f"{_TITLE}, page {number} of" in page.read_text("utf-8", "replace"):
        remove(sheet)
        remove(page)
        _remove_pages_from(folder, base, number + 1)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A camouflage, and what tells it from others of its name."""

    path: Path
    where: str


def _find(named: Sequence[Path]) -> list[_Piece]:
    """The camouflages of folders and photos, by name."""
    found: dict[Path, str] = {}
    for one in named:
        if one.is_file():
            for path in _camouflages(one):
                found.setdefault(path, f"in {path.parent.name}")
            continue
        if not one.is_dir():
            raise InputError(f"{one} does not exist; name a photo, or a folder of `search`")
        for path in delivered_in(one, (CAMOUFLAGE, BEST_EFFORT)):
            inside = path.parent.relative_to(one).as_posix()
            found.setdefault(path, f"in {one.resolve().name}/{inside}".removesuffix("/."))
    if not found:
        raise InputError(
            f"{', '.join(map(str, named))}: no {' or '.join(f'*{s}.jpg' for s in _DELIVERED)} in "
            "it; name a folder that `search` wrote to"
        )
    ordered = sorted(found, key=lambda path: (path.name, str(path)))
    times = Counter(path.name for path in ordered)
    return [_Piece(path, found[path] if times[path.name] > 1 else "") for path in ordered]


def _is_delivered(path: Path) -> bool:
    return path.stem.endswith(_DELIVERED) and not path.name.startswith(".")


def _camouflages(file: Path) -> list[Path]:
    """What searches made of a photo; or the file itself, where that is one of those.

    Raises:
        InputError: there is nothing.
        PhotoError: it cannot be read.
    """
    if _is_delivered(file):
        return [file]
    digest = hashlib.sha256(read_bytes(file)).hexdigest()
    folder = out_folder(None, file.stem)
    made = []
    for path in sorted(folder.glob("*.jpg")) if folder.is_dir() else ():
        if not _is_delivered(path):
            continue
        with contextlib.suppress(PresetError):
            photo: dict[str, Any] = read_preset(preset_beside(path)).recorded("photo", dict)
            made += [path] if photo.get("sha256") == digest else []
    if not made:
        raise InputError(
            f"{file}: nothing in {folder} was made of it; search it first, or name the folder that "
            "`search` wrote to"
        )
    return made


def _show(piece: _Piece, originals: Originals, studies: Studies) -> tuple[Exhibit, Details]:
    """What is shown of one camouflage, and what lies behind it.

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
    study = str(preset.provenance.get("study"))
    where = " · ".join(part for part in (preset.style, piece.where) if part)
    facts = _facts(photo.path.name, where, preset, studies.queries(study))
    aligned = aligned_with(preset, photo.pixels)
    before = photo.pixels if aligned is None else aligned
    after = camouflage.pixels
    if preset.finish:
        # The frame around it is nothing to compare.
        after = finish(preset.finish).inside(after)
    scale = max(after.shape[0] // before.shape[0], 1)
    if (scale * before.shape[0], scale * before.shape[1]) != after.shape[:2]:
        raise PresetError(f"{piece.path}: its preset's frame is of another size; search again")
    behind = details(preset, photo.pixels, studies.review(study))
    shown = make_exhibit(facts, photo.pixels, aligned, after, long_side_px=WHOLE_PX)
    return shown, behind


def _facts(name: str, where: str, preset: Preset, queries: int | None) -> Facts:
    scorer = preset.recorded("scorer", ScorerInfo)
    parts = preset.recorded("appeal_parts", dict[str, float])
    before, after, target, appeal, floor = (
        preset.recorded(key, float)
        for key in ("score_before", "score_after", "target", "appeal", "appeal_floor")
    )
    counted = preset.recorded(COUNTED, float) if COUNTED in preset.provenance else after
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
        parts=parts,
        outcome=outcome(goal, scorer, counted, appeal),
        mode=preset.mode,
        recipe=preset.recipe,
        queries=queries,
        channels=_channels(preset, scorer),
    )


def _channels(preset: Preset, scorer: ScorerInfo) -> tuple[ChannelScores, ...]:
    """What a search for several channels recorded of each of them."""
    if _CHANNELS not in preset.provenance:
        return ()
    after, before = (
        preset.recorded(key, dict[str, float]) for key in (_CHANNELS, f"{_CHANNELS}_before")
    )
    return tuple(
        ChannelScores(name, before[name], score, is_high_quality(score, scorer))
        for name, score in after.items()
        if name in before
    )


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
