"""The base of results: they turn into plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from blackcamo.types import Export, Param

UNTOLD = "untold"
"""Metadata of a field that is no part of what is told: it may hold a password."""


@runtime_checkable
class _Told(Protocol):
    def to_json(self) -> dict[str, Any]: ...


class Result:
    """Plain JSON from the fields of a frozen dataclass."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        told = (f for f in fields(self) if not f.metadata.get(UNTOLD))  # type: ignore[arg-type]
        return {f.name: _plain(getattr(self, f.name)) for f in told}


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, _Told):
        return value.to_json()
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Param):
        return asdict(value)
    if isinstance(value, Export):
        return {
            "files": _plain(value.files),
            "left_out": _plain(value.left_out),
            "max_error_levels": value.max_error_levels,
        }
    return value
