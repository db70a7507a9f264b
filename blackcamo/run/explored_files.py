"""The files of an exploration: its journal, and what it ends with, from table to page."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from blackcamo.channel import Channel
from blackcamo.errors import OptionError
from blackcamo.exploring import Table
from blackcamo.exploring.design import Key
from blackcamo.images import write_bytes
from blackcamo.report.explore_page import Shown, explore_page
from blackcamo.run.charting import SHEET, readings, write_sheets
from blackcamo.run.config import ExploreConfig
from blackcamo.run.explored_photos import ExploredPhoto
from blackcamo.run.results import ExploreResult
from blackcamo.run.versions import versions
from blackcamo.types import Param

JOURNAL = "explore.journal"
_CSV, _JSON, _PAGE = "explore.csv", "explore.json", "explore.html"


def refuse_foreign(folder: Path) -> None:
    """Refuse to replace files that no exploration there has made.

    Raises:
        OptionError: there are such files.
    """
    if not (folder / JOURNAL).exists():
        theirs = [folder / name for name in (_CSV, _JSON, _PAGE) if os.path.lexists(folder / name)]
        for path in (*theirs, *folder.glob(f"explore.*{SHEET}")):
            raise OptionError(
                f"{path} is there already, of no exploration in that folder; choose another --out"
            )


def write_exploration(
    config: ExploreConfig,
    table: Table,
    pictures: Mapping[str, Mapping[Key, Shown]],
    params: Sequence[Param],
    result: ExploreResult,
    *,
    photos: Sequence[ExploredPhoto],
    channel: Channel,
    appeal_measure: str,
) -> ExploreResult:
    """Write the table and what it says of each scorer.

    Args:
        pictures: name of a photo -> its looks that the page shows.
        params: what looks may set.

    Returns:
        The result with the files and readings.

    Raises:
        OutputError: a file cannot be written.
    """
    folder, floor = config.out, config.appeal_floor
    found = readings(table, params, floor=floor)
    document = {
        "versions": versions(),
        "seed": config.seed,
        "proxy_px": config.proxy_px,
        "channel": asdict(channel),
        "appeal_measure": appeal_measure,
        "appeal_floor": floor,
        "photos": {photo.name: photo.sha256 for photo in photos},
        "queries": result.queries,
        "readings": {name: reading.to_json() for name, reading in found.items()},
        **table.to_json(),
    }
    page = explore_page(table, found, pictures, params, floor=floor)
    write_bytes(folder / _CSV, table.to_csv().encode())
    write_bytes(folder / _JSON, json.dumps(document, allow_nan=False).encode() + b"\n")
    write_bytes(folder / _PAGE, page.encode())
    return replace(
        result,
        table=folder / _CSV,
        document=folder / _JSON,
        page=folder / _PAGE,
        sheets=write_sheets(folder, table, found, pictures),
        readings=found,
    )
