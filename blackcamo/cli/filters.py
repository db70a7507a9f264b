"""blackcamo filters: the filter families there are, and their parameters."""

from __future__ import annotations

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, print_table


def filters(as_json: o.Json = False) -> int:
    """List the filter families and their parameters."""
    from blackcamo import run

    entries = run.filters()
    if as_json:
        print_json({"filters": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("filter", "parameter", "from", "to", "neutral", "unit", "what it is"),
        (
            (f.name, p.name, f"{p.low:g}", f"{p.high:g}", f"{p.neutral:g}", p.unit, p.help)
            for f in entries
            for p in f.params
        ),
    )
    return DONE
