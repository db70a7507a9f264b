"""Candidates rendered: the JPEG that is sent, the pixels that arrive, and their appeal.

Nothing here asks the scorer.
"""

from __future__ import annotations

from blackcamo.rendering.picture import Picture, Prepared, Values
from blackcamo.rendering.renderer import Renderer, render
from blackcamo.rendering.repair import ABOVE_FLOOR, Anchor

__all__ = ["ABOVE_FLOOR", "Anchor", "Picture", "Prepared", "Renderer", "Values", "render"]
