"""Drawings by matplotlib, in files that say nothing of when they were made."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blackcamo.errors import OptionError
from blackcamo.extras import import_extra
from blackcamo.images import write_bytes

FORMATS = ("png", "svg", "pdf")
_INCHES = (8.0, 5.0)
_DPI = 150


def write_plot(path: Path, draw: Callable[[Any], None], *, name: str, who: str) -> None:
    """Draw to a file whose ending says the format; the same drawing gives the same bytes.

    Args:
        draw: called with the axes.
        name: what is drawn; its digest stands for random identifiers.
        who: what needs matplotlib, for messages.

    Raises:
        OptionError: another ending than .png, .svg or .pdf.
        MissingExtraError: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    form = require_plot(path, who=who)
    figure_module = import_extra("matplotlib.figure", extra="plot", who=who)
    figure = figure_module.Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
    draw(figure.add_subplot())
    data = io.BytesIO()
    with import_extra("matplotlib", extra="plot", who=who).rc_context({"svg.hashsalt": name}):
        figure.savefig(data, format=form, metadata=None if form == "png" else _undated(form))
    write_bytes(path, data.getvalue())


def require_plot(path: Path, *, who: str) -> str:
    """The format that a file's ending says, once it is known that it can be drawn.

    Raises:
        OptionError: another ending than .png, .svg or .pdf.
        MissingExtraError: matplotlib is not installed.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise OptionError(f"plot is {path}; its ending must be one of .{', .'.join(FORMATS)}")
    import_extra("matplotlib", extra="plot", who=who)
    return form


def _undated(form: str) -> dict[str, None]:
    return {"Date": None} if form == "svg" else {"CreationDate": None}
