"""Scores of camouflages by other scorers, as a table for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

_COLUMNS = (
    "photo", "file", "attacked", "judged", "score_before", "score_after",
    "high_before", "high_after", "drop", "recorded",
)  # fmt: skip


def transfer_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line for each camouflage and judge."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                key: str(row[key]).lower() if isinstance(row[key], bool) else row[key]
                for key in _COLUMNS
            }
        )
    return text.getvalue()
