"""Quality camouflage: photos that blind quality models call bad and people like as before.

>>> import blackcamo
>>> result = blackcamo.search("img.jpg", budget=500)  # doctest: +SKIP
>>> result.score_before, result.score_after, result.appeal  # doctest: +SKIP
(57.4, 44.9, 93.4)

Everything heavy is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blackcamo.channel import Channel
    from blackcamo.errors import BlackcamoError
    from blackcamo.preset import Preset, read_preset
    from blackcamo.run import (
        SearchConfig,
        SearchResult,
        apply,
        export,
        front,
        learn,
        profiles,
        score,
        score_many,
        search,
        search_many,
        studies,
        verify,
    )
    from blackcamo.scorers import load_scorer
    from blackcamo.types import ScorerOptions

__version__ = "0.2.0"

__all__ = [
    "BlackcamoError",
    "Channel",
    "Preset",
    "ScorerOptions",
    "SearchConfig",
    "SearchResult",
    "apply",
    "export",
    "front",
    "learn",
    "load_scorer",
    "profiles",
    "read_preset",
    "score",
    "score_many",
    "search",
    "search_many",
    "studies",
    "verify",
]

_HOMES = {
    "BlackcamoError": "errors",
    "Channel": "channel",
    "Preset": "preset",
    "ScorerOptions": "types",
    "load_scorer": "scorers",
    "read_preset": "preset",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'run')}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
