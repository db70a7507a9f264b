"""The look as a sidecar of darktable: a history with its module "lut 3D".

Source: darktable 4.2 user manual, "lut 3D" and "sidecar files"; the layout of the module's
parameters, version 3, is that of dt_iop_lut3d_params_t in its src/iop/lut3d.c.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

from blackcamo.errors import OutputError
from blackcamo.exporters import cube
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export

MODULE_VERSION = 3
_PATH_BYTES = 512
_SRGB, _TRILINEAR, _NO_KEYPOINTS = 0, 1, 0
_LAYOUT = f"<{_PATH_BYTES}s3i{2048 * 2 * 3}x128x"  # path, the three settings, compressed LUT, name


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.darktable.xmp`` and the ``<stem>.cube`` that it names.

    darktable looks for the .cube file below its LUT folder, so no folder is named.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: a file cannot be written, or its name is too long for darktable.
    """
    table = cube.export(preset, folder, stem)
    params = module_params(table.files[0].name)
    # auto_presets_applied keeps darktable from adding modules that it would give a new photo.
    sidecar = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:darktable="http://darktable.sf.net/"
    dc:source={quoteattr(preset.recipe)}
    darktable:xmp_version="5"
    darktable:auto_presets_applied="1"
    darktable:iop_order_version="2"
    darktable:history_end="1">
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="lut3d"
      darktable:enabled="1"
      darktable:modversion="{MODULE_VERSION}"
      darktable:params="{params}"
      darktable:multi_name=""
      darktable:multi_priority="0"/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
    path = folder / f"{stem}.darktable.xmp"
    write_bytes(path, sidecar.encode())
    return replace(table, files=(path, *table.files))


def module_params(name: str) -> str:
    """The settings of the module "lut 3D" for a file below darktable's LUT folder, in hex.

    Raises:
        OutputError: the name is too long.
    """
    path = name.encode()
    if len(path) >= _PATH_BYTES:
        raise OutputError(
            f"{name} has {len(path)} bytes; darktable takes names of fewer than {_PATH_BYTES}: "
            "shorten it"
        )
    return struct.pack(_LAYOUT, path, _SRGB, _TRILINEAR, _NO_KEYPOINTS).hex()
