"""What nobody sees: the space of the mode imperceptible, and what may hide in other styles."""

from __future__ import annotations

from blackcamo.types import Free, Style

HIDDEN = Style(
    name="hidden",
    sentence="The photo as it is; what changes hides in its texture.",
    free=(
        # Posted in .94 of 32 blind looks at 2.2 and 3 under a map without headroom, which weakens
        # the same strength by a third; the measure of appeal bounds the rest.
        Free("weave_jnd", 0.5, 4, 2),
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
