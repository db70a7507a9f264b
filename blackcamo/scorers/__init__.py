"""Blind image quality models: one a file, found by entry point, built by ``load_scorer``."""

from __future__ import annotations

from pathlib import PurePath

from blackcamo.errors import ScorerError, UnknownNameError
from blackcamo.plugins import load, names
from blackcamo.types import Scorer, ScorerFactory, ScorerInfo, ScorerOptions

__all__ = ["load_scorer"]


def load_scorer(spec: str, options: ScorerOptions | None = None) -> Scorer:
    """Build the scorer that ``spec`` names.

    Args:
        spec: ``name``, or ``name:argument`` for those that need one (``onnx:model.onnx``).
        options: what the user asks of it; None leaves every choice to the scorer.

    Raises:
        UnknownNameError: no scorer of that name; says which one may be meant.
        MissingExtraError: the scorer needs a package that is not installed.
        OptionError: an option that this scorer does not have, or out of its bounds.
        WeightsError: its weights are missing or damaged.
        ScorerError: the plug-in built something that is no scorer.
    """
    name, _, argument = spec.partition(":")
    known = names("scorers")
    adapter = PurePath(spec).suffix.removeprefix(".")
    if name not in known and adapter in known:
        raise UnknownNameError(
            f"unknown scorer {spec!r}; a model file needs its adapter in front: "
            f"{adapter + ':' + spec!r}"
        )
    factory: ScorerFactory = load("scorers", name)
    scorer = factory(argument, options or ScorerOptions())
    if not isinstance(getattr(scorer, "info", None), ScorerInfo) or not callable(
        getattr(scorer, "score", None)
    ):
        raise ScorerError(
            f"scorer {name!r} built a {type(scorer).__name__}, which lacks `info` or `score`; "
            "the plug-in has to return a blackcamo.types.Scorer"
        )
    return scorer
