"""blackcamo studies: what a storage holds."""

from __future__ import annotations

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, number, print_json, print_table


def studies(storage: o.Storage = o.DEFAULT_STORAGE, as_json: o.Json = False) -> int:
    """List the studies of a storage."""
    from blackcamo import run

    entries = run.studies(storage)
    if as_json:
        print_json({"studies": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("study", "photo", "scorer", "trials", "score", "appeal"),
        (
            (
                entry.name,
                entry.photo,
                entry.scorer,
                str(entry.trials),
                number(entry.best_score),
                number(entry.best_appeal),
            )
            for entry in entries
        ),
    )
    return DONE
