"""blackcamo doctor: what is there, what is missing, and what mends it."""

from __future__ import annotations

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, print_table


def doctor(storage: o.Storage = o.DEFAULT_STORAGE, as_json: o.Json = False) -> int:
    """Tell versions, device, extras, weights and storage, what is missing, and what mends it.

    What is missing is only needed by those who want it: the exit status is 0 all the same.
    """
    from blackcamo import run

    entries = run.doctor(storage)
    if as_json:
        print_json({"checks": [entry.to_json() for entry in entries]})
        return DONE
    print_table(
        ("", "what", "name", "found", "to mend it"),
        (("ok" if e.ok else "-", e.part, e.name, e.found, e.mend or "") for e in entries),
    )
    return DONE
