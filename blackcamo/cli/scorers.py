"""blackcamo scorers: the quality models there are."""

from __future__ import annotations

import inspect

from blackcamo.cli import options as o
from blackcamo.cli.output import DONE, print_json, print_table
from blackcamo.errors import MissingExtraError


def scorers(as_json: o.Json = False) -> int:
    """List the quality models that can be searched against."""
    from blackcamo import plugins

    listed = []
    for name in plugins.names("scorers"):
        try:
            about, missing = _first_line(plugins.load("scorers", name)), None
        except MissingExtraError as error:
            about, missing = "", str(error)
        listed.append({"name": name, "description": about, "missing": missing})
    if as_json:
        print_json({"scorers": listed})
    else:
        rows = ((str(x["name"]), str(x["missing"] or x["description"])) for x in listed)
        print_table(("scorer", "description"), rows)
    return DONE


def _first_line(factory: object) -> str:
    return (inspect.getdoc(factory) or "").partition("\n")[0]
