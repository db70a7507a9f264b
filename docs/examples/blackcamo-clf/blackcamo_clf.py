"""Looks in the Common LUT Format.

Source: Academy S-2014-006, "Common LUT Format (CLF)", version 3: in a LUT3D blue runs fastest.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from blackcamo.exporters import beyond_the_look
from blackcamo.exporters.tables import nodes_in_file_order
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.clf`` with the preset's own LUT nodes."""
    chain = preset.chain()
    # The LUT is indexed [channel, blue, green, red]: red runs fastest until axes are exchanged.
    lut = chain.bake(preset.params).transpose(1, 3)
    rows = nodes_in_file_order(lut).tolist()
    table = "\n".join(f"{red:.6f} {green:.6f} {blue:.6f}" for red, green, blue in rows)
    size = preset.lut_size
    document = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ProcessList xmlns="urn:AMPAS:CLF:v3.0" compCLFversion="3" id={quoteattr(stem)}>
<Description>{escape(preset.recipe)}</Description>
<LUT3D interpolation="trilinear" inBitDepth="32f" outBitDepth="32f">
<Array dim="{size} {size} {size} 3">
{table}
</Array>
</LUT3D>
</ProcessList>
"""
    path = folder / f"{stem}.clf"
    write_bytes(path, document.encode())
    return Export(files=(path,), left_out=beyond_the_look(chain, preset), max_error_levels=None)
