from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from blackcamo.errors import OptionError, UnknownNameError
from blackcamo.filters import Chain, load_chain
from blackcamo.filters.geometry import Geometry
from blackcamo.filters.grain import Grain
from blackcamo.filters.tone import Tone
from blackcamo.testing import make_photo
from blackcamo.types import Frame, Param, Params
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.lut import identity_nodes

FAMILIES = (
    "geometry",
    "tone",
    "curves",
    "film",
    "colour",
    "hsl",
    "mono",
    "depth",
    "detail",
    "optics",
    "grain",
    "weave",
    "sampled",
    "recompression",
)


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain()


def candidates(chain: Chain, count: int, *, seed: int = 0) -> list[dict[str, float]]:
    rng = np.random.default_rng(seed)
    return [chain.space.decode(v) for v in rng.uniform(-1, 1, (count, chain.space.dimension))]


class Twist:
    """A look of a third party that needs a finer table."""

    name = "twist"
    lut_size = 65
    params = (Param("twist_percent", 0, 100, 0, "%", "channels turned round"),)

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        return torch.lerp(rgb, rgb.roll(1, dims=1), params["twist_percent"].view(-1, 1, 1, 1) / 100)


class Probe:
    """A spatial filter that records which candidates reach it."""

    name = "probe"
    params = (Param("probe_level", 0, 1, 0, "", "probe"),)

    def __init__(self) -> None:
        self.seen: list[list[float]] = []

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        self.seen.append([seed, *params["probe_level"].tolist()])
        return rgb * 0.5


class Whisper:
    """A spatial filter that hides."""

    name = "whisper"
    hidden = True
    params = (Param("whisper_level", 0, 1, 0, "", "whisper"),)

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        return rgb * (1 - 0.01 * params["whisper_level"].view(-1, 1, 1, 1))


class Mirror:
    name = "mirror"
    params = (Param("mirror_percent", 0, 1, 0, "%", "mirrored"),)

    def frame(self, params: Mapping[str, float], height_px: int, width_px: int) -> Frame:
        return Frame(0.5, 0.5, 1, 1, 0, height_px, width_px)


def test_all_families_in_their_order_whatever_was_asked(chain: Chain) -> None:
    assert tuple(f.name for f in chain.filters) == FAMILIES
    asked = load_chain(["weave", "grain", "colour", "tone", "geometry"])
    assert [f.name for f in asked.filters] == ["geometry", "tone", "colour", "grain", "weave"]


def test_third_parties_follow_the_built_in_ones_of_their_kind() -> None:
    chain = Chain([Probe(), Grain(), Twist(), Tone(), Whisper()])
    assert [f.name for f in chain.filters] == ["tone", "twist", "grain", "probe", "whisper"]
    assert chain.space.lut_size == 65
    assert chain.bake({"twist_percent": 50}).shape == (3, 65, 65, 65)


def test_unknown_and_contradictory_filters_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'grain'"):
        load_chain(["grian"])
    with pytest.raises(OptionError, match=r"no filter is named; choose from .*tone"):
        load_chain([])
    with pytest.raises(OptionError, match="'tone' is named twice"):
        load_chain(["tone", "tone"])
    with pytest.raises(OptionError, match="'geometry' and 'mirror' are both geometries"):
        Chain([Mirror(), Geometry()])
    with pytest.raises(OptionError, match="is no filter"):
        Chain([object()])  # type: ignore[list-item]
    with pytest.raises(OptionError, match="seed is -1"):
        load_chain(["tone"], seed=-1)


def test_values_are_checked(chain: Chain) -> None:
    with pytest.raises(OptionError, match="'exposure_ev' is 9"):
        chain.render(make_photo(), [{"exposure_ev": 9}])
    with pytest.raises(OptionError, match="did you mean 'exposure_ev'"):
        chain.bake({"exposure": 0.1})


def test_neutral_is_the_photo_itself(chain: Chain, kodak: list[Path]) -> None:
    for path in kodak[:3]:
        pixels = np.asarray(Image.open(path).convert("RGB"))
        rendered = chain.render(to_rgb(pixels), [{}])[0]
        np.testing.assert_array_equal(to_pixels(rendered.filtered), pixels)
        assert rendered.frame == Frame(0.5, 0.5, 1.0, 1.0, 0.0, *pixels.shape[:2])


def test_neutral_bakes_to_the_identity(chain: Chain) -> None:
    assert torch.equal(chain.bake({}), identity_nodes(33).view(3, 33, 33, 33))


def test_filters_see_only_candidates_that_use_them() -> None:
    probe = Probe()
    chain = Chain([probe], seed=5, together_px=1 << 20)
    photo = make_photo()
    levels = [0.0, 0.25, 0.0, 0.75]
    rendered = chain.render(photo, [{"probe_level": level} for level in levels])
    assert probe.seen == [[5, 0.25, 0.75]]
    for level, one in zip(levels, rendered, strict=True):
        assert torch.equal(one.filtered, photo * 0.5 if level else photo)


def test_order_of_results_is_that_of_the_candidates() -> None:
    chain = Chain([Geometry()], together_px=1 << 20)
    crops = [3.0, 0.0, 12.0, 3.0, 1.5]
    rendered = chain.render(make_photo(200, 400), [{"crop_percent": c} for c in crops])
    assert [r.frame.width_px for r in rendered] == [round(400 * (1 - c / 100)) for c in crops]
    for one in rendered:
        assert one.filtered.shape == (3, one.frame.height_px, one.frame.width_px)


def test_one_call_gives_bit_for_bit_what_single_calls_give(chain: Chain) -> None:
    photo, params = make_photo(), candidates(chain, 6)
    for values, rendered in zip(params, chain.render(photo, params), strict=True):
        alone = chain.render(photo, [values])[0]
        assert torch.equal(alone.filtered, rendered.filtered)
        assert torch.equal(alone.graded, rendered.graded)
        assert torch.equal(alone.aligned, rendered.aligned)


def test_batches_as_on_a_gpu_give_the_same(chain: Chain) -> None:
    photo, params = make_photo(), [*candidates(chain, 6), {}, {"exposure_ev": 0.2}]
    together = Chain(chain.filters, together_px=1 << 20)
    for one, other in zip(chain.render(photo, params), together.render(photo, params), strict=True):
        torch.testing.assert_close(other.filtered, one.filtered, atol=1e-5, rtol=0)
        assert one.frame == other.frame


@pytest.mark.gpu
def test_a_gpu_agrees_with_the_cpu(chain: Chain) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    photo, params = make_photo(384, 512), candidates(chain, 8)
    on_gpu = load_chain(device="cuda").render(photo, params)
    for one, other in zip(chain.render(photo, params), on_gpu, strict=True):
        assert (one.filtered - other.filtered.cpu()).abs().max() < 1 / 255


def test_the_steps_are_kept_apart(chain: Chain) -> None:
    photo = make_photo()
    look = chain.render(photo, [{"exposure_ev": 0.3}])[0]
    assert torch.equal(look.aligned, photo)
    assert not torch.equal(look.graded, photo)
    assert torch.equal(look.filtered, look.graded)
    spatial = chain.render(photo, [{"grain_percent": 2.0}])[0]
    assert torch.equal(spatial.graded, photo)
    assert not torch.equal(spatial.filtered, photo)


def test_what_hides_is_no_part_of_the_styled_picture() -> None:
    photo = make_photo()
    chain = Chain([Whisper(), Grain()])
    styled, hiding = chain.render(
        photo, [{"grain_percent": 2.0}, {"grain_percent": 2.0, "whisper_level": 1.0}]
    )
    assert styled.styled.data_ptr() == styled.filtered.data_ptr()
    assert torch.equal(hiding.styled, styled.filtered)
    torch.testing.assert_close(hiding.filtered, styled.filtered * 0.99, atol=1e-6, rtol=0)


def test_only_families_that_do_something_are_active(chain: Chain) -> None:
    params = {"exposure_ev": 0.2, "mono_percent": 0.0, "mono_red_percent": 60.0, "weave_jnd": 1.0}
    assert [f.name for f in chain.active(params)] == ["tone", "weave"]
    assert chain.active({}) == []
    with pytest.raises(OptionError, match="did you mean 'weave_jnd'"):
        chain.active({"weave_jdn": 1.0})


@pytest.mark.parametrize("family", ["tone", "curves", "film", "colour", "hsl", "mono"])
def test_a_chain_of_one_look_is_that_look(family: str) -> None:
    photo = make_photo().unsqueeze(0)
    looks = load_chain([family])
    (look,) = looks.filters
    for values in candidates(looks, 3):
        tensors = {name: torch.tensor([value]) for name, value in values.items()}
        alone = look.grade(photo, tensors)  # type: ignore[attr-defined]
        torch.testing.assert_close(looks.look(photo, [values]), alone, atol=1e-6, rtol=0)


def test_keep_size_gives_the_photo_size(chain: Chain) -> None:
    photo = make_photo()
    rendered = chain.render(photo, [{"crop_percent": 12.0}], keep_size=True)[0]
    assert rendered.filtered.shape == photo.shape
    assert (rendered.frame.height_px, rendered.frame.width_px) == photo.shape[1:]
    small = chain.render(photo, [{"crop_percent": 12.0}])[0]
    assert small.filtered.shape[1] < photo.shape[1]
    # The same window of the photo.
    assert rendered.frame.width == small.frame.width


def test_the_look_is_what_the_families_say_within_the_tables_error(chain: Chain) -> None:
    photo = make_photo(192, 256)
    looks = Chain([f for f in chain.filters if hasattr(f, "grade")])
    for vector in np.random.default_rng(3).uniform(-0.6, 0.6, (6, looks.space.dimension)):
        params = looks.space.decode(vector)
        exact = looks.look(photo.unsqueeze(0), [params])
        baked = looks.render(photo, [params])[0].filtered
        error_levels = (baked - exact[0]).abs().flatten() * 255
        # Some levels in strong colours at strong settings, hardly any elsewhere.
        assert error_levels.max() < 9
        assert error_levels.mean() < 0.3
