"""The attributes of a study that decide its search, and so must stay the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from blackcamo.errors import StudyError
from blackcamo.study.store import Json


def require_same(
    name: str, recorded: Mapping[str, Json], wanted: Mapping[str, Json]
) -> dict[str, Json]:
    """The wanted attributes as JSON gives them back: with lists for tuples.

    Args:
        name: the study's name.
        recorded: its attributes so far.

    Raises:
        StudyError: it was made with others.
    """
    fixed: dict[str, Json] = json.loads(json.dumps(wanted))
    for key, value in fixed.items():
        if key in recorded and recorded[key] != value:
            raise StudyError(
                f"study {name!r} was made with {difference(key, recorded[key], value)}; "
                "use the same again or start a new study"
            )
    return fixed


def difference(key: str, recorded: Any, value: Any) -> str:
    """Name the innermost value that differs."""
    if isinstance(recorded, dict) and isinstance(value, dict):
        for inner in {**recorded, **value}:
            if recorded.get(inner) != value.get(inner):
                return difference(f"{key}.{inner}", recorded.get(inner), value.get(inner))
    return f"{key} {recorded!r}, not {value!r}"
