"""Exports of presets to other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Export:
    """Files that an exporter wrote, what the format could not carry, and its error.

    ``max_error_levels`` is the largest difference (in 1/255) between the exported look and the
    preset's own rendering of it, None where the format was not measured.
    """

    files: tuple[Path, ...]
    left_out: tuple[str, ...]
    max_error_levels: float | None
