"""Steps keep their contract, and do what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from blackcamo import plugins
from blackcamo.channels import Passage, load_step
from blackcamo.errors import MissingExtraError, OptionError
from blackcamo.testing import StepContract, make_photo
from blackcamo.types import Pixels, Step
from blackcamo.vision.arrays import to_pixels


@pytest.fixture
def pixels() -> Pixels:
    return to_pixels(make_photo(96, 128))


SPECS = (
    "jpeg:75", "jpeg:90/4:4:4", "canvas:90", "webp:80", "avif:75", "mozjpeg:80", "resize:64",
    "resize:75%", "resize:70%/area", "crop:1", "sharpen:80",
    "blur:1", "denoise:3", "median:3", "levels:0.5", "equalise", "white-balance", "bits:5", "flip",
)  # fmt: skip


@pytest.mark.parametrize("spec", SPECS)
class TestSteps(StepContract):
    @pytest.fixture(autouse=True)
    def _spec(self, spec: str) -> None:
        self.spec = spec
        if spec.startswith("mozjpeg"):
            pytest.importorskip("pyvips", reason="the extra 'channels' is not installed")

    def make_step(self) -> Step:
        return load_step(self.spec)


def test_every_step_is_tried_here() -> None:
    assert {spec.partition(":")[0] for spec in SPECS} == set(plugins.names("channels"))


def test_a_step_that_remembers_breaks_the_contract() -> None:
    class Fading:
        spec, sent = "jpeg:75", 0

        def send(self, pixels: Pixels) -> Pixels:
            Fading.sent += 1
            return np.asarray(pixels // Fading.sent, np.uint8)

    class Broken(StepContract):
        def make_step(self) -> Step:
            return Fading()

    with pytest.raises(AssertionError):
        Broken().test_the_same_every_time()


def levels(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_lower_qualities_are_farther_from_what_was_sent(pixels: Pixels) -> None:
    for codec in ("jpeg", "canvas", "webp", "avif"):
        off = [levels(load_step(f"{codec}:{q}").send(pixels), pixels) for q in (95, 75, 40)]
        assert 0 < off[0] < off[1] < off[2] < 12


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        ("resize:64", (48, 64)), ("resize:1280", (96, 128)), ("resize:75%/area", (72, 96)),
        ("resize:110%", (106, 141)), ("crop:1", (95, 127)), ("crop:4000", (1, 1)),
    ],
)  # fmt: skip
def test_sizes(pixels: Pixels, spec: str, shape: tuple[int, int]) -> None:
    assert load_step(spec).send(pixels).shape[:2] == shape


def test_kernels_differ_and_a_crop_keeps_what_it_leaves(pixels: Pixels) -> None:
    made = [load_step(f"resize:70%/{k}").send(pixels) for k in ("lanczos", "area", "bicubic")]
    assert levels(made[0], made[1]) > 0 < levels(made[0], made[2])
    np.testing.assert_array_equal(load_step("crop:3").send(pixels), pixels[3:, 3:])
    sharp = load_step("sharpen:200").send(pixels)
    assert sharp.std() > pixels.std()


def test_what_a_defender_does(pixels: Pixels) -> None:
    np.testing.assert_array_equal(load_step("flip").send(pixels), pixels[:, ::-1])
    assert len(np.unique(load_step("bits:2").send(pixels))) == 4
    grey = load_step("white-balance").send(np.asarray(pixels * [1.0, 0.8, 0.6], np.uint8))
    assert np.ptp(grey.mean((0, 1))) < 3
    flat = np.asarray(100 + pixels * 0.1, np.uint8)
    for spec in ("levels:0.5", "equalise"):
        assert load_step(spec).send(flat).std() > 3 * flat.std()
    rough = np.abs(np.diff(pixels.astype(int), axis=1)).mean()
    for spec in ("blur:1", "median:3", "denoise:10"):
        smooth = load_step(spec).send(pixels)
        assert np.abs(np.diff(smooth.astype(int), axis=1)).mean() < rough


def test_a_channel_is_its_steps_one_after_the_other(pixels: Pixels) -> None:
    steps = "crop:1+resize:75%+jpeg:80"
    by_hand = pixels
    for step in steps.split("+"):
        by_hand = load_step(step).send(by_hand)
    channel = Passage.parse(steps)
    np.testing.assert_array_equal(channel.send(pixels), by_hand)
    assert Passage.parse(channel.spec) == Passage(channel.spec, channel.steps)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("jpeg:0", "quality is '0'; it must be a number from 1 to 100"),
        ("jpeg:nan", "quality is 'nan'; it must be a number"),
        ("webp:80.5", "quality is '80.5'; it must be a whole number"),
        ("jpeg:90/4:1:1", "must be one of 4:4:4, 4:2:2, 4:2:0"),
        ("flip:3", "flip takes no argument"),
        ("median:4", "side \\(px\\) is '4'; it must be one of 3, 5"),
        ("resize:75%/nearest", "kernel is 'nearest'; it must be one of lanczos"),
        ("resize:", "long side \\(px\\) is ''; it must be a number from 16 to 16384"),
        ("resize:1e9%", "size \\(percent\\) is '1e9'; it must be a number from 1 to 200"),
        ("+".join(["crop:1"] * 17), "17 steps; it must have at most 16"),
    ],
)
def test_arguments_out_of_bounds_are_refused(spec: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Passage.parse(spec)


def test_a_missing_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyvips", None)
    with pytest.raises(MissingExtraError, match=r"pip install .*\[channels\]'"):
        load_step("mozjpeg:80")
