"""Presets of candidates, as a search and a later export make them, and what they record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from blackcamo.channel import Channel
from blackcamo.errors import PresetError
from blackcamo.filters.chain import Chain
from blackcamo.filters.look import FileLook
from blackcamo.preset import Preset
from blackcamo.records import typed
from blackcamo.space import FilterSpace
from blackcamo.strict_json import short
from blackcamo.types import UNCHANGED, Filter, LookFilter, Pixels
from blackcamo.wording import recipe

# A preset has fields of its own for these.
_OF_THE_PRESET = ("filters", "finish", "keep_size", "mode", "seed")


def make_preset(
    chain: Chain,
    style: str,
    params: Mapping[str, float],
    *,
    identity: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Preset:
    """The preset of one candidate, with the filters that do something.

    Args:
        chain: what renders it.
        style: the style that it was found with.
        params: its parameters in physical units.
        identity: the study's fixed attributes, see ``Setup.identity``.
        facts: what is known of this candidate, such as its scores.
    """
    active = _families(chain, params)
    named = {p.name for family in active for p in family.params}
    look = next((f.look for f in active if isinstance(f, FileLook)), None)
    style = "" if style == UNCHANGED else style
    return Preset(
        filters=tuple(f.name for f in active),
        lut_size=FilterSpace(active).lut_size,
        params={name: value for name, value in params.items() if name in named},
        seed=identity["seed"],
        keep_size=identity["keep_size"],
        mode=identity["mode"],
        style=style,
        finish=identity["finish"],
        recipe=recipe(chain.space, params, style=style),
        look=None if look is None else look.to_json(),
        provenance={**{k: v for k, v in identity.items() if k not in _OF_THE_PRESET}, **facts},
    )


def _families(chain: Chain, params: Mapping[str, float]) -> list[Filter]:
    """The filters that do something, at least one, in their order.

    One that asks for a finer table than they do stays, too: the candidate was made with that.
    """
    active = chain.active(params) or list(chain.filters[:1])
    size = chain.space.lut_size
    if FilterSpace(active).lut_size == size or not any(isinstance(f, LookFilter) for f in active):
        return active
    finest = [f for f in chain.filters if isinstance(f, LookFilter) and f.lut_size == size]
    return [f for f in chain.filters if f in active or f in finest[:1]]


def photo_size(pixels: Pixels) -> dict[str, int]:
    """A photo's size as presets and studies record it."""
    height_px, width_px = pixels.shape[:2]
    return {"width_px": width_px, "height_px": height_px}


def preset_channel(preset: Preset) -> Channel:
    """The channel that a preset was searched for; the default one if it records none.

    Raises:
        PresetError: it records one that is none.
    """
    if "channel" not in preset.provenance:
        return Channel()
    recorded: dict[str, Any] = preset.recorded("channel", dict)
    if unknown := recorded.keys() - {field.name for field in fields(Channel)}:
        raise PresetError(f"preset records a channel with {short(sorted(unknown)[0])}, unknown")
    return typed(Channel, recorded, "preset records a channel", PresetError)
