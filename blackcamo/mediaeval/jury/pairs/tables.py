"""CSV from spreadsheets and strangers: bounded, any usual separator, rows numbered as shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from blackcamo.errors import InputError

MAX_BYTES = 16 << 20


def read_rows(path: Path, required: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """The rows of a CSV file with a header, each with where it stands; empty ones are left out.

    Names of columns are taken in any case and order; a value that is missing is "". Commas,
    semicolons and tabs separate, whichever the header has, since spreadsheets write all three.

    Args:
        path: the file.
        required: columns that must be there, in lower case.

    Raises:
        InputError: the file cannot be read, is no CSV, or lacks a column.
    """
    numbered = [(n, cells) for n, cells in _records(path) if any(cells)]
    _, header = numbered[0] if numbered else (0, [])
    names = [cell.lower() for cell in header]
    rows = []
    for number, cells in numbered[1:]:
        if len(cells) > len(names):
            raise InputError(
                f"{path}, row {number}: {len(cells)} values stand under {len(names)} columns; "
                "put quotation marks around text that holds the separator"
            )
        cells += [""] * (len(names) - len(cells))
        rows.append((f"{path}, row {number}", dict(zip(names, cells, strict=True))))
    if missing := [name for name in required if name not in names]:
        raise InputError(
            f"{path}: no column {missing[0]!r}; its first row must name {', '.join(required)}"
        )
    return rows


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each record, blanks in them made one.

    Raises:
        InputError: the file cannot be read, or is no CSV.
    """
    text = _read(path)
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=header.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(f"{path} is no CSV file ({error}); save it as CSV again") from error
    for number, record in enumerate(records, start=1):
        yield number, [" ".join(cell.split()) for cell in record]


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A CSV file's text; a row's missing values are left empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES} bytes: not a CSV file of pairs")
    try:
        # Spreadsheets write a byte-order mark in front.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text; save it as CSV (UTF-8)") from error
