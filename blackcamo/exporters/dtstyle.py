"""The look as a style of darktable, to be imported once and given to any photo.

Source: darktable 4.2 user manual, "styles"; the elements are those that its own export writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

from blackcamo.exporters import cube
from blackcamo.exporters.darktable import MODULE_VERSION, module_params
from blackcamo.images import write_bytes
from blackcamo.images.files import cut
from blackcamo.preset import Preset
from blackcamo.types import Export

_BLENDOP_VERSION = 11
_NAME_BYTES = 127
"""What darktable-cli takes of a style's name; it imports longer ones, and finds none of them."""


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.dtstyle``, a style named ``<stem>``, and the ``<stem>.cube`` that it names.

    The name of the style is cut where it is long. darktable looks for the .cube file below its LUT
    folder, so no folder is named.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: a file cannot be written, or its name is too long for darktable.
    """
    table = cube.export(preset, folder, stem)
    # Without blending parameters the module is applied as a whole.
    style = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<darktable_style version="1.0">
 <info>
  <name>{escape(style_name(stem))}</name>
  <description>{escape(preset.recipe)}</description>
 </info>
 <style>
  <plugin>
   <num>0</num>
   <module>{MODULE_VERSION}</module>
   <operation>lut3d</operation>
   <op_params>{module_params(table.files[0].name)}</op_params>
   <enabled>1</enabled>
   <blendop_params></blendop_params>
   <blendop_version>{_BLENDOP_VERSION}</blendop_version>
   <multi_priority>0</multi_priority>
   <multi_name></multi_name>
  </plugin>
 </style>
</darktable_style>
"""
    path = folder / f"{stem}.dtstyle"
    write_bytes(path, style.encode())
    return replace(table, files=(path, *table.files))


def style_name(stem: str) -> str:
    """The name of the style in darktable: the stem, or as much of it as there is room for.

    >>> style_name("a" * 128)[-12:]
    'aaa-6836cf13'
    """
    if len(stem.encode()) <= _NAME_BYTES:
        return stem
    # Two that begin alike stay two: darktable refuses a style of a name that it has.
    digest = hashlib.sha256(stem.encode()).hexdigest()[:8]
    return f"{cut(stem, _NAME_BYTES - len(digest) - 1)}-{digest}"
