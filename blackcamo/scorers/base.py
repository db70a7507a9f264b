"""Shared by scorers: options checked, devices chosen, digests, bad pictures set aside."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from blackcamo.errors import InputError, OptionError, WeightsError
from blackcamo.plugins import unknown
from blackcamo.types import NoScore, Pixels, Scorer, ScorerInfo, ScorerOptions
from blackcamo.weights.files import check_file

F = TypeVar("F", bound=Callable[..., Any])
_PURE = "blackcamo_pure"


def pure(factory: F) -> F:
    """Declare of a scorer's factory that the scorer only computes, whatever it is asked for.

    No argument and no option of a pure scorer names a file, program, host or secret. A preset,
    which may come from anybody, chooses among pure scorers and their options, and nothing else.

    >>> is_pure(pure(lambda argument, options: None)), is_pure(lambda argument, options: None)
    (True, False)
    """
    setattr(factory, _PURE, True)
    return factory


def is_pure(factory: Callable[..., Any]) -> bool:
    """Whether this very factory is declared :func:`pure`; a class does not inherit that."""
    return vars(factory).get(_PURE) is True


def sees_every_pixel(scorer: Scorer) -> bool:
    """Whether a scorer declares, by an attribute ``native_size``, that it resizes no picture.

    What hides in single pixels then does to a large photo what it does to a small one.
    """
    return getattr(scorer, "native_size", False) is True


def declare(info: ScorerInfo, options: ScorerOptions) -> ScorerInfo:
    """``info`` with the range, threshold and direction that the user's options put in its place.

    Raises:
        OptionError: not low < high, or the threshold lies outside [low, high].
    """
    chosen = {
        key: value
        for key in ("low", "high", "threshold", "higher_is_better")
        if (value := getattr(options, key)) is not None
    }
    declared = replace(info, **chosen)
    low, high, threshold = declared.low, declared.high, declared.threshold
    # Written so that NaN is refused too.
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise OptionError(
            f"scorer {info.name!r}: its range is {low:g} to {high:g}; "
            "low must be less than high, both finite"
        )
    if not low <= threshold <= high:
        raise OptionError(
            f"scorer {info.name!r}: threshold is {threshold:g}; "
            f"it must lie in the scorer's range, {low:g} to {high:g}"
        )
    return declared


def choose(kind: str, value: str, known: Iterable[str]) -> str:
    """``value`` if it is one of ``known``.

    Raises:
        OptionError: it is not; says which one may be meant.

    >>> choose("engine", "torch", ["torch", "openvino"])
    'torch'
    """
    known = tuple(known)
    if value not in known:
        raise OptionError(unknown(kind, value, known))
    return value


def check_extra(name: str, options: ScorerOptions, known: Iterable[str] = ()) -> None:
    """Refuse keys of ``options.extra`` that scorer ``name`` does not have.

    Raises:
        OptionError: an unknown key; says which one may be meant.
    """
    for key in options.extra:
        choose(f"option of scorer {name!r}", key, known)


def extra_int(options: ScorerOptions, key: str, *, default: int, low: int, high: int) -> int:
    """The whole number ``options.extra[key]``, in [low, high]; ``default`` where it is not given.

    Raises:
        OptionError: not a whole number, or out of its bounds.
    """
    text = options.extra.get(key, str(default))
    try:
        value = int(text)
    except ValueError:
        raise OptionError(f"scorer option {key} is {text!r}; it must be a whole number") from None
    if not low <= value <= high:
        raise OptionError(f"scorer option {key} is {value}; it must be between {low} and {high}")
    return value


def refuse_argument(name: str, argument: str) -> None:
    """Refuse ``name:argument`` for a scorer that takes none.

    Raises:
        OptionError: there is an argument.
    """
    if argument:
        raise OptionError(f"scorer {name!r} takes no argument, got {argument!r}; say just {name!r}")


def read_model_file(path: Path, *, remedy: str) -> bytes:
    """The bytes of a model file.

    Raises:
        InputError: ``path`` is missing or unreadable.
        WeightsError: it is no regular file, larger than ``MAX_MODEL_BYTES``, or empty.
    """
    try:
        check_file(path)
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"no model file {str(path)!r}; {remedy}") from None
    except (OSError, ValueError) as error:  # ValueError: the path holds a null character
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {str(path)!r}: {reason}; {remedy}") from error
    if not data:
        raise WeightsError(f"model file {str(path)!r} is empty; {remedy}")
    return data


def sha256(*parts: bytes) -> str:
    """Hex SHA-256: of one part as ``sha256sum`` prints it, of several with their lengths between.

    The lengths keep two different lists of parts from having one digest.
    """
    if len(parts) == 1:
        return hashlib.sha256(parts[0]).hexdigest()
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def scorable(image: Any) -> bool:
    """Whether ``image`` is uint8 (H, W, 3) and not empty."""
    return (
        isinstance(image, np.ndarray)
        and image.dtype == np.uint8
        and image.ndim == 3
        and image.shape[2] == 3
        and image.size > 0
    )


def score_scorable(
    images: Sequence[Pixels],
    score: Callable[[list[Pixels]], Sequence[float]],
    *,
    min_side_px: int = 1,
) -> list[float]:
    """Scores of ``images`` in order: NaN for what is not scorable, ``score`` for the others.

    ``score`` is not called where nothing is scorable. NaN says why, where that is known.
    """
    scores: list[float] = [math.nan] * len(images)
    places = []
    for place, image in enumerate(images):
        if not scorable(image):
            scores[place] = NoScore("a picture is uint8 (H, W, 3); this is something else")
        elif min(image.shape[:2]) < min_side_px:
            scores[place] = wrong_size(image, f"sides of at least {min_side_px} pixels are needed")
        else:
            places.append(place)
    if places:
        for place, value in zip(places, score([images[i] for i in places]), strict=True):
            scores[place] = _explained(value, images[place])
    return scores


def wrong_size(image: Pixels, needed: str) -> NoScore:
    """NaN for a picture of a size that cannot be scored; says which it is and what is needed."""
    height_px, width_px = image.shape[:2]
    return NoScore(f"the picture is {width_px}x{height_px}; {needed}")


def _explained(score: float, image: Pixels) -> float:
    """A score as it is; where there is none, and the picture has one colour, that is said."""
    if not math.isnan(score):
        return float(score)
    if (image != image[0, 0]).any():
        return score
    given = f"{score.reason}; " if isinstance(score, NoScore) else ""
    return NoScore(f"{given}a picture of one colour has no score")


def in_batches(
    images: Sequence[Pixels],
    compute: Callable[[list[Pixels]], Iterable[float]],
    *,
    batch: int,
) -> list[float]:
    """One value per image, in order, where ``compute`` takes up to ``batch`` images of one size."""
    by_size: dict[tuple[int, ...], list[int]] = {}
    for place, image in enumerate(images):
        by_size.setdefault(image.shape, []).append(place)
    values: list[float] = [math.nan] * len(images)
    for places in by_size.values():
        for start in range(0, len(places), batch):
            those = places[start : start + batch]
            for place, value in zip(those, compute([images[p] for p in those]), strict=True):
                values[place] = value
    return values
