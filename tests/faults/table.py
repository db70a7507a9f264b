"""What goes wrong, what becomes of it, and the test that shows it: docs/faults.md.

Usage: python -m tests.faults.table > docs/faults.md
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from tests.faults.readers import PICTURES, READERS

with Path(__file__).with_name("named.csv").open(encoding="utf-8", newline="") as _file:
    NAMED = [(row["fault"], row["outcome"], row["test"]) for row in csv.DictReader(_file)]
"""Fault, outcome, test."""
_TRIED = "tests/faults/test_readers.py::test_a_damaged_file_is_read_or_refused_in_one_line"


def table() -> str:
    """The page."""
    read = [
        (
            f"a damaged file: {reader.name}",
            "it is read, or refused in one line that names it; exit status 2",
            f"{_TRIED}[{reader.name}]",
        )
        for reader in (*READERS, *PICTURES)
    ]
    rows = [f"| {fault} | {outcome} | `{test}` |" for fault, outcome, test in (*NAMED, *read)]
    head = [
        "# Faults and what becomes of them",
        "Made by `python -m tests.faults.table` from the tests themselves; counts of many more "
        "damaged files are in `studies/017-faults`.",
        "",
        "| fault | outcome | test |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(table())
