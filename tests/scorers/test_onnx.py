"""ONNX networks: small ones made here, and NIMA."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import (
    BlackcamoError,
    InputError,
    MissingExtraError,
    OptionError,
    ScorerError,
    WeightsError,
)
from blackcamo.images import load_photo
from blackcamo.scorers import load_scorer
from blackcamo.testing import ScorerContract
from blackcamo.types import Scorer, ScorerOptions

pytest.importorskip("onnx")
from onnx import TensorProto, helper

from tests.scorers.networks import PERCENT_OF_GREEN, green, save_means

NIMA_DESCRIPTION = Path(__file__).parents[1] / "data" / "nima_technical.onnx.toml"


class TestContract(ScorerContract):
    @pytest.fixture(autouse=True)
    def _network(self, tmp_path: Path) -> None:
        self.path = save_means(tmp_path / "means.onnx")

    def make_scorer(self) -> Scorer:
        return load_scorer(f"onnx:{self.path}", ScorerOptions(device="cpu"))


class TestNimaContract(ScorerContract):
    @pytest.fixture(autouse=True)
    def _network(self, data_dir: Path) -> None:
        self.path = data_dir / "weights" / "nima_technical.onnx"

    def make_scorer(self) -> Scorer:
        extra = {"description": str(NIMA_DESCRIPTION), "batch": "3"}
        return load_scorer(f"onnx:{self.path}", ScorerOptions(device="cpu", extra=extra))


def test_nima_is_what_its_contract_says(data_dir: Path, kodak: list[Path]) -> None:
    ort = pytest.importorskip("onnxruntime")
    network = data_dir / "weights" / "nima_technical.onnx"
    options = ScorerOptions(extra={"description": str(NIMA_DESCRIPTION)})
    scorer = load_scorer(f"onnx:{network}", options)
    assert scorer.info.name == "nima-technical"
    assert scorer.info.threshold == 50
    session = ort.InferenceSession(network, providers=["CPUExecutionProvider"])
    photos = [load_photo(path).pixels for path in kodak[::8]]
    for photo, score in zip(photos, scorer.score(photos, reference=True), strict=True):
        small = Image.fromarray(photo).resize((224, 224), Image.Resampling.NEAREST)
        fed = np.asarray(small, dtype=np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
        shares = session.run(["probs"], {"input": fed})[0][0].astype(np.float64)
        assert score == pytest.approx((shares @ np.arange(1, 11) - 1) / 9 * 100, abs=1e-3)


def test_the_described_number_is_the_score(tmp_path: Path) -> None:
    scorer = load_scorer(f"onnx:{save_means(tmp_path / 'means.onnx')}")
    scores = scorer.score([green(20), green(60, 7, 5), green(100)])
    np.testing.assert_allclose(scores, [20, 60, 100], atol=1e-4)


def test_channels_last_and_whole_numbers_in(tmp_path: Path) -> None:
    path = save_means(
        tmp_path / "bytes.onnx",
        shape=(1, 8, 8, 3),
        kind=TensorProto.UINT8,
        axes=(1, 2),
        description="[input]\nwidth_px = 8\nheight_px = 8\nlayout = 'nhwc'\n"
        "pixel_range = [0, 255]\n[output]\ncolumn = 1\nrange = [0, 255]\n",
    )
    # The network takes one picture at a time, so a batch is not for it.
    scorer = load_scorer(f"onnx:{path}", ScorerOptions(extra={"batch": "4"}))
    np.testing.assert_allclose(scorer.score([green(20), green(60), green(100)]), [20, 60, 100])


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_other_kinds_of_floats(tmp_path: Path, kind: int) -> None:
    path = save_means(tmp_path / "means.onnx", kind=kind)
    np.testing.assert_allclose(load_scorer(f"onnx:{path}").score([green(60)]), [60], atol=0.05)


@pytest.mark.parametrize("shown", [1, 3, 4, 6])
def test_a_fixed_number_of_pictures_is_filled_up(tmp_path: Path, shown: int) -> None:
    path = save_means(tmp_path / "four.onnx", shape=(4, 3, "h", "w"))
    scorer = load_scorer(f"onnx:{path}")
    percents = [20, 60, 100, 0, 40, 80][:shown]
    pictures = [green(percent) for percent in percents]
    np.testing.assert_allclose(scorer.score(pictures), percents, atol=1e-4)
    np.testing.assert_allclose(scorer.score(pictures, reference=True), percents, atol=1e-4)
    # Pictures of another size are a batch of their own.
    assert scorer.score([pictures[0], green(40, 7, 9)]) == pytest.approx([20, 40], abs=1e-4)


MEAN_OF_GREEN = (
    helper.make_node("Constant", [], ["one"], value_ints=[1]),
    helper.make_node("Gather", ["means", "one"], ["greens"], axis=1),
)


@pytest.mark.parametrize("shape", [("n", 3, "h", "w"), (1, 3, "h", "w"), (4, 3, "h", "w")])
@pytest.mark.parametrize("last", ["Squeeze", "ReduceMean"])
def test_an_output_that_is_one_bare_number(
    tmp_path: Path, shape: tuple[str | int, ...], last: str
) -> None:
    ends = {
        "Squeeze": helper.make_node("Squeeze", ["greens"], ["bare"]),
        "ReduceMean": helper.make_node("ReduceMean", ["greens"], ["bare"], keepdims=0),
    }
    path = save_means(
        tmp_path / "bare.onnx",
        shape=shape,
        nodes=(*MEAN_OF_GREEN, ends[last]),
        outputs=("bare",),
        description="[output]\nrange = [0, 1]\n",
    )
    scorer = load_scorer(f"onnx:{path}", ScorerOptions(extra={"batch": "3"}))
    for reference in (False, True):
        scores = scorer.score([green(20), green(60), green(100)], reference=reference)
        np.testing.assert_allclose(scores, [20, 60, 100], atol=1e-4)


def test_a_distribution_without_a_dimension_for_its_picture(tmp_path: Path) -> None:
    path = save_means(
        tmp_path / "bare.onnx",
        nodes=(helper.make_node("Squeeze", ["means"], ["bare"]),),
        outputs=("bare",),
        description="[output]\nvalues = [0, 100, 0]\n",
    )
    assert load_scorer(f"onnx:{path}").score([green(60)]) == pytest.approx([60], abs=1e-4)


def test_options_go_over_the_description(tmp_path: Path) -> None:
    path = save_means(tmp_path / "means.onnx")
    other = tmp_path / "other.toml"
    other.write_text("name = 'blue'\n[output]\ncolumn = 2\n", encoding="utf-8")
    plain = load_scorer(f"onnx:{path}").info
    assert (plain.name, plain.low, plain.high, plain.engine) == ("means", 0, 100, "onnxruntime")
    options = ScorerOptions(threshold=0.4, high=1, extra={"description": str(other)})
    scorer = load_scorer(f"onnx:{path}", options)
    assert (scorer.info.name, scorer.info.high, scorer.info.threshold) == ("blue", 1, 0.4)
    assert scorer.info.digest != plain.digest
    assert scorer.score([green(50)]) == [0]


def test_preprocess_replaces_the_mode(tmp_path: Path) -> None:
    size = "[input]\nwidth_px = 8\nheight_px = 8\n"
    path = save_means(tmp_path / "means.onnx", description=size + PERCENT_OF_GREEN)
    half = np.concatenate([green(0, 16, 8), green(100, 16, 8)], axis=1)
    stretched = load_scorer(f"onnx:{path}")
    cropped = load_scorer(f"onnx:{path}", ScorerOptions(preprocess="crop"))
    assert stretched.info.preprocess == "stretch to 8x8, bilinear"
    assert cropped.info.digest != stretched.info.digest
    np.testing.assert_allclose(cropped.score([half, half[:7]]), [50, np.nan], atol=1e-4)


def test_a_picture_that_the_network_refuses_gives_nan(tmp_path: Path) -> None:
    whole = helper.make_tensor("four", TensorProto.INT64, [1], [4])
    constant = helper.make_node("Constant", [], ["four"], value=whole)
    # Only pictures of four rows reshape to themselves.
    rows = helper.make_tensor("shape", TensorProto.INT64, [4], [0, 0, 4, -1])
    shape = helper.make_node("Constant", [], ["shape"], value=rows)
    four = helper.make_node("Reshape", ["floats", "shape"], ["reshaped"])
    last = helper.make_node("Add", ["floats", "reshaped"], ["sum"])
    reduce = helper.make_node("ReduceMean", ["sum", "axes"], ["twice"], keepdims=0)
    path = save_means(
        tmp_path / "picky.onnx", nodes=(constant, shape, four, last, reduce), outputs=("twice",)
    )
    scorer = load_scorer(f"onnx:{path}")
    np.testing.assert_allclose(
        scorer.score([green(20, 4, 9), green(20, 8, 9), green(40, 4, 6)]),
        [40, np.nan, 80],
        atol=1e-3,
    )
    with pytest.raises(ScorerError, match=r"cannot score pictures of shape \(3, 8, 9\)") as caught:
        scorer.score([green(20, 8, 9)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("description", "says"),
    [
        ("", "gives 3 numbers a picture; say in .output."),
        ("[output]\ncolumn = 3", "gives 3 numbers a picture"),
        ("[output]\nvalues = [1, 2]", "gives 3 numbers a picture"),
        ("[output]\ntensor = 'mean'", "unknown output tensor 'mean'; did you mean 'means'"),
        ("[input]\nlayout = 'nhwc'", "correct its layout, width_px or height_px"),
    ],
)
def test_descriptions_of_another_network(tmp_path: Path, description: str, says: str) -> None:
    path = save_means(tmp_path / "means.onnx", description=description)
    with pytest.raises(ScorerError, match=says):
        load_scorer(f"onnx:{path}").score([green(50)])


def test_networks_of_another_form(tmp_path: Path) -> None:
    fixed = save_means(tmp_path / "fixed.onnx", shape=("n", 3, 8, 8))
    with pytest.raises(ScorerError, match="correct its layout, width_px or height_px"):
        load_scorer(f"onnx:{fixed}")
    flat = save_means(tmp_path / "flat.onnx", shape=("n", 3, "w"), axes=(1, 2))
    with pytest.raises(ScorerError, match="has the shape"):
        load_scorer(f"onnx:{flat}")
    whole = save_means(tmp_path / "whole.onnx", kind=TensorProto.INT64)
    with pytest.raises(ScorerError, match=r"input 'picture' is tensor\(int64\)"):
        load_scorer(f"onnx:{whole}")
    twice = helper.make_node("Add", ["means", "means"], ["twice"])
    several = save_means(tmp_path / "two.onnx", nodes=(twice,), outputs=("means", "twice"))
    with pytest.raises(ScorerError, match=r"several outputs \(means, twice\)"):
        load_scorer(f"onnx:{several}")
    pooled = save_means(tmp_path / "pooled.onnx", axes=(0, 2), description="[output]\ncolumn = 0")
    with pytest.raises(ScorerError, match="its first dimension must be theirs"):
        load_scorer(f"onnx:{pooled}").score([green(50)])


def test_files_that_are_no_networks(tmp_path: Path) -> None:
    def load(content: bytes | None) -> BlackcamoError:
        path = tmp_path / "model.onnx"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        (tmp_path / "model.onnx.toml").write_text("")
        with pytest.raises(BlackcamoError) as caught:
            load_scorer(f"onnx:{path}")
        assert "\n" not in str(caught.value)
        assert str(path) in str(caught.value)
        return caught.value

    assert isinstance(load(None), InputError)
    assert isinstance(load(b""), WeightsError)
    assert isinstance(load(b"garbage"), WeightsError)
    whole = save_means(tmp_path / "whole.onnx").read_bytes()
    assert isinstance(load(whole[: len(whole) // 2]), WeightsError)


def test_a_network_without_description(tmp_path: Path) -> None:
    path = save_means(tmp_path / "means.onnx")
    path.with_name("means.onnx.toml").unlink()
    with pytest.raises(InputError, match=r"no description .*means\.onnx\.toml"):
        load_scorer(f"onnx:{path}")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (ScorerOptions(engine="torch"), "unknown engine"),
        (ScorerOptions(preprocess="fit"), "unknown preprocess"),
        (ScorerOptions(extra={"thread": "1"}), "did you mean 'threads'"),
        (ScorerOptions(extra={"batch": "0"}), "batch is 0"),
        (ScorerOptions(device="gpu"), "unknown device 'gpu'"),
        (ScorerOptions(threshold=101), "threshold is 101"),
    ],
)
def test_options_that_it_does_not_have(tmp_path: Path, options: ScorerOptions, says: str) -> None:
    path = save_means(tmp_path / "means.onnx")
    with pytest.raises(OptionError, match=says):
        load_scorer(f"onnx:{path}", options)


def test_a_gpu_that_this_onnx_runtime_cannot_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ort = pytest.importorskip("onnxruntime")
    monkeypatch.setattr(ort, "get_available_providers", lambda: ["CPUExecutionProvider"])
    path = save_means(tmp_path / "means.onnx")
    with pytest.raises(OptionError, match="pip install onnxruntime-gpu"):
        load_scorer(f"onnx:{path}", ScorerOptions(device="cuda"))


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    path = save_means(tmp_path / "means.onnx")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"pip install .*\[onnx\]'"):
        load_scorer(f"onnx:{path}")


def test_an_argument_is_needed() -> None:
    with pytest.raises(OptionError, match="onnx:FILE"):
        load_scorer("onnx")
