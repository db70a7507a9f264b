"""A few clearly different results of one study, to choose from."""

from __future__ import annotations

import hashlib
import shlex
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from blackcamo.errors import StudyError
from blackcamo.images import Credit, Photo, encode_png, fitting_stem, prepare_folder, write_bytes
from blackcamo.images.files import read_bytes
from blackcamo.oracle import is_high_quality
from blackcamo.preset import Preset
from blackcamo.report.exhibit import Facts, make_exhibit
from blackcamo.report.exhibit_page import exhibit_page
from blackcamo.report.grid import GridCell, picture_grid
from blackcamo.report.verdict import outcome
from blackcamo.run.config import DEFAULT_STORAGE, out_folder
from blackcamo.run.differing import different, tiny_picture
from blackcamo.run.exhibits import WHOLE_PX
from blackcamo.run.framing import aligned_with
from blackcamo.run.naming import numbered
from blackcamo.run.originals import Originals
from blackcamo.run.presets import make_preset
from blackcamo.run.results import ChooseResult, Option
from blackcamo.run.review import Review
from blackcamo.run.setup import searched_on
from blackcamo.study import Study, list_studies
from blackcamo.types import UNCHANGED, PathLike, Pixels
from blackcamo.wording import visibility

_PAGE, _SHEET = ".choose.html", ".choose.png"


def choose(
    study: str,
    *,
    storage: PathLike = DEFAULT_STORAGE,
    photos: PathLike | Sequence[PathLike] = ".",
    out: PathLike | None = None,
) -> ChooseResult:
    """Show four to six clearly different results of a study as a page and a sheet; asks no scorer.

    They are shown at the size at which they were searched, with the scores of the search.

    Args:
        study: its name, or a beginning that only it has.
        photos: the original, or folders in which it lies.
        out: folder of the files; None is that of a search.

    Raises:
        BlackcamoError: the study or the photo is not there, or a file cannot be written.
    """
    review = Review(Study.load(storage, study))
    name = review.study.name
    photo = Originals(photos).of(_preset(review, max(review.trials)))
    shown = _choice(review, photo)
    cells = [GridCell("original", shown[0].whole, "")]
    command = f"blackcamo deliver {shlex.quote(name)} --pick"
    options, exhibits = [], []
    for one in shown:
        evaluation = review.trials[one.number]
        facts = _facts(review, one, f"{command} {one.number}")
        exhibits.append(
            make_exhibit(facts, one.whole, one.aligned, one.inside, long_side_px=WHOLE_PX)
        )
        note = f"{facts.scorer} {facts.score_after:.1f}, appeal {facts.appeal:.1f}"
        cells.append(GridCell(f"{facts.name}, {facts.where}", one.inside, note))
        options.append(
            Option(
                pick=one.number,
                style=evaluation.style,
                score=evaluation.score,
                appeal=evaluation.appeal,
                verdict=facts.outcome.verdict,
                known_for=one.known_for,
                recipe=facts.recipe,
            )
        )
    stem = photo.path.stem
    folder = out_folder(out, stem)
    prepare_folder(folder)
    page, sheet = _files(folder, fitting_stem(stem, folder), name)
    write_bytes(sheet, encode_png(picture_grid(cells, columns=2), Credit()))
    write_bytes(page, exhibit_page(exhibits, [], title=_title(name), slider=True).encode())
    return ChooseResult(study=name, page=page, sheet=sheet, options=tuple(options))


def study_of(photo: PathLike, storage: PathLike = DEFAULT_STORAGE) -> str:
    """The name of the newest study of a photo, found by its bytes.

    Raises:
        StudyError: there is none.
        BlackcamoError: the photo cannot be read, or the storage not be opened.
    """
    digest = hashlib.sha256(read_bytes(Path(photo))).hexdigest()
    mine = [
        summary
        for summary in list_studies(storage)
        if summary.latest is not None
        and summary.attributes.get("photo", {}).get("sha256") == digest
    ]
    if not mine:
        raise StudyError(f"{photo}: no study of this photo in {storage}; search it first")
    return max(mine, key=lambda s: s.latest.timestamp() if s.latest else 0.0).name


@dataclass(frozen=True, slots=True)
class _Shown:
    """A trial's picture as sent and without its frame, and what of the photo that shows."""

    number: int
    known_for: tuple[str, ...]
    recipe: str
    whole: Pixels
    aligned: Pixels | None
    inside: Pixels


def _choice(review: Review, photo: Photo) -> list[_Shown]:
    """The trials that are shown, the delivered one first, then the most appealing."""
    small = searched_on(photo.pixels, review.attributes["mode"], review.attributes["proxy_px"])
    pictures = {n: review.picture(n, small) for n in _candidates(review)}
    tiny = {n: tiny_picture(picture) for n, picture in pictures.items()}
    trials = review.trials
    chosen = different(tiny, {n: trials[n].style for n in tiny})
    first, rest = chosen[0], sorted(chosen[1:], key=lambda n: -trials[n].appeal)
    known_for = _known_for(review, chosen)
    shown = []
    for number in (first, *rest):
        preset = _preset(review, number)
        shown.append(
            _Shown(
                number,
                known_for[number],
                preset.recipe,
                small,
                aligned_with(preset, small),
                pictures[number],
            )
        )
    return shown


def _candidates(review: Review) -> list[int]:
    """Of each style the most liked, the subtlest and the most camouflaged success.

    The delivered one comes first, then by appeal; without a success those that come closest.
    """
    goal, trials = review.goal, review.trials
    tried = _tried(review)
    good = [n for n in tried if goal.succeeded(trials[n].score, trials[n].appeal)]
    if good:
        found = {n for its in _by_style(review, good) for n in _extremes(review, its)}
        ordered = sorted(found, key=lambda n: -trials[n].appeal)
    else:
        closest = [min(its, key=_loss(review)) for its in _by_style(review, tried)]
        ordered = sorted(closest, key=_loss(review))
    delivered = review.delivered.get("trial")
    if delivered in tried:
        ordered = [delivered, *(n for n in ordered if n != delivered)]
    return ordered


def _tried(review: Review) -> list[int]:
    """The trials that have a picture, if possible those that went through all channels.

    Raises:
        StudyError: there are none.
    """
    trials = review.trials
    tried = [n for n, e in trials.items() if e.error is None and e.style != UNCHANGED]
    if not tried:
        raise StudyError(f"study {review.study.name!r} has tried nothing yet; let its search go on")
    # Without a score after all channels it is unknown whether they succeeded.
    return [n for n in tried if not trials[n].partial] or tried


def _by_style(review: Review, numbers: Sequence[int]) -> list[list[int]]:
    """Trials of each style, in the order of its name."""
    found: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        found[review.trials[number].style].append(number)
    return [found[style] for style in sorted(found)]


def _extremes(review: Review, numbers: Sequence[int]) -> set[int]:
    """The most appealing, the least visible and the best scored of trials."""
    trials, up = review.trials, review.scorer.higher_is_better
    return {
        max(numbers, key=lambda n: trials[n].appeal),
        min(numbers, key=lambda n: _visible(review, n)),
        min(numbers, key=lambda n: trials[n].score if up else -trials[n].score),
    }


def _known_for(review: Review, chosen: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Titles of each: in what it is the first among the others."""
    trials, up = review.trials, review.scorer.higher_is_better
    titles = {
        "most liked": max(chosen, key=lambda n: trials[n].appeal),
        "subtlest": min(chosen, key=lambda n: _visible(review, n)),
        "most camouflaged": min(chosen, key=lambda n: trials[n].score if up else -trials[n].score),
    }
    delivered = review.delivered.get("trial")
    return {
        n: (*(("delivered",) if n == delivered else ()), *(t for t, m in titles.items() if m == n))
        for n in chosen
    }


def _visible(review: Review, number: int) -> float:
    """How much one sees of what a trial did, in least visible changes."""
    return sum(visibility(review.chain(number).space, review.trials[number].params).values())


def _loss(review: Review) -> Callable[[int], float]:
    goal, trials = review.goal, review.trials
    return lambda n: goal.loss(trials[n].score, trials[n].appeal)


def _preset(review: Review, number: int) -> Preset:
    evaluation = review.trials[number]
    return make_preset(
        review.chain(number),
        evaluation.style,
        evaluation.params,
        identity=review.identity(number),
        facts=review.facts(number),
    )


def _facts(review: Review, one: _Shown, command: str) -> Facts:
    evaluation, info = review.trials[one.number], review.scorer
    before = review.trials[min(review.trials)].score
    told = (f"trial {one.number}", *one.known_for)
    return Facts(
        name=evaluation.style,
        where=" · ".join(told),
        scorer=info.name,
        score_before=before,
        score_after=evaluation.score,
        high_before=is_high_quality(before, info),
        high_after=is_high_quality(evaluation.score, info),
        target=review.goal.target,
        appeal=evaluation.appeal,
        parts=evaluation.parts,
        outcome=outcome(review.goal, info, evaluation.score, evaluation.appeal),
        mode=review.attributes["mode"],
        recipe=one.recipe,
        queries=None,
        command=command,
    )


def _title(study: str) -> str:
    return f"Results of {study}"


def _files(folder: Path, first: str, study: str) -> tuple[Path, Path]:
    """Page and sheet: under the first name whose page is of this study, or free."""
    for stem in numbered(first):
        page, sheet = folder / f"{stem}{_PAGE}", folder / f"{stem}{_SHEET}"
        if not page.exists() and not sheet.exists():
            break
        title = f"<title>{_title(study)}</title>"
        if page.is_file() and title in page.read_text("utf-8", "replace"):
            break
    return page, sheet
