"""The report: camouflages that searches delivered, beside their originals, and all about them.

The pictures of a study in the dashboard are another thing, see ``run/trial_pictures.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blackcamo.errors import BlackcamoError
from blackcamo.images import Credit, encode_png, fitting_stem, prepare_folder, write_bytes
from blackcamo.images.files import remove
from blackcamo.report.details import Details
from blackcamo.report.exhibit import Exhibit, Facts
from blackcamo.report.exhibit_page import exhibit_page
from blackcamo.report.exhibit_sheet import exhibit_sheet
from blackcamo.run.camouflages import FoundCamouflage, find_camouflages
from blackcamo.run.config import DEFAULT_OUT, DEFAULT_STORAGE
from blackcamo.run.detailing import Studies, near
from blackcamo.run.exhibits import exhibit_of
from blackcamo.run.originals import Originals
from blackcamo.run.results import ReportResult, ShownResult
from blackcamo.types import PathLike

_SUFFIXES = (".html", ".png")
PHOTOS_A_PAGE = 20
"""More make a page of tens of megabytes, and a picture that few programs open."""

_TITLE = "Camouflage report"
_NAME = "report"


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
    named, known = _paths(what), _paths(photos)
    found = find_camouflages(named)
    target, base = _place(named, found, out)
    prepare_folder(target)
    originals = Originals([*known, *(path for path in named if path.is_file())])
    studies = Studies([*near(dict.fromkeys(one.path.parent for one in found)), storage])
    stages = [found[i : i + PHOTOS_A_PAGE] for i in range(0, len(found), PHOTOS_A_PAGE)]
    pages, sheets = (
        [_page(target, base, n, suffix) for n in range(1, len(stages) + 1)] for suffix in _SUFFIXES
    )
    results: list[ShownResult] = []
    # Page by page, so that no more photos than one shows are held at a time.
    for at, stage in enumerate(stages):
        shown = _Shown()
        for one in stage:
            results.append(shown.add(one, originals, studies))
            progress("photos", len(results), len(found))
        title = _TITLE if len(stages) == 1 else f"{_TITLE}, page {at + 1} of {len(stages)}"
        page = exhibit_page(
            shown.exhibits,
            shown.failures,
            title=title,
            pages=[page.name for page in pages],
            at=at,
            slider=True,
            details=shown.details,
        )
        sheet = exhibit_sheet(shown.exhibits, title=title)
        write_bytes(sheets[at], encode_png(sheet, Credit()))
        write_bytes(pages[at], page.encode())
    _remove_pages_from(target, base, len(stages) + 1)
    return ReportResult(pages=tuple(pages), sheets=tuple(sheets), results=tuple(results))


def _paths(named: PathLike | Sequence[PathLike]) -> list[Path]:
    return [Path(one) for one in ([named] if isinstance(named, PathLike) else named)]


@dataclass(frozen=True, slots=True)
class _Shown:
    """Exhibits of a page with the details behind each, and a line for each that cannot be one."""

    exhibits: list[Exhibit] = field(default_factory=list)
    details: list[Details | None] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, found: FoundCamouflage, originals: Originals, studies: Studies) -> ShownResult:
        """Show one more."""
        try:
            exhibit, behind = exhibit_of(found, originals, studies)
        except BlackcamoError as error:
            self.failures.append(_line(found.path, originals, str(error)))
            return ShownResult(photo=found.path, error=str(error))
        self.exhibits.append(exhibit)
        self.details.append(behind)
        return _result(found.path, exhibit.facts)


def _place(
    named: Sequence[Path], found: Sequence[FoundCamouflage], out: PathLike | None
) -> tuple[Path, str]:
    """The folder of the files, and how their names begin."""
    folders = [path if path.is_dir() else None for path in named]
    target = Path(out) if out is not None else folders[0] or found[0].path.parent
    if None in folders:
        return target, f"{fitting_stem(named[0].stem, target)}.{_NAME}"
    return target, _NAME


def _page(folder: Path, base: str, number: int, suffix: str) -> Path:
    return folder / f"{base}{f'-{number}' if number > 1 else ''}{suffix}"


def _remove_pages_from(folder: Path, base: str, number: int) -> None:
    """Remove what a larger report left: nothing leads there, and it shows what is not so now."""
    page, sheet = (_page(folder, base, number, suffix) for suffix in _SUFFIXES)
    if page.is_file() and f"{_TITLE}, page {number} of" in page.read_text("utf-8", "replace"):
        remove(sheet)
        remove(page)
        _remove_pages_from(folder, base, number + 1)


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


def _line(path: Path, originals: Originals, message: str) -> str:
    """A message for a page that may be passed on: names of files without their folders."""
    for folder in sorted(map(str, {path.parent, *originals.folders}), key=len, reverse=True):
        message = message.replace(f"{folder}{os.sep}", "")
    return message if path.name in message else f"{path.name}: {message}"
