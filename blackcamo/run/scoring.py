"""Score photos and verify camouflages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Unpack

from blackcamo.channel import Channel
from blackcamo.errors import BlackcamoError, PresetError, ScorerError
from blackcamo.images import Source, load_photo, sources_of
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.preset import naming, read_preset
from blackcamo.run.config import DEFAULT_SCORER, ScorerKeywords, scorer_asked
from blackcamo.run.keywords import spelled_out
from blackcamo.run.naming import preset_beside
from blackcamo.run.results import ScoreResult, VerifyResult
from blackcamo.run.trust import recorded_scorer
from blackcamo.scorers import load_scorer
from blackcamo.types import (
    PathLike,
    PhotoLike,
    Pixels,
    ScoreFunction,
    Scorer,
    ScorerOptions,
)

_QUANTISED = (
    "the network is quantised: its scores lie some points from those of the network that it was "
    "made from, on NIMA 6 in the mean and up to 16; ask that one where you can"
)


@spelled_out(ScorerKeywords)
def score(
    photo: PhotoLike,
    *,
    scorer: str | ScoreFunction = DEFAULT_SCORER,
    channel: Channel | None = Channel(),  # noqa: B008 - frozen
    **options: Unpack[ScorerKeywords],
) -> ScoreResult:
    """Score one photo, after the channel or (channel None) as its own pixels are.

    Args:
        photo: the picture's file, a PIL image or an array.
        scorer: a scorer's name, or a callable that takes a list of pictures and returns as many
            numbers.
        options: what is asked of it, such as ``scale=(0, 1)`` and ``threshold=0.5``.

    Raises:
        BlackcamoError: the photo cannot be read, or the scorer not be loaded or used.
    """
    return score_source(Source.of(photo), load_scorer(scorer, scorer_asked(options)), channel)


@spelled_out(ScorerKeywords)
def score_many(
    photos: PhotoLike | Sequence[PhotoLike],
    *,
    scorer: str | ScoreFunction = DEFAULT_SCORER,
    channel: Channel | None = Channel(),  # noqa: B008 - frozen
    **options: Unpack[ScorerKeywords],
) -> Iterator[ScoreResult]:
    """Score photos one by one; a failing one is reported in ``error``, the others are done.

    Args:
        photos, scorer, channel, options: as for :func:`score`.

    Raises:
        BlackcamoError: the scorer cannot be loaded.
    """
    return _scores(sources_of(photos), load_scorer(scorer, scorer_asked(options)), channel)


def _scores(
    sources: Sequence[Source], scorer: Scorer, channel: Channel | None
) -> Iterator[ScoreResult]:
    for source in sources:
        try:
            yield score_source(source, scorer, channel)
        except BlackcamoError as error:
            yield ScoreResult(photo=source.path, scorer=scorer.info.name, error=str(error))


def score_source(source: Source, scorer: Scorer, channel: Channel | None) -> ScoreResult:
    """The score of one picture, after the channel if there is one.

    Raises:
        BlackcamoError: the picture cannot be read, or the scorer failed.
    """
    photo = source.load()
    pixels = photo.pixels if channel is None else channel.send(photo.pixels)[1]
    value = reference_score(scorer, pixels)
    return ScoreResult(
        photo=source.path,
        scorer=scorer.info.name,
        threshold=scorer.info.threshold,
        score=value,
        high_quality=is_high_quality(value, scorer.info),
        notes=(*photo.notes, *((_QUANTISED,) if scorer.info.precision == "quantised" else ())),
    )


def reference_score(scorer: Scorer, pixels: Pixels) -> float:
    """The score of one picture, alone and in full precision.

    Raises:
        ScorerError: the scorer failed, or gave no finite number.
    """
    oracle, name = Oracle(scorer, Ledger.unlimited()), repr(scorer.info.name)
    (answer,) = oracle.ask([("", pixels)], kind="baseline", reference=True)
    if answer.error is not None:
        named = name in answer.error
        raise ScorerError(answer.error if named else f"scorer {name} failed: {answer.error}")
    return answer.score


@spelled_out(ScorerKeywords)
def verify(
    camouflage: PathLike,
    *,
    preset: PathLike | None = None,
    scorer: str | ScoreFunction | None = None,
    **options: Unpack[ScorerKeywords],
) -> VerifyResult:
    """Score the bytes of a camouflage again and compare with what its preset recorded.

    Args:
        camouflage: the file that a search delivered.
        preset: its preset; None is the one beside it.
        scorer: a scorer's spec, or a callable; None is the recorded one.
        options: what is asked of it; nothing is the recorded ones of the recorded scorer.

    Raises:
        BlackcamoError: a file cannot be read, or the scorer not be loaded or used.
    """
    path = Path(camouflage)
    preset_path = Path(preset) if preset is not None else _existing_preset(path)
    recipe = read_preset(preset_path)
    with naming(preset_path):
        recorded = recipe.recorded("score_after", float)
        loaded = recorded_scorer(recipe, scorer, scorer_asked(options))
    value = reference_score(loaded, load_photo(path).pixels)
    return VerifyResult(
        photo=path,
        preset=preset_path,
        scorer=loaded.info.name,
        recorded=recorded,
        score=value,
        reproduced=value == recorded,
    )


def _existing_preset(path: Path) -> Path:
    beside = preset_beside(path)
    if not beside.is_file():
        raise PresetError(f"{path}: no preset {beside.name} beside it; name one with --preset")
    return beside


def recorded_options(options: ScorerOptions) -> dict[str, Any]:
    """Scorer options as a preset records them."""
    return {**asdict(options), "extra": dict(options.extra)}
