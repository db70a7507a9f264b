"""blackcamo scorers: the quality models there are."""

from __future__ import annotations

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, print_table


def scorers(as_json: o.Json = False) -> int:
    """List the quality models that can be searched against."""
    from blackcamo import run

    entries = run.scorers()
    if as_json:
        print_json({"scorers": [entry.to_json() for entry in entries]})
    else:
        rows = ((entry.name, entry.missing or entry.description) for entry in entries)
        print_table(("scorer", "description"), rows)
    return DONE
