"""Score photos and verify camouflages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Unpack

from blackcamo.channel import Channel
from blackcamo.errors import BlackcamoError, PresetError, ScorerError
from blackcamo.images import BEST_EFFORT_SUFFIX, CAMOUFLAGE_SUFFIX, Source, load_photo, sources_of
from blackcamo.ledger import Ledger
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.preset import Preset, naming, read_preset
from blackcamo.records import typed
from blackcamo.run.config import DEFAULT_SCORER, ScorerKeywords, scorer_asked
from blackcamo.run.keywords import spelled_out
from blackcamo.run.results import ScoreResult, VerifyResult
from blackcamo.scorers import load_scorer, scorer_is_pure
from blackcamo.scorers.address import public_spec
from blackcamo.strict_json import short
from blackcamo.types import (
    PathLike,
    PhotoLike,
    Pixels,
    ScoreFunction,
    Scorer,
    ScorerOptions,
    SettledScorer,
)

_QUANTISED = (
    "the network is quantised: its scores lie some points from those of the network that it was "
    "made from, on NIMA 6 in the mean and up to 16; ask that one where you can"
)
_HARMLESS = frozenset({"class"})
"""What anybody's preset may choose of any scorer: the class that a classifier is asked about."""


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


def preset_beside(path: Path) -> Path:
    """Where a search puts the preset of a camouflage, or of a best effort."""
    stem = path.stem.removesuffix(CAMOUFLAGE_SUFFIX).removesuffix(BEST_EFFORT_SUFFIX)
    return path.with_name(f"{stem}.preset.json")


def _existing_preset(path: Path) -> Path:
    beside = preset_beside(path)
    if not beside.is_file():
        raise PresetError(f"{path}: no preset {beside.name} beside it; name one with --preset")
    return beside


def recorded_scorer(
    preset: Preset,
    scorer: str | ScoreFunction | None = None,
    scorer_options: ScorerOptions | None = None,
) -> Scorer:
    """The scorer that a preset was found with; a spec or options given here replace the recorded.

    The recorded options belong to the recorded kind of scorer: another one is asked without.

    A preset may come from anybody: by itself it chooses among scorers that declare themselves pure,
    and their options. The user has to name any other scorer, and what only that one has.

    Raises:
        PresetError: the preset records none, or what has to be named by the user.
        BlackcamoError: the scorer cannot be loaded.
    """
    spec = scorer or preset.recorded("scorer_spec", str)
    pure = isinstance(spec, str) and scorer_is_pure(spec)
    if scorer is None and not pure:
        raise PresetError(
            f"preset records the scorer {short(spec)}, which may read files, run programs or send "
            "photos; if you trust that, name it with --scorer"
        )
    if scorer_options is None and _kind(spec) != _kind(preset.provenance.get("scorer_spec", "")):
        scorer_options = ScorerOptions()
    if scorer_options is None:
        scorer_options = _recorded_options(preset)
        asked = scorer_options.extra.keys() - _HARMLESS
        if asked and not pure:
            named = short(", ".join(sorted(asked)))
            raise PresetError(
                f"preset records the scorer options {named}, which only you may choose for this "
                "scorer: say those that you want with --scorer-option"
            )
    return load_scorer(spec, scorer_options)


def _kind(spec: object) -> str:
    """The name of a kind of scorers, whatever their argument is."""
    return public_spec(spec).partition(":")[0] if isinstance(spec, str) or callable(spec) else ""


def _recorded_options(preset: Preset) -> ScorerOptions:
    recorded: dict[str, Any] = preset.recorded("scorer_options", dict)
    unknown = recorded.keys() - {field.name for field in fields(ScorerOptions)}
    if unknown:
        raise PresetError(f"preset records the unknown scorer option {short(sorted(unknown)[0])}")
    return typed(ScorerOptions, recorded, "preset records scorer options", PresetError)


def settled_options(recorded: Mapping[str, Any], scorer: Scorer) -> dict[str, Any]:
    """The settings of a scorer that ask about one photo, as presets record them; most have none.

    Args:
        recorded: what it records of others: provenance with ``scorer_options``.
    """
    if not isinstance(scorer, SettledScorer) or not scorer.settings:
        return {}
    options: dict[str, Any] = recorded["scorer_options"]
    return {"scorer_options": {**options, "extra": {**options["extra"], **scorer.settings}}}


def recorded_options(options: ScorerOptions) -> dict[str, Any]:
    """Scorer options as a preset records them."""
    return {**asdict(options), "extra": dict(options.extra)}
