"""Completions for shells: names that are cheap to find. Nothing here loads torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal

import typer

from blackcamo.errors import BlackcamoError

Completion = Callable[[typer.Context, str], list[str]]


def of(name: str) -> Completion | None:
    """The completion of the option or argument of that name, if there is one."""
    return _COMPLETIONS.get(name)


def _listed(names: Callable[[], Iterable[str]], *words: str) -> Completion:
    """Completes names separated by commas.

    Args:
        words: what may stand in place of names.
    """

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        known = (*names(), *(() if comma else words))
        return [f"{before}{comma}{name}" for name in known if name.startswith(last)]

    return complete


def _plugins(group: Literal["appeals", "exporters", "scorers", "styles"]) -> tuple[str, ...]:
    from blackcamo import plugins

    return plugins.names(group)


def _profiles() -> tuple[str, ...]:
    from blackcamo.profile import installed_profiles

    return tuple(installed_profiles())


def _finishes() -> tuple[str, ...]:
    from blackcamo.finish import finishes

    return tuple(one.name for one in finishes())


def _studies(ctx: typer.Context, incomplete: str) -> list[str]:
    """Studies of the storage that is named or configured, the newest first."""
    from blackcamo import run

    try:
        found = run.studies(ctx.params["storage"])
    except BlackcamoError:
        return []
    return [one.name for one in reversed(found) if one.name.startswith(incomplete)]


_COMPLETIONS: Mapping[str, Completion] = {
    "appeal": _listed(partial(_plugins, "appeals")),
    "finish": _listed(_finishes),
    "format": _listed(partial(_plugins, "exporters")),
    "measure": _listed(partial(_plugins, "appeals")),
    "profile": _listed(_profiles, "auto", "none"),
    "scorer": _listed(partial(_plugins, "scorers")),
    "studies": _studies,
    "study": _studies,
    "style": _listed(partial(_plugins, "styles"), "auto"),
    "target": _studies,
    "targets": _studies,
}
