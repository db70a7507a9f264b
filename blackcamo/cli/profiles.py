"""blackcamo profiles: what was learned of scorers."""

from __future__ import annotations

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, print_table


def profiles(as_json: o.Json = False) -> int:
    """List the profiles that searches begin with: those of the package, and your own."""
    from blackcamo import run

    entries = run.profiles()
    if as_json:
        print_json({"profiles": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("profile", "scorer", "hides by", "below the threshold, no query"),
        (
            (
                e.name,
                e.scorer,
                ", ".join(e.hiding),
                ", ".join(f"{mode} {100 * r['below']:.0f} %" for mode, r in e.reach.items()),
            )
            for e in entries
        ),
    )
    return DONE
