"""Export a candidate of a study for other programs, and say what that is worth."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from blackcamo.channel import Channel
from blackcamo.errors import BlackcamoError
from blackcamo.exporters import export_preset, layers
from blackcamo.images import fitting_stem, prepare_folder, write_bytes
from blackcamo.preset import Preset
from blackcamo.run.config import DEFAULT_PRESETS, DEFAULT_STORAGE, ScorerKeywords, scorer_asked
from blackcamo.run.keywords import spelled_out
from blackcamo.run.naming import is_free_for, numbered
from blackcamo.run.originals import Originals
from blackcamo.run.presets import make_preset
from blackcamo.run.results import ExportResult, Worth
from blackcamo.run.review import Review
from blackcamo.run.trust import recorded_scorer
from blackcamo.run.worth import Appraiser, groups
from blackcamo.study import Study
from blackcamo.types import Export, PathLike, ScoreFunction


@spelled_out(ScorerKeywords)
def export(
    study: str,
    *,
    storage: PathLike = DEFAULT_STORAGE,
    pick: str | int = "best",
    jury: bool = False,
    formats: Sequence[str] = ("json", "cube"),
    out: PathLike = DEFAULT_PRESETS,
    overwrite: bool = False,
    score: bool = True,
    photos: PathLike | Sequence[PathLike] = ".",
    scorer: str | ScoreFunction | None = None,
    **options: Unpack[ScorerKeywords],
) -> ExportResult:
    """Export one candidate of a study as presets, and score what they carry.

    Args:
        pick: "best" is the delivered candidate, "knee" where the front bends most, "lowest" the
            most camouflaged one; a number is a trial.
        jury: leave out what the study's jury would not post; "best" is then what it likes most
            of the trials at the target.
        formats: names of exporters.
        out: folder of the files; it is made if it is not there.
        overwrite: replace other files of those names; else these are numbered.
        score: ask the study's scorer about each picture that formats give and that is less than
            the candidate: one query for each group of formats.
        photos: the original, or folders in which it lies.
        scorer: its spec or a callable, where the recorded one is not to be trusted or another
            one to be asked.
        options: what is asked of it; nothing is the recorded ones of the recorded scorer.

    Raises:
        BlackcamoError: the study, the trial or a format is unknown, or a file cannot be written.
            What cannot be scored is said in the result.
    """
    asked = scorer_asked(options)
    review = Review(Study.load(storage, study))
    number = review.pick(pick, jury=jury)
    facts = review.facts(number)
    preset = make_preset(
        review.chain(number),
        review.trials[number].style,
        review.trials[number].params,
        identity=review.identity(number),
        facts=facts,
    )
    stem = Path(review.attributes["photo"]["name"]).stem
    folder = Path(out)
    prepare_folder(folder)
    first = f"{fitting_stem(_printable(stem), folder)}{_ending(pick, jury=jury)}"
    written, exports = _write(preset, formats, folder, first, overwrite=overwrite)
    named = written != first
    result = ExportResult(
        study=review.study.name,
        pick=str(pick),
        trial=number,
        exports=exports,
        layers=layers.exact_as_layers(preset),
        scorer=review.scorer.name,
        target=review.attributes["target"],
        score=facts.get("score_after", facts.get("score_in_search")),
        notes=(f"{first}.* is there and stays; this is {written}.*",) if named else (),
    )
    if not score:
        return result

    def appraiser() -> Appraiser:
        judge = recorded_scorer(preset, scorer, asked)
        photo = Originals(photos).of(preset)
        channel = Channel(**review.attributes["channel"])
        return Appraiser(preset, photo.pixels, judge, channel, review.goal)

    return replace(result, worth=tuple(_scored(groups(preset, exports), exports, appraiser)))


def _ending(pick: str | int, *, jury: bool) -> str:
    """How names of a pick end: several may lie in one folder, with the delivered one."""
    if isinstance(pick, int):
        return f".trial{pick}"
    if jury or pick != "best":
        return f".{'jury-' if jury else ''}{pick}"
    return ""


def _scored(
    unscored: Sequence[Worth],
    exports: Mapping[str, Export],
    appraiser: Callable[[], Appraiser],
) -> list[Worth]:
    """Groups of formats, scored where that can be done and else with the reason."""
    if all(group.error is not None for group in unscored):
        return list(unscored)
    try:
        appraises = appraiser()
    except BlackcamoError as error:
        return [replace(group, error=group.error or str(error)) for group in unscored]
    return [group if group.error else appraises.score(group, exports) for group in unscored]


def _write(
    preset: Preset, formats: Sequence[str], folder: Path, first: str, *, overwrite: bool
) -> tuple[str, dict[str, Export]]:
    """Write the formats under the first name that replaces nothing else; that, and what it is.

    They are made in a folder of their own first: names are part of them.
    """
    for stem in numbered(first):
        with tempfile.TemporaryDirectory() as made:
            exports = {
                name: export_preset(preset, format=name, folder=Path(made), stem=stem)
                for name in formats
            }
            files = {path.name: path.read_bytes() for e in exports.values() for path in e.files}
        if overwrite or all(is_free_for(folder / name, data) for name, data in files.items()):
            break
    for name, data in files.items():
        write_bytes(folder / name, data)
    return stem, {
        name: replace(e, files=tuple(folder / path.name for path in e.files))
        for name, e in exports.items()
    }


def _printable(stem: str) -> str:
    """A photo's name for formats that are text."""
    return "".join(letter if letter.isprintable() else "_" for letter in stem)
