"""The style of a table: somebody's look (a .cube file or HaldCLUT), as strong as it serves."""

from __future__ import annotations

from blackcamo.errors import OptionError
from blackcamo.filters.look import FileLook
from blackcamo.types import Free, Style

STRENGTH = 40.0, 100.0
"""Ends of the strength of a look (in percent) that is one still."""
_START = 80


def look_style(name: str, strength: tuple[float, float] = STRENGTH) -> Style:
    """A style that mixes in the look of that name, with some room for light and clarity.

    Args:
        name: the look's.
        strength: the least and the most of it that is mixed in, in percent.

    Raises:
        OptionError: they are not 0 < least <= most <= 100.
    """
    least, most = strength
    if not 0 < least <= most <= 100:
        raise OptionError(
            f"look strength is {least:g} to {most:g} %; it must be above 0, rise and end at 100"
        )
    return Style(
        name=FileLook.name,
        sentence=f'The look "{name}" of a file.',
        free=(
            Free("look_percent", least, most, min(max(_START, least), most)),
            Free("exposure_ev", -0.15, 0.25, 0),
            Free("contrast_percent", 0, 12, 0),
            Free("vibrance_percent", 0, 15, 0),
            Free("clarity_percent", 0, 15, 0),
        ),
    )
