"""Quality camouflage: photos that blind quality models call bad and people like as before.

>>> import blackcamo
>>> result = blackcamo.search("img.jpg", budget=500)  # doctest: +SKIP
>>> result.score_before, result.score_after, result.appeal  # doctest: +SKIP
(57.4, 44.9, 93.4)

Everything heavy is imported when it is first used.
"""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blackcamo.channel import Channel
    from blackcamo.errors import BlackcamoError
    from blackcamo.preset import Preset, read_preset
    from blackcamo.run import (
        SearchConfig,
        SearchResult,
        appeal,
        apply,
        choose,
        deliver,
        export,
        filters,
        front,
        iter_apply,
        learn,
        profiles,
        report,
        score,
        score_many,
        scorers,
        search,
        search_many,
        studies,
        styles,
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
    "appeal",
    "apply",
    "choose",
    "deliver",
    "export",
    "filters",
    "front",
    "iter_apply",
    "learn",
    "load_scorer",
    "profiles",
    "read_preset",
    "report",
    "score",
    "score_many",
    "scorers",
    "search",
    "search_many",
    "studies",
    "styles",
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
_PACKAGES = ("appeal", "filters", "report", "scorers", "styles")
"""Public functions whose names are those of packages, too."""


class _Called(ModuleType):
    """A package that, when it is called, is the public function of its name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function()(*args, **kwargs)

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._function())

    def _function(self) -> Any:
        return getattr(import_module("blackcamo.run"), self.__name__.rpartition(".")[2])


class _Package(ModuleType):
    """This package: whichever way its packages are imported, they can be called."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _PACKAGES and isinstance(value, ModuleType):
            value.__class__ = _Called
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _PACKAGES:
        return import_module(f"{__name__}.{name}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'run')}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
