"""What nobody sees: the space of the mode imperceptible, and what may hide in other styles."""

from __future__ import annotations

from blackcamo.types import Free, Style

HIDDEN = Style(
    name="hidden",
    sentence="The photo as it is; what changes hides in its texture.",
    free=(
        # Colour alone, at 1.5: posted in all of the blind looks, and called damaged in none; at 3
        # posted in .83.
        Free("weave_jnd", 0.5, 2, 1.5),
        # Where it starts is a diagonal of magenta and green, the least seen of those that move a
        # scorer; only their ratios count, so they can grow and shrink from here.
        Free("weave_cb_01", -1, 1, 0.5),
        Free("weave_cb_10", -1, 1, 0.5),
        Free("weave_cb_11", -1, 1, 0),
        Free("weave_cr_01", -1, 1, 0.5),
        Free("weave_cr_10", -1, 1, 0.5),
        Free("weave_cr_11", -1, 1, 0),
        # Unseen up to half a pixel alone; a little less beside a weave.
        Free("softness_px", 0, 0.4, 0),
    ),
)
