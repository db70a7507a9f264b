"""Look-up of scorers, filters, appeals and exporters by entry point, lazily and with hints.

Built-in ones are registered the same way as third parties' (``[project.entry-points]``), in the
groups ``blackcamo.scorers``, ``blackcamo.filters``, ``blackcamo.styles``, ``blackcamo.appeals``,
``blackcamo.exporters``, ``blackcamo.channels`` and ``blackcamo.weights``.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeAlias

from blackcamo.errors import MissingExtraError, PluginError, UnknownNameError

Group: TypeAlias = Literal[
    "scorers", "filters", "styles", "appeals", "exporters", "channels", "weights"
]


@cache
def _registered(group: Group) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=f"blackcamo.{group}")}


def names(group: Group) -> tuple[str, ...]:
    """Every registered name of a group, sorted, without importing any of them."""
    return tuple(sorted(_registered(group)))


def load(group: Group, name: str) -> Any:
    """Import and return what the entry point ``name`` of ``group`` refers to.

    Raises:
        UnknownNameError: no plug-in of that name; says which one may be meant.
        MissingExtraError: the plug-in needs a package that is not installed.
        PluginError: the plug-in is broken.
    """
    registered = _registered(group)
    if name not in registered:
        raise UnknownNameError(unknown(group.removesuffix("s"), name, registered))
    try:
        return registered[name].load()
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{group.removesuffix('s')} {name!r} needs the package {error.name!r}, "
            "which is not installed"
        ) from error
    # Importing a plug-in runs its code, which may raise anything.
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{group.removesuffix('s')} {name!r} ({registered[name].value}) cannot be loaded: "
            f"{type(error).__name__}: {' '.join(str(error).split())}; update or uninstall it"
        ) from error


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """One line that says what is unknown, what may be meant and what there is.

    >>> unknown("scorer", "nique", ["niqe", "onnx"])
    "unknown scorer 'nique'; did you mean 'niqe'? Known: niqe, onnx"
    """
    ordered = sorted(known)
    close = get_close_matches(name, ordered, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return f"unknown {kind} {name!r}{hint} Known: {', '.join(ordered) or 'none'}"
