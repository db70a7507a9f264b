"""Every engine gives the answer of plain torch, whatever else it is asked at the same time."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from blackcamo.engines import Engine, Normalise, Stages, build
from blackcamo.engines.stages import fold_batch_norm
from blackcamo.engines.torch import TorchEngine
from blackcamo.errors import MissingExtraError, OptionError
from blackcamo.types import Pixels

SIZE = (48, 64)


class Body(nn.Module):
    """Convolutions with and without BatchNorm after them, two branches, a global mean."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.left = nn.Conv2d(16, 24, 3, padding=1)
        self.right = nn.Sequential(nn.Conv2d(16, 8, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.pool = nn.MaxPool2d(3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.conv(x)))
        return torch.cat([self.left(x), self.right(x)], 1).mean((2, 3))


def body() -> nn.Module:
    torch.manual_seed(3)
    module = Body()
    bounds = {"running_mean": (-0.3, 0.3), "running_var": (0.5, 1.5), "weight": (0.5, 1.5)}
    for norm in (module.norm, module.right[1]):
        values = norm.state_dict()
        for name, (low, high) in bounds.items():
            nn.init.uniform_(values[name], low, high)
    return module.eval()


@pytest.fixture(scope="module")
def stages() -> Stages:
    torch.manual_seed(4)
    head = nn.Sequential(nn.Linear(32, 8), nn.ReLU(), nn.Linear(8, 2))
    return Stages(prepare=Normalise(scale=2.0, shift=-1.0), body=body(), head=head)


@pytest.fixture(scope="module", params=["torch", "openvino", "onnxruntime"])
def engine(request: pytest.FixtureRequest, stages: Stages) -> Engine:
    return build(stages, size=SIZE, engine=request.param, device="cpu")


def pictures(*sizes: tuple[int, int]) -> list[Pixels]:
    rng = np.random.default_rng(5)
    return [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]


def expected(stages: Stages, images: list[Pixels]) -> np.ndarray:
    with torch.inference_mode():
        return np.concatenate([stages(torch.tensor(image)[None]).numpy() for image in images])


def test_reference_is_plain_torch(engine: Engine, stages: Stages) -> None:
    images = pictures(SIZE, SIZE, (37, 91), SIZE, (64, 48))
    np.testing.assert_allclose(
        engine.run(images, reference=True), expected(stages, images), rtol=1e-5, atol=1e-5
    )


def test_search_is_as_near_as_its_precision(engine: Engine, stages: Stages) -> None:
    images = pictures(*[SIZE] * 5)
    tolerance = {"fp32": 1e-5, "bf16": 2e-2}[engine.precision]
    np.testing.assert_allclose(
        engine.run(images), expected(stages, images), rtol=tolerance, atol=tolerance
    )


def test_neighbours_and_repetition_change_nothing(engine: Engine) -> None:
    images = pictures(SIZE, (37, 91), SIZE, SIZE)
    together = engine.run(images)
    alone = np.concatenate([engine.run([image]) for image in images])
    np.testing.assert_array_equal(together, alone)
    reference = engine.run(images, reference=True)
    np.testing.assert_array_equal(reference, engine.run(images, reference=True))


def test_read_only_and_strided_pictures(engine: Engine) -> None:
    (image,) = pictures((96, 128))
    half = image[::2, ::2]
    half.flags.writeable = False
    np.testing.assert_array_equal(engine.run([half]), engine.run([half.copy()]))


def test_low_precision_batches_are_filled_up(stages: Stages) -> None:
    engine = TorchEngine(stages, device="cpu", precision="bf16")
    images = pictures(*[SIZE] * 17, (37, 91), *[SIZE] * 3)
    together = engine.run(images)
    alone = np.concatenate([engine.run([image]) for image in images])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_allclose(together, expected(stages, images), rtol=2e-2, atol=2e-2)
    # Not by computing in fp32 after all.
    assert not np.allclose(together, expected(stages, images), rtol=1e-5, atol=1e-5)


def test_memory_that_runs_out_halves_the_batch(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TorchEngine(stages, device="cpu", precision="bf16")
    whole, asked = engine._batch_features, []

    def scarce(images: list[Pixels]) -> Tensor:
        asked.append(len(images))
        if len(images) > 4:
            raise torch.cuda.OutOfMemoryError
        return whole(images)

    images = pictures(*[SIZE] * 6)
    before = engine.run(images)
    monkeypatch.setattr(engine, "_batch_features", scarce)
    np.testing.assert_allclose(engine.run(images), before, rtol=2e-2, atol=2e-2)
    assert asked == [16, 8, 4, 4]


def test_folding_leaves_no_batch_norm_and_the_same_answer() -> None:
    module = body()
    folded = fold_batch_norm(module)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in folded.modules())
    x = torch.randn(2, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(folded(x), module(x), rtol=1e-5, atol=1e-5)


def test_auto_is_openvino_where_installed(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    assert build(stages, size=SIZE, device="cpu").name == "openvino"
    monkeypatch.setattr("blackcamo.engines.base.find_spec", lambda name: None)
    assert build(stages, size=SIZE, device="cpu").name == "torch"


def test_openvino_reports_to_nobody(stages: Stages) -> None:
    build(stages, size=SIZE, engine="openvino")
    # Every module of OpenVINO that could send holds the stub that does nothing.
    senders = [
        m for name, m in sys.modules.items() if name.startswith("openvino") and "tm" in dir(m)
    ]
    assert senders
    assert {m.tm.__name__ for m in senders} == {"openvino.tools.ovc.telemetry_stub"}


def test_engines_that_cannot_be_had(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionError, match="unknown engine 'openvin'; did you mean 'openvino'"):
        build(stages, size=SIZE, engine="openvin")
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"pip install .*\[cpu\]'"):
        build(stages, size=SIZE, engine="openvino")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_gpu_agrees_and_openvino_stays_on_the_cpu(stages: Stages) -> None:
    images = pictures(*[SIZE] * 18, (37, 91))
    wanted = expected(stages, images)
    engine = build(stages, size=SIZE, device="cuda")
    together = engine.run(images)
    assert engine.precision in {"bf16", "fp16"}
    np.testing.assert_allclose(together, wanted, rtol=2e-2, atol=2e-2)
    alone = np.concatenate([engine.run([image]) for image in images])
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-5)
    np.testing.assert_allclose(engine.run(images, reference=True), wanted, rtol=1e-5, atol=1e-5)
    with pytest.raises(OptionError, match="runs on CPUs, not on 'cuda'"):
        build(stages, size=SIZE, engine="openvino", device="cuda")
