"""Filters: parameters in physical units, and the kinds of filter that use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor

Kind: TypeAlias = Literal["geometry", "look", "spatial"]
"""The kinds of filter, in the order of their work."""
Params: TypeAlias = "Mapping[str, Tensor]"
"""Parameter name -> tensor (B,) of physical values, for a batch of B candidates."""


@dataclass(frozen=True, slots=True)
class Param:
    """One named parameter of a filter, in physical units.

    ``neutral`` changes nothing and lies in [low, high]; ``step`` is the grid, counted from
    ``low``, that values snap to (None: continuous). A ``modifier`` shapes what other parameters of
    its filter do (a radius, an angle) and does nothing by itself, whatever its value.

    ``falls`` and ``rises`` tell people of a value below and above neutral, "{}" standing for how
    far it is from there: "corners {} darker". Where they are empty, ``help`` does. ``visible`` is
    the least distance from neutral of which one sees something (None: a tenth of the range).
    """

    name: str
    low: float
    high: float
    neutral: float
    unit: str
    help: str
    step: float | None = None
    modifier: bool = False
    falls: str = ""
    rises: str = ""
    visible: float | None = None


@runtime_checkable
class Filter(Protocol):
    """The declaration of every filter; one of the three kinds below does the work."""

    @property
    def name(self) -> str: ...
    @property
    def params(self) -> tuple[Param, ...]: ...


@runtime_checkable
class LookFilter(Filter, Protocol):
    """A pointwise colour operation; all of a candidate's are baked into one 3D LUT."""

    @property
    def lut_size(self) -> int:
        """Nodes per axis that this family needs: 33, or 65 where it twists hues."""

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W) to colours of the same shape, each pixel for itself."""


@runtime_checkable
class OklabFilter(LookFilter, Protocol):
    """A look that is defined in Oklab; a chain takes such neighbours there and back together."""

    def grade_oklab(self, oklab: Tensor, params: Params) -> Tensor:
        """Map Oklab colours (B, 3, H, W); those that leave the gamut are pulled in later."""


@runtime_checkable
class SpatialFilter(Filter, Protocol):
    """An operation that looks at neighbours or positions: optics, detail, texture."""

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); ``seed`` fixes any randomness, lengths follow the long side."""


@runtime_checkable
class HiddenFilter(SpatialFilter, Protocol):
    """A spatial filter that nobody should see: damage is what it adds to the styled picture."""

    @property
    def hidden(self) -> Literal[True]: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of the photo and the size it is delivered at.

    ``centre_x``/``centre_y`` and ``width``/``height`` are fractions of the photo's sides, the
    angle turns the window about its centre (degrees, counter-clockwise). A keystone tapers it: the
    point (u, v) of the window, -1 to 1 from its middle, lies at (u, v) / (1 + x u + y v). The
    window's corners lie inside the photo.
    """

    centre_x: float
    centre_y: float
    width: float
    height: float
    angle_deg: float
    height_px: int
    width_px: int
    keystone_x: float = 0.0
    keystone_y: float = 0.0


@runtime_checkable
class GeometryFilter(Filter, Protocol):
    """Where the delivered frame lies in the photo; exactly one in a chain."""

    def frame(self, params: Mapping[str, float], height_px: int, width_px: int) -> Frame:
        """The frame that these parameters cut from a photo of that size."""
