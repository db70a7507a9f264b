"""Photos: file to sRGB array and back, with orientation, colour profile, alpha and metadata.

``load_photo`` is the only way in. What goes out carries an sRGB profile, artist and copyright,
and nothing else that the photo's file said about itself.
"""

from __future__ import annotations

from blackcamo.images.checks import MAX_ASPECT, MAX_PIXELS, MAX_SIDE_PX, MIN_SIDE_PX
from blackcamo.images.files import (
    BEST_EFFORT_SUFFIX,
    CAMOUFLAGE_SUFFIX,
    PICTURE_SUFFIXES,
    fitting_stem,
    made_here,
    prepare_folder,
    write_bytes,
)
from blackcamo.images.loading import AlphaPolicy, Photo, load_photo
from blackcamo.images.metadata import Credit, encode_png, jpeg_metadata
from blackcamo.images.scaling import fit_long_side, resize
from blackcamo.images.sources import Source, sources_of

__all__ = [
    "BEST_EFFORT_SUFFIX",
    "CAMOUFLAGE_SUFFIX",
    "MAX_ASPECT",
    "MAX_PIXELS",
    "MAX_SIDE_PX",
    "MIN_SIDE_PX",
    "PICTURE_SUFFIXES",
    "AlphaPolicy",
    "Credit",
    "Photo",
    "Source",
    "encode_png",
    "fit_long_side",
    "fitting_stem",
    "jpeg_metadata",
    "load_photo",
    "made_here",
    "prepare_folder",
    "resize",
    "sources_of",
    "write_bytes",
]
