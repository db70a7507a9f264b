"""Searches for a table of colours: pointwise filters alone, so that it does by itself what it says.

An ordinary camouflage owes some of its score to what no table carries.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import get_args

from blackcamo.errors import OptionError
from blackcamo.images import Photo
from blackcamo.run.config import MadeFor, SearchConfig
from blackcamo.run.setup import Contest, Setup, searched_on
from blackcamo.styles.space import StyleSpace
from blackcamo.types import LookFilter, Style
from blackcamo.vision.facts import PhotoFacts, facts


class TableSetup(Setup):
    """The setup of a call whose result is a table: styles without what is no colour.

    Raises:
        BlackcamoError: as for any search; and for options that no table carries out.
    """

    def __init__(self, config: SearchConfig) -> None:
        if config.made_for not in get_args(MadeFor):
            raise OptionError(f"made_for is {config.made_for!r}; it must be 'cube' or None")
        if config.mode == "imperceptible":
            raise OptionError(
                "mode is imperceptible; what hides is no table: use the mode enhance with --for"
            )
        if config.finish is not None:
            raise OptionError(
                f"finish is {config.finish}; a table holds no frame: leave out --finish or --for"
            )
        super().__init__(config)
        looks = [f for f in self.chain.filters if isinstance(f, LookFilter)]
        names = {p.name for look in looks for p in look.params}
        asked = self.styles
        self.styles = [own for style in asked if (own := pointwise(style, names)) is not None]
        if not self.styles:
            raise OptionError(
                f"styles are {', '.join(style.name for style in asked)}; none of them changes "
                "colours for a table: name others with --style"
            )

    def contest(self, photo: Photo) -> Contest:
        """The styles that suit a photo, fitted to it, and nothing that hides in them.

        Raises:
            OptionError: a style and the filters contradict each other.
        """
        contest = super().contest(photo)
        proxy = searched_on(photo.pixels, self.config.mode, self.config.proxy_px)
        known = facts(proxy, wraps=photo.wraps)
        spaces = {
            name: StyleSpace(space.style, known, self.chain.space)
            for name, space in contest.spaces.items()
        }
        # That little hides in a large photo is no news here.
        notes = tuple(note for note in contest.notes if not note.startswith("searched at "))
        return Contest(spaces, notes)


def pointwise(style: Style, looks: Collection[str]) -> Style | None:
    """The part of a style that changes colours, None where it frees nothing of that.

    Args:
        looks: the parameters that map colours, each pixel for itself.
    """
    free = tuple(f for f in style.free if f.name in looks)
    if not free:
        return None
    fixed = {name: value for name, value in style.fixed.items() if name in looks}
    kept = {*fixed, *(f.name for f in free)}
    adapt = style.adapt

    def adapted(known: PhotoFacts) -> Mapping[str, float]:
        values = adapt(known) if adapt is not None else {}
        return {name: value for name, value in values.items() if name in kept}

    return replace(style, free=free, fixed=fixed, adapt=adapted)
