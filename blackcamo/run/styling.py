"""The styles there are, and what they make of a photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blackcamo import plugins
from blackcamo.images import Source, encode_png, fit_long_side, write_bytes
from blackcamo.rendering import render
from blackcamo.report.grid import GridCell, picture_grid
from blackcamo.run.naming import unclaimed
from blackcamo.run.results import StyleEntry
from blackcamo.run.setup import load_styles, style_chain
from blackcamo.styles.left_alone import unsuited
from blackcamo.styles.space import StyleSpace
from blackcamo.types import PathLike, PhotoLike
from blackcamo.vision.facts import facts

_SHOWN_PX = 640


def styles(names: Sequence[str] | None = None) -> list[StyleEntry]:
    """The registered styles of these names, None being all of them.

    Raises:
        UnknownNameError: there is none of a name.
    """
    return [
        StyleEntry(
            name=style.name,
            sentence=style.sentence,
            liked=style.liked,
            free={f.name: (f.low, f.start, f.high) for f in style.free},
            fixed=style.fixed,
        )
        for style in load_styles(plugins.names("styles") if names is None else names)
    ]


def style_sheet(
    photo: PhotoLike, out: PathLike | None = None, *, names: Sequence[str] | None = None
) -> Path:
    """Draw a photo beside what styles make of it, as a PNG.

    Args:
        photo: the picture's file, a PIL image or an array.
        out: the sheet's file; None is ``<stem>.styles.png``, numbered where that is another one.
        names: the styles; None is all of them.

    Raises:
        BlackcamoError: the photo cannot be read, a style is unknown, or the sheet not be written.
    """
    loaded = Source.of(photo).load()
    pixels = fit_long_side(loaded.pixels, _SHOWN_PX)
    wanted = load_styles(plugins.names("styles") if names is None else names)
    known, chain = facts(pixels, wraps=loaded.wraps), style_chain(wanted)
    cells = [GridCell("original", pixels)]
    for style in wanted:
        why = unsuited(style, known)
        params = StyleSpace(style, known, chain.space).start
        note = "" if why is None else f"not tried by itself: {why}"
        cells.append(GridCell(style.name, render(chain, pixels, params), note))
    sheet = encode_png(picture_grid(cells, columns=3), loaded.credit)
    path = unclaimed(Path(), loaded.path.stem, ".styles.png", sheet) if out is None else Path(out)
    write_bytes(path, sheet)
    return path
