"""Shared by adapters to foreign code: a callable, a program or a service."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

from PIL import Image

from blackcamo.errors import OptionError, ScorerError
from blackcamo.scorers.base import check_extra, choose, declare
from blackcamo.types import NoScore, Pixels, ScorerInfo, ScorerOptions


def declare_foreign(
    name: str, digest: str, options: ScorerOptions, *, known: Sequence[str] = ()
) -> ScorerInfo:
    """Declaration of a foreign scorer: 0-100, threshold 50, higher is better, unless overridden.

    Args:
        name: the scorer's name, shown with every score.
        digest: hex digest of what is known of its code and settings.
        options: what the user asked for.
        known: the keys of ``options.extra`` that this adapter has.

    Raises:
        OptionError: an engine or preprocessing was asked for, which only the foreign code could
            choose; an unknown key; a contradicting range.
    """
    choose(f"engine of scorer {name!r}", options.engine, ["auto"])
    if options.preprocess is not None:
        raise OptionError(
            f"scorer {name!r} gets whole pictures and prepares them itself; "
            f"leave out preprocess, got {options.preprocess!r}"
        )
    check_extra(name, options, known)
    return declare(ScorerInfo(name=name, digest=digest, engine="foreign", precision=""), options)


def extra_float(
    options: ScorerOptions, key: str, *, default: float, low: float, high: float
) -> float:
    """The number ``options.extra[key]``, in [low, high]; ``default`` where it is not given.

    Raises:
        OptionError: not a number, or out of its bounds.
    """
    text = options.extra.get(key, str(default))
    value = number(text)
    if not low <= value <= high:
        raise OptionError(
            f"scorer option {key} is {text!r}; it must be a number between {low:g} and {high:g}"
        )
    return value


def number(value: Any) -> float:
    """``value`` as a finite float; for all else NaN that says what came, and what is wanted.

    An array or tensor of one number is that number.

    >>> number("71.5"), number(True), number("inf")
    (71.5, 1.0, nan)
    >>> number("71,5").reason
    "the answer is '71,5'; a number such as 61.5 is wanted"
    """
    try:
        result = float(value.item() if hasattr(value, "item") else value)
    except Exception:  # noqa: BLE001 - somebody's type may raise anything
        return NoScore(f"the answer is {shown(value)}; a number such as 61.5 is wanted")
    if not math.isfinite(result):
        return NoScore(f"the answer is {result}; a finite number is wanted")
    return result


def numbers(values: Sequence[Any], *, images: int, name: str) -> list[float]:
    """One number per image, NaN that says why for what is none.

    Raises:
        ScorerError: not exactly one value per image, so that none can be attributed.
    """
    if len(values) != images:
        raise ScorerError(
            f"scorer {name!r} gave {len(values)} scores for {images} images; "
            "it must give exactly one per image, in order"
        )
    return [number(value) for value in values]


def png(pixels: Pixels) -> bytes:
    """``pixels`` (H, W, 3) as a plain PNG: lossless, without metadata, quick to make."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def shown(value: Any) -> str:
    """A value that foreign code gave, as it stands in a message: one short line."""
    try:
        text = " ".join(ascii(value).split())
    except Exception:  # noqa: BLE001 - it is somebody's code, too
        return f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
