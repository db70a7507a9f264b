"""The style of a table: somebody's look (a .cube file or HaldCLUT), as strong as it serves."""

from __future__ import annotations

from blackcamo.filters.look import FileLook
from blackcamo.types import Free, Style


def look_style(name: str) -> Style:
    """A style that mixes in the look of that name, with some room for light and clarity."""
    return Style(
        name=FileLook.name,
        sentence=f'The look "{name}" of a file.',
        free=(
            Free("look_percent", 40, 100, 80),
            Free("exposure_ev", -0.15, 0.25, 0),
            Free("contrast_percent", 0, 12, 0),
            Free("vibrance_percent", 0, 15, 0),
            Free("clarity_percent", 0, 15, 0),
        ),
    )
