"""Candidates in words for people: the visible changes, the most visible first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from blackcamo.space import FilterSpace
from blackcamo.types import HiddenFilter, Param

_NEAR_NEUTRAL = 0.02
"""Share of a parameter's range up to which it does nothing worth a word."""
_VISIBLE = 0.1
"""Share of its range from which one sees a parameter that does not say so itself."""
_MOST_CLAUSES = 4
_COMPLAINTS = {
    "flat": "contrast lost",
    "faded": "faded blacks or whites",
    "drained": "colour lost",
    "colourless": "one colour lost",
    "harsh": "too much contrast",
    "gaudy": "too much colour",
    "dark": "too dark",
    "bright": "too bright",
    "clipped": "details lost in black or white",
    "cast": "tinted whites",
    "hue": "turned colours",
    "skin": "discoloured skin",
    "soft": "fine detail lost",
    "blurred": "blurred subject",
    "crunchy": "too sharp",
    "grain": "grain",
    "specks": "coloured specks",
    "shading": "uneven light",
    "banding": "steps in smooth tones",
    "framing": "framing",
    "damaged": "visible damage",
    "damage_ssimulacra2": "visible damage",  # in presets of earlier builds
    "textured": "texture in smooth places",
    "liked": "what is liked",
}
"""Parts of appeal by the names that JSON has."""


def recipe(
    space: FilterSpace, params: Mapping[str, float], *, style: str = "", limit: int = _MOST_CLAUSES
) -> str:
    """The visible changes of parameters, the most visible first; the rest is counted.

    Where each of them is below visibility, the strongest are named with that.

    Args:
        space: where the parameters live.
        params: name -> value in physical units; those left out are neutral.
        style: named first, unless empty.
        limit: clauses at most, beside the one that counts.

    Raises:
        OptionError: an unknown parameter, or a value out of its range.
    """
    full = space.complete(params)
    changed, seen = changes(space, full), visibility(space, full)
    shown = [p for p in changed if seen[p.name] >= 1]
    named = shown[:limit]
    said = [_told(p, full[p.name], seen[p.name]) for p in named or changed[:limit]]
    said += _others(len(changed) - len(said), unseen=0 < len(shown) == len(named))
    below = "" if named else "below visibility: "
    line = f"{below}{', '.join(said)}" if said else "no change"
    return f"{style}: {line}" if style else line


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a recipe that can be left out: its words, and the parameters that it stands for."""

    words: str
    params: tuple[str, ...]


def clauses(space: FilterSpace, params: Mapping[str, float]) -> list[Clause]:
    """All that a recipe is made of, the most visible first.

    Each parameter that does something is a clause; the last one holds those that are so near
    neutral that they are worth no word. Modifiers belong to none.

    Args:
        space: where the parameters live.
        params: name -> value in physical units; those left out are neutral.

    Raises:
        OptionError: an unknown parameter, or a value out of its range.
    """
    full = space.complete(params)
    changed, seen = changes(space, full), visibility(space, full)
    found = [Clause(_told(p, full[p.name], seen[p.name]), (p.name,)) for p in changed]
    named = {p.name for p in changed}
    tiny = [
        p.name
        for p in space.params
        if not p.modifier and full[p.name] != p.neutral and p.name not in named
    ]
    if tiny:
        count = "a change" if len(tiny) == 1 else f"{len(tiny)} changes"
        found.append(Clause(f"{count} too small for a word", tuple(tiny)))
    return found


def _told(param: Param, value: float, seen: float) -> str:
    """A parameter in words; of what hides, numbers say nothing to people."""
    return describe(param, value) if seen else param.help or param.name


def changes(space: FilterSpace, params: Mapping[str, float]) -> list[Param]:
    """The parameters that do something, the most visible first.

    One that is near neutral does not, nor does a modifier: it says how another is done.

    Raises:
        OptionError: an unknown parameter, or a value out of its range.
    """
    strength = dict(zip(space.names, abs(space.encode(params)).tolist(), strict=True))
    seen = visibility(space, params)
    changed = [p for p in space.params if not p.modifier and strength[p.name] >= _NEAR_NEUTRAL]
    return sorted(changed, key=lambda p: (-seen[p.name], -strength[p.name]))


def visibility(space: FilterSpace, params: Mapping[str, float]) -> dict[str, float]:
    """How far each parameter is from neutral, in the least changes that one sees.

    What hides is meant to go unseen and has 0.

    Raises:
        OptionError: an unknown parameter, or a value out of its range.
    """
    full = space.complete(params)
    hides = {p.name for f in space.filters if isinstance(f, HiddenFilter) for p in f.params}
    return {
        p.name: 0.0
        if p.name in hides
        else abs(full[p.name] - p.neutral) / (p.visible or _VISIBLE * (p.high - p.low))
        for p in space.params
    }


def describe(param: Param, value: float) -> str:
    """One parameter in words: its change from neutral, as its filter says it.

    >>> describe(Param("exposure_ev", -1, 1, 0, "EV", "exposure"), 0.3)
    'exposure +0.3 EV'
    >>> describe(Param("turn_deg", -2, 2, 0, "°", "turn", falls="turned {} to the left"), -1.5)
    'turned 1.5° to the left'
    """
    change = value - param.neutral
    words = param.falls if change < 0 else param.rises
    sign = "+" if param.low < param.neutral and not words else ""
    decimals = max(0, 1 - math.floor(math.log10((param.high - param.low) / 4)))
    number = f"{abs(change) if words else change:{sign}.{decimals}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    amount = f"{number}{'' if param.unit == '°' else ' '}{param.unit}".strip()
    # Others' words may hold braces of their own.
    before, there, after = (words or f"{param.help or param.name} {{}}").rpartition("{}")
    return f"{before}{amount if there else ''}{after}"


def _others(count: int, *, unseen: bool) -> list[str]:
    """The clause that counts what no other one names; nothing where there is none."""
    if not count:
        return []
    below = " below visibility" if unseen else ""
    return [f"and {'a smaller one' if count == 1 else f'{count} smaller ones'}{below}"]


def complaint(part: str) -> str:
    """A part of appeal in words.

    >>> complaint("damaged"), complaint("of_a_plug_in")
    ('visible damage', 'of a plug in')
    """
    return _COMPLAINTS.get(part, part.replace("_", " "))
