from __future__ import annotations

import contextlib
import io
import json
import math
import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from blackcamo.errors import BlackcamoError, InputError, OptionError, ScorerError, WeightsError
from blackcamo.scorers import load_scorer
from blackcamo.scorers.aten import Program
from blackcamo.scorers.pt2 import read_archive
from blackcamo.types import Pixels, ScorerOptions

Edit = Callable[[bytes], bytes]
GRAPH = "models/model.json"
WEIGHTS = "data/weights/model_weights_config.json"
SAMPLES = "data/sample_inputs/model.pt"
OWN_SIZE = "[output]\nvalues = [1, 2, 3, 4, 5]\nrange = [1, 5]\n"


class Net(nn.Module):
    """Convolution, normalisation, views, several results and sizes that vary."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.head = nn.Linear(6, 5)
        self.gain = nn.Buffer(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        x = nn.functional.silu(self.norm(self.conv(x)))
        first, second = torch.split(x, 3, dim=1)
        x = torch.cat([second, first * torch.tensor(0.5)], 1)
        x = nn.functional.interpolate(x, size=(height // 2, width // 2), mode="bilinear")
        x = x.reshape(x.shape[0], 6, -1).mean(-1) * self.gain
        probs: Tensor = self.head(x).softmax(-1)
        return probs


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.TransformerEncoderLayer(12, 3, 24, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        patches: Tensor = nn.functional.unfold(x, 2, stride=2).transpose(1, 2)
        y: Tensor = self.inner(patches).mean(dim=(1, 2))
        return y


class TwoResults(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.mean(), x.std()


class Branches(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = torch.cond(x.mean() > 0.5, lambda y: y.mean(), lambda y: y.std(), (x,))
        return result


def export(module: nn.Module, x: Tensor, **dynamic: Any) -> bytes:
    buffer = io.BytesIO()
    shapes = (dynamic["shape"],) if dynamic else None
    torch.export.save(torch.export.export(module, (x,), dynamic_shapes=shapes), buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def net() -> nn.Module:
    torch.manual_seed(0)
    net = Net()
    net(torch.rand(8, 3, 20, 20))  # so that the running statistics are not 0 and 1
    return net.eval()


@pytest.fixture(scope="module")
def archive(net: nn.Module) -> bytes:
    batch = torch.export.Dim("batch", min=1, max=64)
    height, width = (torch.export.Dim(n, min=8, max=2000) for n in ("height", "width"))
    return export(net, torch.rand(2, 3, 32, 40), shape={0: batch, 2: height, 3: width})


@pytest.fixture
def install(tmp_path: Path) -> Callable[..., str]:
    def write(data: bytes, description: str = OWN_SIZE) -> str:
        (tmp_path / "net.pt2").write_bytes(data)
        (tmp_path / "net.pt2.toml").write_text(description)
        return f"torch-export:{tmp_path / 'net.pt2'}"

    return write


def photos(*sizes: tuple[int, int]) -> list[Pixels]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in sizes]


def edited(data: bytes, edits: dict[str, Edit | None], *, compress: bool = False) -> bytes:
    """The archive with records changed (or left out, for None)."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for entry in old.infolist():
            edit = edits.get(entry.filename.partition("/")[2], bytes)
            if edit is not None:
                new.writestr(entry.filename, edit(old.read(entry)))
    return buffer.getvalue()


def in_json(change: Callable[[Any], None]) -> Edit:
    def edit(content: bytes) -> bytes:
        document = json.loads(content)
        change(document)
        return json.dumps(document).encode()

    return edit


def program(data: bytes) -> Program:
    return Program(read_archive(data, "net.pt2"), name="net.pt2", device="cpu")


@pytest.mark.parametrize("shape", [(1, 3, 8, 8), (2, 3, 33, 51), (5, 3, 64, 40)])
def test_a_network_gives_what_it_gave_before_the_export(
    net: nn.Module, archive: bytes, shape: tuple[int, ...]
) -> None:
    x = torch.rand(shape)
    with torch.no_grad():
        assert torch.equal(program(archive)(x), net(x))


def test_attention_too() -> None:
    torch.manual_seed(0)
    module = Attention().eval()
    x = torch.rand(1, 3, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(program(export(module, x))(x), module(x))


def test_scores_are_the_descriptions_reading_of_the_networks_numbers(
    net: nn.Module, archive: bytes, install: Callable[..., str]
) -> None:
    scorer = load_scorer(install(archive), ScorerOptions(device="cpu"))
    images = photos((20, 30), (41, 17), (20, 30))
    for image, score in zip(images, scorer.score(images), strict=True):
        with torch.no_grad():
            probs = net(torch.from_numpy(image).permute(2, 0, 1)[None] / 255)[0]
        mean = float(probs.double() @ torch.arange(1.0, 6.0, dtype=torch.float64))
        assert score == pytest.approx((mean - 1) / 4 * 100, abs=1e-4)


def test_a_picture_that_the_network_cannot_take_leaves_its_neighbours_alone(
    archive: bytes, install: Callable[..., str]
) -> None:
    scorer = load_scorer(install(archive))
    images = photos((7, 30), (16, 16), (30, 2001))
    scores = scorer.score(images)
    assert math.isnan(scores[0])
    assert math.isnan(scores[2])
    assert scores[1] == scorer.score(images[1:2], reference=True)[0]


def test_preprocess_replaces_the_descriptions_mode(
    archive: bytes, install: Callable[..., str]
) -> None:
    spec = install(archive, "[input]\nwidth_px = 32\nheight_px = 24\n" + OWN_SIZE)
    image = photos((48, 60))[0]
    stretched = load_scorer(spec)
    cut = load_scorer(spec, ScorerOptions(preprocess="crop"))
    assert "crop to 32x24" in cut.info.preprocess
    assert cut.score([image])[0] == stretched.score([image[12:36, 14:46]])[0]
    assert cut.score([image])[0] != stretched.score([image])[0]


def test_info(archive: bytes, install: Callable[..., str]) -> None:
    spec = install(archive, 'name = "mine"\n[score]\nhigh = 10\nthreshold = 6\n' + OWN_SIZE)
    info = load_scorer(spec, ScorerOptions(threshold=7, higher_is_better=False)).info
    assert (info.name, info.high, info.threshold, info.higher_is_better) == ("mine", 10, 7, False)
    other = load_scorer(install(archive, OWN_SIZE.replace("range = [1, 5]", ""))).info
    assert other.name == "net"
    assert other.digest != info.digest


def test_a_fixed_size_has_to_be_described(net: nn.Module, install: Callable[..., str]) -> None:
    data = export(net, torch.rand(1, 3, 24, 32))
    with pytest.raises(InputError, match="fixed size, 1 x 3 x 24 x 32"):
        load_scorer(install(data))
    with pytest.raises(InputError, match="pictures of 20x24"):
        load_scorer(install(data, "[input]\nwidth_px = 20\nheight_px = 24\n" + OWN_SIZE))
    spec = install(data, "[input]\nwidth_px = 32\nheight_px = 24\n" + OWN_SIZE)
    assert all(0 < score < 100 for score in load_scorer(spec).score(photos((50, 60), (3, 3))))


@pytest.mark.parametrize(
    ("shape", "description", "message"),
    [
        ((2, 3, 24, 32), "", "at least 2 pictures"),
        ((1, 3, 24, 32), 'layout = "nhwc"', "channels are not where"),
    ],
)
def test_a_network_of_another_form_is_refused(
    net: nn.Module,
    install: Callable[..., str],
    shape: tuple[int, ...],
    description: str,
    message: str,
) -> None:
    text = f"[input]\nwidth_px = 32\nheight_px = 24\n{description}\n{OWN_SIZE}"
    with pytest.raises(InputError, match=message):
        load_scorer(install(export(net, torch.rand(shape)), text))


def test_an_output_of_another_form_is_refused(archive: bytes, install: Callable[..., str]) -> None:
    with pytest.raises(ScorerError, match="gives 5 numbers a picture"):
        load_scorer(install(archive, "")).score(photos((20, 20)))


@pytest.mark.parametrize(
    ("module", "message"),
    [(TwoResults(), "returns 2 values"), (Branches(), "'torch.ops.higher_order|kind 'as_graph'")],
)
def test_other_models_are_refused(module: nn.Module, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        program(export(module, torch.rand(1, 3, 8, 8)))


class Counter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.seen = nn.Buffer(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        self.seen.add_(1)
        return x.mean() + self.seen


class Noise(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return (x + torch.randn_like(x)).mean()


@pytest.mark.parametrize("module", [Net(), Attention(), nn.Dropout(0.5), Counter(), Noise()])
def test_a_model_whose_scores_would_not_repeat_is_refused(module: nn.Module) -> None:
    with pytest.raises(WeightsError, match=r"call eval\(\)"):
        program(export(module.train(), torch.rand(2, 3, 24, 32)))


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def evil_samples(archive: bytes, victim: Path) -> bytes:
    return edited(archive, {SAMPLES: lambda _: pickle.dumps(Evil(victim))})


def evil_size(archive: bytes, victim: Path) -> bytes:
    def change(model: Any) -> None:
        sizes = model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
        sizes[0]["as_expr"]["expr_str"] = f"__import__('pathlib').Path({str(victim)!r}).touch()"

    return edited(archive, {GRAPH: in_json(change)})


def evil_weight(archive: bytes, victim: Path) -> bytes:
    buffer = io.BytesIO()
    torch.save(Evil(victim), buffer)

    def change(config: Any) -> None:
        config["config"]["conv.bias"]["use_pickle"] = True

    path = json.loads(record(archive, WEIGHTS))["config"]["conv.bias"]["path_name"]
    return edited(
        archive,
        {WEIGHTS: in_json(change), f"data/weights/{path}": lambda _: buffer.getvalue()},
    )


def record(archive: bytes, path: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as records:
        root = records.namelist()[0].partition("/")[0]
        return records.read(f"{root}/{path}")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("attack", [evil_samples, evil_size, evil_weight])
def test_nothing_that_an_archive_says_is_run(
    archive: bytes, tmp_path: Path, attack: Callable[[bytes, Path], bytes]
) -> None:
    # First that the attack is one: torch's own loader falls for it.
    fell = tmp_path / "fell"
    with contextlib.suppress(Exception):  # whatever it says, the damage is done
        torch.export.load(io.BytesIO(attack(archive, fell)))
    assert fell.exists()

    victim = tmp_path / "victim"
    x = torch.rand(1, 3, 16, 16)
    if attack is evil_weight:
        with pytest.raises(WeightsError, match="stored as a pickle, which is never loaded"):
            program(attack(archive, victim))
    else:
        assert torch.equal(program(attack(archive, victim))(x), program(archive)(x))
    assert not victim.exists()


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [
        ("torch.os.system", "command", {"as_string": "true"}),
        ("torch.ops.aten.save.default", "filename", {"as_string": "/tmp/x"}),
        ("torch.ops.aten.from_file.default", "filename", {"as_string": "/etc/passwd"}),
        ("torch.ops.aten.set_.source_Tensor", "self", {"as_tensor": {"name": "x"}}),
        ("torch.ops.aten._linalg_check_errors.default", "info", {"as_tensor": {"name": "x"}}),
        ("torch.ops.aten.rand.no_such", "size", {"as_ints": [1]}),
        ("torch.ops.higher_order.cond", "pred", {"as_bool": True}),
        ("_operator.pow", "a", {"as_int": 9}),
        ("math.factorial", "a", {"as_int": 9}),
        ("#extension:name", "a", {"as_int": 9}),
    ],
)
def test_operators_that_do_more_than_compute_are_refused(
    archive: bytes, target: str, name: str, value: Any
) -> None:
    def change(model: Any) -> None:
        node = model["graph_module"]["graph"]["nodes"][-1]
        node["target"], node["inputs"] = target, [{"name": name, "arg": value, "kind": 1}]

    with pytest.raises(WeightsError, match="is not allowed"):
        program(edited(archive, {GRAPH: in_json(change)}))


def no_model(config: Any) -> None:
    del config["graph_module"]


def too_large(config: Any) -> None:
    config["config"]["conv.weight"]["tensor_meta"]["sizes"][0] = {"as_int": 600}


def unknown_value(model: Any) -> None:
    model["graph_module"]["graph"]["nodes"][-1]["inputs"][0]["arg"] = {"as_tensor": {"name": "no"}}


def later_schema(model: Any) -> None:
    model["schema_version"]["major"] = 9


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ({GRAPH: None}, "no model called 'model'"),
        ({GRAPH: lambda _: b"{"}, "damaged archive"),
        ({GRAPH: lambda _: b"[" * 100_000}, "damaged archive"),
        ({GRAPH: in_json(no_model)}, "damaged archive"),
        ({GRAPH: in_json(unknown_value)}, "no value 'no'"),
        ({GRAPH: in_json(later_schema)}, "schema version 9"),
        ({WEIGHTS: in_json(too_large)}, "does not fit its 648 bytes"),
        ({WEIGHTS: None}, "damaged archive"),
        ({"archive_version": lambda _: b"1"}, "version 0"),
        ({"byteorder": lambda _: b"big"}, "big-endian"),
    ],
)
def test_a_damaged_archive_is_refused(
    archive: bytes, edits: dict[str, Edit | None], message: str
) -> None:
    with pytest.raises(WeightsError, match=message) as caught:
        program(edited(archive, edits))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"\x80\x04.", b"text"])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(WeightsError, match=r"no \.pt2 archive"):
        program(data)


def test_a_compressed_archive_is_refused(archive: bytes) -> None:
    with pytest.raises(WeightsError, match="compressed"):
        program(edited(archive, {}, compress=True))


def test_an_encrypted_archive_is_refused(archive: bytes) -> None:
    data = bytearray(archive)
    for entry in re.finditer(rb"PK\x01\x02", archive):
        data[entry.start() + 8] |= 1  # the flag of the central directory
    with pytest.raises(WeightsError, match="encrypted"):
        program(bytes(data))


def test_a_truncated_archive_is_refused(archive: bytes) -> None:
    with pytest.raises(WeightsError):
        program(archive[: len(archive) // 2])


def test_wrong_options_are_refused(archive: bytes, install: Callable[..., str]) -> None:
    spec = install(archive)
    for wrong in (
        ScorerOptions(engine="onnxruntime"),
        ScorerOptions(preprocess="task"),
        ScorerOptions(extra={"descripton": "x"}),
    ):
        with pytest.raises(OptionError):
            load_scorer(spec, wrong)
    for missing in ("torch-export:", "torch-export:/no/such.pt2"):
        with pytest.raises(BlackcamoError):
            load_scorer(missing)
