"""The look, as nearly as its sliders can give it, as a preset of Lightroom and Camera Raw.

It was never opened in those programs; exiftool reads it.

Source: Adobe, "XMP Specification Part 2", camera raw schema; exiftool's documentation of the
XMP-crs tags.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from xml.sax.saxutils import escape

import torch

from blackcamo.exporters import beyond_the_look
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export
from blackcamo.vision.lut import apply_lut

_LEVELS = range(0, 256, 17)  # 16 points: no more can be edited in Lightroom's curve
_CHANNELS = ("Red", "Green", "Blue")
_MONO = 99.5
"""Percent from which a picture is black-and-white: its curves then tone it."""
_APPROXIMATE = "colours other than greys, which are approximate"


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.lightroom.xmp``: what the look does to greys as curves, and how much colour.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: the file cannot be written.
    """
    chain = preset.chain()
    params = chain.space.complete(preset.params)
    greys = torch.tensor([level / 255 for level in _LEVELS]).expand(1, 3, 1, -1)
    looked_up = apply_lut(greys, chain.bake(params)[None])[0, :, 0].mul(255).round()
    curves = "".join(
        _curve(channel, [int(level) for level in levels])
        for channel, levels in zip(_CHANNELS, looked_up.tolist(), strict=True)
    )
    mono = params.get("mono_percent", 0)
    sliders = {
        # Black-and-white in part is a loss of saturation, nearly.
        "Saturation": max(
            params.get("saturation_percent", 0) - (mono if mono < _MONO else 0), -100
        ),
        "Vibrance": params.get("vibrance_percent", 0),
    }
    settings = {name: f"{value:+.0f}" for name, value in sliders.items()}
    settings["ConvertToGrayscale"] = str(mono >= _MONO)
    attributes = "".join(f'\n    crs:{name}="{value}"' for name, value in settings.items())
    identity = uuid.uuid5(uuid.NAMESPACE_OID, preset.to_json()).hex.upper()
    document = f"""\
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    crs:PresetType="Normal"
    crs:UUID="{identity}"
    crs:SupportsAmount="False"
    crs:SupportsColor="True"
    crs:SupportsMonochrome="True"
    crs:SupportsOutputReferred="True"
    crs:SupportsSceneReferred="True"
    crs:ProcessVersion="11.0"
    crs:ToneCurveName2012="Custom"{attributes}
    crs:HasSettings="True">
   <crs:Name><rdf:Alt><rdf:li xml:lang="x-default">{escape(stem)}</rdf:li></rdf:Alt></crs:Name>
{curves}\
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
    path = folder / f"{stem}.lightroom.xmp"
    write_bytes(path, document.encode())
    left_out = (_APPROXIMATE, *beyond_the_look(chain, preset))
    return Export(files=(path,), left_out=left_out, max_error_levels=None)


def _curve(channel: str, levels: list[int]) -> str:
    points = "".join(
        f"<rdf:li>{level}, {after}</rdf:li>" for level, after in zip(_LEVELS, levels, strict=True)
    )
    tag = f"crs:ToneCurvePV2012{channel}"
    return f"   <{tag}><rdf:Seq>{points}</rdf:Seq></{tag}>\n"
