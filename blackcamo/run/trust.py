"""The scorer that a preset records, which may come from anybody: which one it may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from blackcamo.errors import PresetError
from blackcamo.preset import Preset
from blackcamo.records import typed
from blackcamo.scorers import load_scorer, scorer_is_pure
from blackcamo.scorers.address import public_spec
from blackcamo.strict_json import short
from blackcamo.types import ScoreFunction, Scorer, ScorerOptions, SettledScorer

_HARMLESS = frozenset({"class"})
"""Options of any scorer that anybody's preset may choose: the class to ask a classifier about."""


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
