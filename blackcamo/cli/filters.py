"""blackcamo filters: the filter families there are, and their parameters."""

from __future__ import annotations

from dataclasses import asdict

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, print_table


def filters(as_json: o.Json = False) -> int:
    """List the filter families and their parameters."""
    from blackcamo import plugins
    from blackcamo.types import Filter

    families: list[Filter] = [plugins.load("filters", n)() for n in plugins.names("filters")]
    if as_json:
        print_json(
            {
                "filters": [
                    {"name": f.name, "params": [asdict(p) for p in f.params]} for f in families
                ]
            }
        )
        return DONE
    print_table(
        ("filter", "parameter", "from", "to", "neutral", "unit", "what it is"),
        (
            (f.name, p.name, f"{p.low:g}", f"{p.high:g}", f"{p.neutral:g}", p.unit, p.help)
            for f in families
            for p in f.params
        ),
    )
    return DONE
