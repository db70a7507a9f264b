"""Contracts of the three kinds of filter: subclass one, make the filter, run pytest.

class TestSepia(LookFilterContract):
    def make_filter(self) -> Sepia:
        return Sepia()
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.filters.chain import Chain, Rendered
from blackcamo.space import FilterSpace
from blackcamo.types import Filter, GeometryFilter, LookFilter, SpatialFilter
from blackcamo.vision.arrays import to_pixels

_MANY_CORNERS = 32
"""Corners that are tried where a filter's box has more than these."""


def make_photo(height_px: int = 96, width_px: int = 128) -> Tensor:
    """A picture (3, H, W) with soft gradients, hard edges, fine texture, pure black and white.

    The same scene at any size; every channel takes all values from 0 to 1.
    """
    y = (torch.arange(height_px) + 0.5) / height_px
    x = (torch.arange(width_px) + 0.5) / width_px
    y, x = torch.meshgrid(y, x, indexing="ij")
    soft = torch.stack((x, y, 1 - (x + y) / 2))
    stripes = 0.5 + 0.5 * torch.sin(40 * math.pi * x * y)
    disc = ((x - 0.6) ** 2 + (y - 0.5) ** 2 < 0.05).float()
    photo = torch.lerp(soft, stripes.expand(3, -1, -1), 0.3 * (x > 0.5))
    photo = torch.lerp(photo, torch.tensor([0.9, 0.2, 0.1]).view(3, 1, 1), disc)
    photo[:, : height_px // 8], photo[:, -(height_px // 8) :] = 1.0, 0.0
    return photo


class FilterContract:
    """The contract of every filter, whatever its kind."""

    def make_filter(self) -> Filter:
        """The filter under test; override this."""
        raise NotImplementedError

    @property
    def space(self) -> FilterSpace:
        """The space that the filter spans alone."""
        return FilterSpace([self.make_filter()])

    def vectors(self) -> Iterator[NDArray[np.float64]]:
        """Random vectors, and the corners of the box: all of them, or some where they are many."""
        rng = np.random.default_rng(0)
        dimension = self.space.dimension
        yield from rng.uniform(-1, 1, (8, dimension))
        if 2**dimension <= _MANY_CORNERS:
            yield from np.array(list(itertools.product((-1.0, 1.0), repeat=dimension)))
        else:
            yield from rng.choice((-1.0, 1.0), (_MANY_CORNERS, dimension))

    def render(self, photo: Tensor, *, together_px: int | None = None) -> list[Rendered]:
        """The photo rendered with all of ``vectors``."""
        chain = Chain([self.make_filter()], together_px=together_px)
        return chain.render(photo, [chain.space.decode(v) for v in self.vectors()])

    def test_parameters_speak_for_themselves(self) -> None:
        """Names are identifiers that start with no digit, units and help are short."""
        for param in self.space.params:
            assert param.name.isidentifier(), param.name
            assert param.name == param.name.lower(), param.name
            assert len(param.unit) <= 8, param.unit
            assert 0 < len(param.help) <= 60, param.help
            assert not param.help.endswith("."), param.help

    def test_vectors_round_trip(self) -> None:
        """Physical values become the vector that decodes to them."""
        for vector in self.vectors():
            params = self.space.decode(vector)
            again = self.space.decode(self.space.encode(params))
            for name, value in params.items():
                assert math.isclose(again[name], value, rel_tol=1e-9, abs_tol=1e-9), name

    def test_neutral_changes_no_pixel(self) -> None:
        """With every parameter at its neutral value the delivered pixels are the photo's."""
        photo = make_photo()
        rendered = Chain([self.make_filter()]).render(photo, [self.space.neutral])[0]
        np.testing.assert_array_equal(to_pixels(rendered.filtered), to_pixels(photo))

    def test_something_happens(self) -> None:
        """No random vector is without effect on the picture."""
        photo = make_photo(384, 512)
        chain = Chain([self.make_filter()])
        for vector in itertools.islice(self.vectors(), 8):
            rendered = chain.render(photo, [chain.space.decode(vector)])[0]
            same_size = rendered.filtered.shape == photo.shape
            assert not (same_size and torch.equal(rendered.filtered, photo))

    def test_range_holds(self) -> None:
        """Every value is a number in [0, 1]."""
        for rendered in self.render(make_photo()):
            low, high = rendered.filtered.aminmax()
            # Written so that NaN fails.
            assert low >= 0, low
            assert high <= 1, high

    def test_no_candidate_depends_on_its_neighbours(self) -> None:
        """On a CPU a call with many candidates gives bit for bit what each gives alone."""
        photo = make_photo(37, 53)
        chain = Chain([self.make_filter()])
        for vector, rendered in zip(self.vectors(), self.render(photo), strict=True):
            alone = chain.render(photo, [chain.space.decode(vector)])[0]
            assert torch.equal(alone.filtered, rendered.filtered)

    def test_batches_agree(self) -> None:
        """Computed as one batch, as on a GPU, candidates differ by rounding errors at most."""
        photo = make_photo(37, 53)
        together = self.render(photo, together_px=1 << 20)
        for one, other in zip(self.render(photo), together, strict=True):
            torch.testing.assert_close(other.filtered, one.filtered, atol=1e-5, rtol=0)

    def test_photo_is_left_alone(self) -> None:
        """Rendering writes into no picture that it was given."""
        photo = make_photo()
        before = photo.clone()
        self.render(photo)
        assert torch.equal(photo, before)

    def test_tiny_photos(self) -> None:
        """A photo of one pixel, and of one row or column, are photos."""
        for height_px, width_px in ((1, 1), (1, 9), (9, 1), (2, 3)):
            photo = torch.full((3, height_px, width_px), 0.4)
            for rendered in self.render(photo):
                assert torch.isfinite(rendered.filtered).all()


class LookFilterContract(FilterContract):
    """The further contract of a ``LookFilter``."""

    def test_is_a_look(self) -> None:
        """The filter has the protocol's names."""
        assert isinstance(self.make_filter(), LookFilter)

    def test_each_pixel_for_itself(self) -> None:
        """Shuffling the pixels shuffles the result."""
        look = self._look()
        photo = make_photo().unsqueeze(0)
        order = torch.randperm(photo[0, 0].numel(), generator=torch.Generator().manual_seed(0))
        shuffled = photo.flatten(2)[..., order].view_as(photo)
        for vector in itertools.islice(self.vectors(), 4):
            params = self._tensors(vector)
            graded = look.grade(photo, params).flatten(2)[..., order].view_as(photo)
            torch.testing.assert_close(look.grade(shuffled, params), graded, atol=1e-6, rtol=0)

    def test_small_steps_from_neutral_change_little(self) -> None:
        """The look sets in smoothly: a thousandth of full strength moves nothing by 2 levels."""
        look, photo = self._look(), make_photo().unsqueeze(0)
        for vector in self.vectors():
            graded = look.grade(photo, self._tensors(vector * 0.001))
            assert (graded - photo).abs().max() < 2 / 255

    def _look(self) -> LookFilter:
        look = self.make_filter()
        assert isinstance(look, LookFilter)
        return look

    def _tensors(self, vector: NDArray[np.float64]) -> dict[str, Tensor]:
        return {name: torch.tensor([v]) for name, v in self.space.decode(vector).items()}


class SpatialFilterContract(FilterContract):
    """The further contract of a ``SpatialFilter``."""

    resolution_tolerance = 0.75 / 255
    """Mean difference between rendering small and rendering large, then shrinking."""

    def test_is_spatial(self) -> None:
        """The filter has the protocol's names."""
        assert isinstance(self.make_filter(), SpatialFilter)

    def test_same_picture_at_any_resolution(self) -> None:
        """Lengths follow the long side: half the size shows the same, only smaller."""
        large = make_photo(480, 640)
        small = F.avg_pool2d(large.unsqueeze(0), 2)[0]
        for one, other in zip(self.render(large), self.render(small), strict=True):
            # What was enlarged is seen at its former size.
            shrunk = F.avg_pool2d(one.filtered.unsqueeze(0), 2 * one.scale)[0]
            seen = F.avg_pool2d(other.filtered.unsqueeze(0), other.scale)[0]
            assert (shrunk - seen).abs().mean() < self.resolution_tolerance


class GeometryFilterContract(FilterContract):
    """The further contract of a ``GeometryFilter``."""

    def test_is_a_geometry(self) -> None:
        """The filter has the protocol's names."""
        assert isinstance(self.make_filter(), GeometryFilter)

    def test_no_corner_leaves_the_photo(self) -> None:
        """The four corners of every window lie inside the photo, of any shape."""
        geometry = self.make_filter()
        assert isinstance(geometry, GeometryFilter)
        for (height_px, width_px), vector in itertools.product(
            ((384, 512), (512, 384), (100, 1000)), self.vectors()
        ):
            frame = geometry.frame(self.space.decode(vector), height_px, width_px)
            angle = math.radians(frame.angle_deg)
            half_w, half_h = frame.width * width_px / 2, frame.height * height_px / 2
            for side, end in itertools.product((-1, 1), repeat=2):
                depth = 1 + side * frame.keystone_x + end * frame.keystone_y
                u, v = side * half_w / depth, end * half_h / depth
                x = frame.centre_x * width_px + u * math.cos(angle) + v * math.sin(angle)
                y = frame.centre_y * height_px + v * math.cos(angle) - u * math.sin(angle)
                assert -1e-6 <= x <= width_px + 1e-6, (vector, x)
                assert -1e-6 <= y <= height_px + 1e-6, (vector, y)

    def test_few_sizes(self) -> None:
        """Candidates share their frames' sizes, so that they can be rendered in batches."""
        sizes = {tuple(rendered.filtered.shape) for rendered in self.render(make_photo())}
        assert len(sizes) <= 16, sizes
