"""Presets of a study's candidates; a search and a later export make them alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blackcamo.filters.chain import Chain
from blackcamo.filters.look import file_look
from blackcamo.preset import Preset, recipe
from blackcamo.types import Pixels

# A preset has fields of its own for these.
_OF_THE_PRESET = ("filters", "keep_size", "mode", "seed")


def make_preset(
    chain: Chain,
    params: Mapping[str, float],
    *,
    identity: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Preset:
    """The preset of one candidate.

    Args:
        chain: what renders it.
        params: its parameters in physical units.
        identity: the study's fixed attributes, see ``Searcher.identity``.
        facts: what is known of this candidate, such as its scores.
    """
    look = file_look(chain.filters)
    return Preset(
        filters=tuple(f.name for f in chain.filters),
        lut_size=chain.space.lut_size,
        params=dict(params),
        seed=identity["seed"],
        keep_size=identity["keep_size"],
        mode=identity["mode"],
        recipe=recipe(chain.space, params),
        look=None if look is None else look.to_json(),
        provenance={**{k: v for k, v in identity.items() if k not in _OF_THE_PRESET}, **facts},
    )


def photo_size(pixels: Pixels) -> dict[str, int]:
    """A photo's size as presets and studies record it."""
    height_px, width_px = pixels.shape[:2]
    return {"width_px": width_px, "height_px": height_px}
