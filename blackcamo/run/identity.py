"""What tells one study from another: the names of its fixed attributes."""

IDENTITY = (
    "blackcamo",
    "photo",
    "scorer_spec",
    "scorer_options",
    "scorer",
    "appeal_measure",
    "mode",
    "target",
    "appeal_floor",
    "styles",
    "style_spaces",
    "strategy",
    "seed",
    "batch",
    "channel",
    "finish",
    "filters",
    "space",
    "proxy_px",
    "keep_size",
)
"""What decides which candidates a study asks for and what becomes of them: its fixed attributes,
and the first part of a preset's provenance."""
LOOK, PROFILE = "look", "profile"
"""Two more, where the look of a file is searched, too, and where a profile says how to begin."""
LEARNING = "learning"
"""What a study of many photos has, their digests: no search goes on in it."""
