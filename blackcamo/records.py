"""Records of others as typed values: whatever JSON or TOML held, checked in one place."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from blackcamo.errors import BlackcamoError

T = TypeVar("T")
_LONGEST = 200
"""Letters of a reason: it may quote a value."""


def typed(kind: type[T], value: Any, what: str, error: type[BlackcamoError]) -> T:
    """A value as a dataclass, or another type with annotations, of which every part is checked.

    Numbers and texts are not taken for each other; a field that the type does not have is left out.

    >>> typed(dict[str, float], {"a": 1}, "the scores", BlackcamoError)
    {'a': 1.0}

    Args:
        kind: the type.
        value: what was read, in JSON's types.
        what: how the message begins: the file and what of it.
        error: what is raised.

    Raises:
        BlackcamoError: of the kind ``error``: names the part that is missing or of another type.
    """
    try:
        return msgspec.convert(value, kind, str_keys=True)
    except (msgspec.ValidationError, BlackcamoError) as cause:
        raise error(f"{what}: {str(cause)[:_LONGEST]}") from cause
    except (RecursionError, OverflowError) as cause:
        raise error(f"{what}: it is nested too deep, or a number is too large") from cause


def plain(record: Any) -> Any:
    """A record in JSON's types: what `typed` reads.

    >>> plain({1: [0.5, None]})
    {'1': [0.5, None]}
    """
    return msgspec.to_builtins(record, str_keys=True)
