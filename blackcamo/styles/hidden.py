"""What nobody sees: the ways of hiding, and the style of the mode imperceptible."""

from __future__ import annotations

from blackcamo.types import Free, Hiding, Style

WAYS: tuple[Hiding, ...] = (
    # Twice the pixels a side, for scorers that look at pixels.
    Hiding("doubling", (Free("doubling_percent", 0, 50, 25),)),
    Hiding(
        "colour weave",
        (
            # Posted in .95 of 42 blind looks at 2.5, in .71 at 4: studies/019-hidden-bounds.
            Free("weave_jnd", 0, 3, 2),
            # Where it starts is a diagonal of magenta and green, the least seen of those that move
            # a scorer; only their ratios count, so they can grow and shrink from here.
            Free("weave_cb_01", -1, 1, 0.5),
            Free("weave_cb_10", -1, 1, 0.5),
            Free("weave_cb_11", -1, 1, 0),
            Free("weave_cr_01", -1, 1, 0.5),
            Free("weave_cr_10", -1, 1, 0.5),
            Free("weave_cr_11", -1, 1, 0),
        ),
    ),
    Hiding(
        "luma weave",
        (
            # Posted in all of 36 blind looks up to .8, in .72 of 18 at 1.2 (the same study).
            Free("weave_luma_jnd", 0, 0.8, 0.5),
            Free("weave_luma_01", -1, 1, 0),
            Free("weave_luma_10", -1, 1, 0),
            Free("weave_luma_11", -1, 1, 0.5),
        ),
    ),
    # For scorers that take the nearest pixels of what they see.
    Hiding(
        "sampled pattern",
        (
            Free("sampled_jnd", 0, 2, 1.5),
            # Rows of two samples, which are what most of it came to for NIMA.
            *(
                Free(f"sampled_{row}{column}", -1, 1, 0.5 if (row, column) == (1, 0) else 0)
                for row in range(4)
                for column in range(4)
                if row or column
            ),
        ),
        scales=True,
    ),
    # Unseen up to half a pixel alone; a little less beside a weave.
    Hiding("softness", (Free("softness_px", 0, 0.45, 0.4),)),
    Hiding(
        "recompression",
        (
            Free("recompression", 0, 25, 18),
            Free("grid_x_px", 0, 7, 4),
            Free("grid_y_px", 0, 7, 4),
        ),
    ),
    Hiding(
        "resampling",
        (
            Free("zoom_percent", 0, 2, 1),
            Free("crop_x_percent", -100, 100, 0),
            Free("crop_y_percent", -100, 100, 0),
        ),
    ),
)
"""Each is one that moves some scorer; which of them move the one at hand a search finds out."""

HIDDEN = Style(
    name="hidden",
    sentence="The photo as it is; what changes hides in its texture.",
    free=(),
)
