"""Scores of delivered files after each channel of a set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from blackcamo.channels import STANDARD, Channels, channels
from blackcamo.errors import BlackcamoError
from blackcamo.images import encode_png, load_photo, prepare_folder, write_bytes
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.preset import read_preset
from blackcamo.report.channel_sheet import ChannelSheet
from blackcamo.run.config import DEFAULT_SCORER
from blackcamo.run.naming import preset_beside, unclaimed
from blackcamo.run.results import ChannelsResult
from blackcamo.run.scoring import reference_score
from blackcamo.run.travel import travelled
from blackcamo.scorers import load_scorer
from blackcamo.types import Scorer, ScorerInfo, ScorerOptions


def check_channels(
    files: Sequence[str | Path],
    *,
    names: Sequence[str] = (STANDARD,),
    scorer: str = DEFAULT_SCORER,
    scorer_options: ScorerOptions | None = None,
    out: str | Path | None = None,
) -> Iterator[ChannelsResult]:
    """Score files as they are and after each channel; a failing one is reported in ``error``.

    Args:
        files: pictures, such as those that a search delivered.
        names: of channels and sets, specs, or TOML files, as `channels.channels` takes them.
        scorer: a scorer's spec.
        scorer_options: its options.
        out: folder for a sheet of each file, ``<name>.channels.png``: one place of it at 100 %
            after each channel, with its score. None draws none.

    Raises:
        BlackcamoError: a channel is unknown or wrong, the scorer cannot be loaded, or the folder
            not be written to.
    """
    asked = channels(names)
    loaded = load_scorer(scorer, scorer_options)
    folder = sheet_folder(out)
    yield from check_files(files, asked, loaded, folder)


def check_files(
    files: Sequence[str | Path], asked: Channels, scorer: Scorer, folder: Path | None = None
) -> Iterator[ChannelsResult]:
    """The result of :func:`check_channels`, of channels and a scorer that are at hand."""
    for path in map(Path, files):
        try:
            yield _checked(path, asked, scorer, folder)
        except BlackcamoError as error:
            yield ChannelsResult(photo=path, scorer=scorer.info.name, error=str(error))


def sheet_folder(out: str | Path | None) -> Path | None:
    """The folder of sheets, made ready.

    Raises:
        OutputError: it cannot be written to.
    """
    if out is None:
        return None
    prepare_folder(Path(out))
    return Path(out)


def _checked(
    path: Path, asked: Channels, scorer: Scorer, folder: Path | None = None
) -> ChannelsResult:
    info = scorer.info
    photo = load_photo(path)
    score = reference_score(scorer, photo.pixels)
    ledger = Ledger.unlimited()
    oracle = Oracle(scorer, ledger)
    sheet = None
    if folder is None:
        scores = travelled(photo.pixels, asked.passages, oracle)
    else:
        drawn = ChannelSheet(photo.pixels, _said(score, info))
        scores = travelled(
            photo.pixels,
            asked.passages,
            oracle,
            arrived=lambda name, pixels, one: drawn.add(name, pixels, _said(one, info)),
        )
        data = encode_png(drawn.pixels, photo.credit)
        sheet = unclaimed(folder, path.stem, ".channels.png", data)
        write_bytes(sheet, data)
    before, note = _recorded_before(path, info.name)
    sign = 1 if info.higher_is_better else -1
    known = [value for value in scores.values() if value is not None]
    return ChannelsResult(
        photo=path,
        scorer=info.name,
        threshold=info.threshold,
        score=score,
        score_before=before,
        scores=scores,
        high_quality={
            name: None if value is None else is_high_quality(value, info)
            for name, value in scores.items()
        },
        recovered={
            name: None if value is None else sign * (value - score)
            for name, value in scores.items()
        },
        worst=sign * max(sign * value for value in known) if known else None,
        mean=sum(known) / len(known) if known else None,
        queries=1 + ledger.total,
        sheet=sheet,
        notes=(*asked.missing, *note),
    )


def _said(score: float | None, info: ScorerInfo) -> str:
    """The caption of a picture on a sheet."""
    if score is None:
        return "no score"
    quality = "high" if is_high_quality(score, info) else "low"
    return f"{info.name} {score:.1f}, {quality} quality"


def _recorded_before(path: Path, scorer: str) -> tuple[float | None, tuple[str, ...]]:
    """The original's score as the preset beside a file records it, where this scorer gave it."""
    beside = preset_beside(path)
    if not beside.is_file():
        return None, ()
    try:
        preset = read_preset(beside)
        if preset.recorded("scorer", dict).get("name") != scorer:
            return None, ()
        return preset.recorded("score_before", float), ()
    except BlackcamoError as error:
        return None, (str(error),)
