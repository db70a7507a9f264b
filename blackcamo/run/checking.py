"""What is left of delivered files after each channel of a set, and after countermeasures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from blackcamo.channels import STANDARD, Channels, channels
from blackcamo.errors import BlackcamoError
from blackcamo.images import load_photo
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.preset import read_preset
from blackcamo.run.config import DEFAULT_SCORER
from blackcamo.run.results import ChannelsResult
from blackcamo.run.scoring import preset_beside, reference_score
from blackcamo.run.travel import travelled
from blackcamo.scorers import load_scorer
from blackcamo.types import Scorer, ScorerOptions

COUNTERMEASURES = "countermeasures"
"""The set of channels that are what a defender may do."""


def check_channels(
    files: Sequence[str | Path],
    *,
    names: Sequence[str] = (STANDARD,),
    scorer: str = DEFAULT_SCORER,
    scorer_options: ScorerOptions | None = None,
) -> Iterator[ChannelsResult]:
    """Score files as they are and after each channel; a failing one is reported in ``error``.

    Args:
        files: pictures, such as those that a search delivered.
        names: of channels and sets, specs, or TOML files, as `channels.channels` takes them.
        scorer: a scorer's spec.
        scorer_options: its options.

    Raises:
        BlackcamoError: a channel is unknown or wrong, or the scorer cannot be loaded.
    """
    asked = channels(names)
    loaded = load_scorer(scorer, scorer_options)
    for path in map(Path, files):
        try:
            yield _checked(path, asked, loaded)
        except BlackcamoError as error:
            yield ChannelsResult(photo=path, scorer=loaded.info.name, error=str(error))


def _checked(path: Path, asked: Channels, scorer: Scorer) -> ChannelsResult:
    info = scorer.info
    pixels = load_photo(path).pixels
    score = reference_score(scorer, pixels)
    ledger = Ledger.unlimited()
    scores = travelled(pixels, asked.passages, Oracle(scorer, ledger))
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
        notes=(*asked.missing, *note),
    )


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
