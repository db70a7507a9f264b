"""The built-in families keep the contracts that are published for plug-in authors."""

from __future__ import annotations

from blackcamo.filters.colour import Colour
from blackcamo.filters.curves import Curves
from blackcamo.filters.detail import Detail
from blackcamo.filters.film import Film
from blackcamo.filters.geometry import Geometry
from blackcamo.filters.grain import Grain
from blackcamo.filters.hsl import Hsl
from blackcamo.filters.mono import Mono
from blackcamo.filters.optics import Optics
from blackcamo.filters.tone import Tone
from blackcamo.testing import GeometryFilterContract, LookFilterContract, SpatialFilterContract


class TestGeometry(GeometryFilterContract):
    def make_filter(self) -> Geometry:
        return Geometry()


class TestTone(LookFilterContract):
    def make_filter(self) -> Tone:
        return Tone()


class TestCurves(LookFilterContract):
    def make_filter(self) -> Curves:
        return Curves()


class TestColour(LookFilterContract):
    def make_filter(self) -> Colour:
        return Colour()


class TestOptics(SpatialFilterContract):
    def make_filter(self) -> Optics:
        return Optics()


class TestDetail(SpatialFilterContract):
    def make_filter(self) -> Detail:
        return Detail()


class TestHsl(LookFilterContract):
    def make_filter(self) -> Hsl:
        return Hsl()


class TestFilm(LookFilterContract):
    def make_filter(self) -> Film:
        return Film()


class TestMono(LookFilterContract):
    def make_filter(self) -> Mono:
        return Mono()


class TestGrain(SpatialFilterContract):
    def make_filter(self) -> Grain:
        return Grain()
