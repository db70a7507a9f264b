"""Photos and pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels: TypeAlias = NDArray[np.uint8]
PathLike: TypeAlias = str | Path
PhotoLike: TypeAlias = "PathLike | Image | NDArray[Any]"
"""A photo: its file, a PIL image, or an array as :class:`blackcamo.images.Source` takes it."""
