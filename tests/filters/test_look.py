"""The look of a file as a filter."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from blackcamo.errors import OptionError
from blackcamo.filters.loading import load_chain
from blackcamo.filters.look import FileLook
from blackcamo.looks import Look
from blackcamo.testing import LookFilterContract, make_photo
from blackcamo.vision.lut import apply_lut
from blackcamo.wording import recipe
from tests.looks.files import film


def look(size: int = 9) -> Look:
    return Look.from_table(film(size), "film")


class TestFileLook(LookFilterContract):
    def make_filter(self) -> FileLook:
        return FileLook(look())


@pytest.mark.parametrize(
    ("size", "baked"), [(2, 33), (17, 33), (32, 63), (33, 33), (64, 64), (65, 65)]
)
def test_alone_and_in_full_it_is_the_table_itself(size: int, baked: int) -> None:
    chain = load_chain(["tone"], look=look(size))
    lut = chain.bake({"look_percent": 100.0})
    assert lut.shape == (3, baked, baked, baked)
    table = torch.from_numpy(look(size).nodes / np.float32(65535)).permute(3, 0, 1, 2)
    photo = make_photo()[None]
    torch.testing.assert_close(
        apply_lut(photo, lut[None]), apply_lut(photo, table[None]), atol=1e-5, rtol=0
    )


def test_strength_mixes_with_what_came_before() -> None:
    chain = load_chain(["tone"], look=look())
    photo = make_photo()
    values = [{"exposure_ev": 0.3, "look_percent": p} for p in (0.0, 40.0, 100.0)]
    none, some, full = (r.graded for r in chain.render(photo, values))
    torch.testing.assert_close(some, torch.lerp(none, full, 0.4), atol=1e-4, rtol=0)
    assert (full - none).abs().mean() > 0.02


def test_it_comes_after_the_looks_of_the_package_and_before_what_is_spatial() -> None:
    names = [f.name for f in load_chain(look=look()).filters]
    assert names[:2] == ["geometry", "tone"]
    assert names.index("colour") < names.index("look") < names.index("optics")
    asked = load_chain(["grain", "look", "tone"], look=look())
    assert [f.name for f in asked.filters] == ["tone", "look", "grain"]


def test_recipes_name_it() -> None:
    space = load_chain(["tone"], look=look()).space
    assert recipe(space, {"look_percent": 62.0}) == 'look "film" 62 %'


def test_it_needs_a_file() -> None:
    with pytest.raises(OptionError, match="filter 'look' needs the look of a file: search --look"):
        load_chain(["tone", "look"])
