"""Blind image quality models: one a file, found by entry point, built by ``load_scorer``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from blackcamo.errors import BlackcamoError, ScorerError, UnknownNameError
from blackcamo.plugins import load, names
from blackcamo.scorers.base import is_pure
from blackcamo.scorers.python import CALLABLE, Function
from blackcamo.types import (
    PhotoScorer,
    Pixels,
    ScoreFunction,
    Scorer,
    ScorerFactory,
    ScorerInfo,
    ScorerOptions,
)

__all__ = ["load_scorer", "scorer_is_pure", "scorer_of"]


def load_scorer(spec: str | ScoreFunction, options: ScorerOptions | None = None) -> Scorer:
    """Build the scorer that ``spec`` names, or is.

    Args:
        spec: ``name``, or ``name:argument`` for those that need one (``onnx:model.onnx``); or a
            callable that takes a list of pictures and returns as many numbers.
        options: what the user asks of it; None leaves every choice to the scorer.

    Raises:
        UnknownNameError: no scorer of that name; says which one may be meant.
        MissingExtraError: the scorer needs a package that is not installed.
        OptionError: an option that this scorer does not have, or out of its bounds.
        WeightsError: its weights are missing or damaged.
        ScorerError: the plug-in failed, or built something that is no scorer.
    """
    if not isinstance(spec, str):
        return Function(spec, options or ScorerOptions())
    name, _, argument = spec.partition(":")
    known = names("scorers")
    adapter = PurePath(spec).suffix.removeprefix(".")
    if name not in known and adapter in known:
        raise UnknownNameError(
            f"unknown scorer {spec!r}; a model file needs its adapter in front: "
            f"{adapter + ':' + spec!r}"
        )
    factory: ScorerFactory = load("scorers", name)
    try:
        scorer = factory(argument, options or ScorerOptions())
    except BlackcamoError:
        raise
    except (Exception, SystemExit) as error:  # a plug-in may raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ScorerError(f"scorer {name!r} cannot be made: {reason}") from error
    if not isinstance(getattr(scorer, "info", None), ScorerInfo) or not callable(
        getattr(scorer, "score", None)
    ):
        raise ScorerError(
            f"scorer {name!r} built a {type(scorer).__name__}, which lacks `info` or `score`; "
            "the plug-in has to return a blackcamo.types.Scorer"
        )
    return scorer


def scorer_of(scorer: Scorer, photo: Callable[[], Pixels]) -> Scorer:
    """The scorer of one photo and of all its edits: see `types.PhotoScorer`.

    Args:
        photo: gives the photo as it arrives unchanged, uint8 (H, W, 3); called where it matters.
    """
    return scorer.about(photo()) if isinstance(scorer, PhotoScorer) else scorer


def scorer_is_pure(spec: str) -> bool:
    """Whether the scorer that ``spec`` names declares that it only computes.

    Raises:
        UnknownNameError: no scorer of that name; says which one may be meant.
        PluginError, MissingExtraError: it cannot be imported.
    """
    name = spec.partition(":")[0]
    return name != CALLABLE and is_pure(load("scorers", name))
