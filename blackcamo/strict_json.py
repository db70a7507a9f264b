"""JSON from strangers: bounded in size and depth, finite, no name twice."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn

from blackcamo.errors import PresetError

MAX_BYTES = 4 << 20
"""A preset that holds a look of 65 nodes per axis has up to 2.2 MB, most have 4 kB."""
MAX_DEPTH = 16
MAX_INT = 2**63 - 1
_WANTED = "made of text, finite numbers, lists and named values"


def parse_object(text: str) -> dict[str, Any]:
    """The named values of a JSON text.

    Raises:
        PresetError: it is malformed, too large or too deep, or is no object.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise PresetError(f"preset is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(
            text,
            parse_constant=lambda name: refuse("a number", name, "finite"),
            parse_int=_parse_int,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        raise PresetError(
            f"malformed JSON in preset at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise PresetError(f"preset is nested deeper than {MAX_DEPTH} levels") from error
    if not isinstance(document, dict):
        refuse("the whole file", document, "an object of named values")
    return document


def _parse_int(digits: str) -> int:
    # Python refuses, or takes seconds for, numbers of thousands of digits.
    if len(digits) > len(str(MAX_INT)) + 1 or abs(int(digits)) > MAX_INT:
        refuse("a number", digits, f"at most {MAX_INT}")
    return int(digits)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    (key, times), *_ = Counter(key for key, _ in pairs).most_common(1) or [("", 0)]
    if times > 1:
        raise PresetError(f"preset has the field {short(key)} {times} times")
    return dict(pairs)


def plain(value: object, where: str, depth: int = 1) -> Any:
    """A copy of ``value`` in JSON's own types.

    Raises:
        PresetError: it is of another type, too deep, or holds a number that is not finite.
    """
    if depth > MAX_DEPTH:
        raise PresetError(f"preset field {where!r} is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        # A file name may hold bytes that are no text; JSON cannot.
        return value.encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, where)
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {plain(k, where): plain(v, where, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, where, depth + 1) for item in value]
    return refuse(where, value, _WANTED)


def _number(value: float, where: str) -> int | float:
    if isinstance(value, int) and abs(value) <= MAX_INT:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    return refuse(where, value, _WANTED)


def refuse(what: str, value: object, wanted: str) -> NoReturn:
    """Raise the error that says what is wrong and what is wanted."""
    raise PresetError(f"in a preset, {what} is {short(value)}; it must be {wanted}")


def short(value: object) -> str:
    """A value as it stands in a message."""
    try:
        text = ascii(value)
    except ValueError:
        return "a whole number of thousands of digits"
    return text if len(text) <= 60 else f"{text[:57]}..."
