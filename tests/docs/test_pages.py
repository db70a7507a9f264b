"""What the pages on scorers and plug-ins show is run."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import blackcamo
from blackcamo import plugins
from blackcamo.channels.catalogue import parse_catalogue
from blackcamo.cli import main
from blackcamo.filters.chain import Chain
from blackcamo.filters.loading import load_chain
from blackcamo.preset import Preset
from blackcamo.scorers import load_scorer
from blackcamo.scorers.description import read_description
from blackcamo.styles.space import StyleSpace
from blackcamo.testing import make_photo
from blackcamo.types import Frame, Views
from blackcamo.vision.arrays import to_pixels
from blackcamo.vision.facts import facts
from tests.conftest import ROOT
from tests.docs.blocks import pieces

DOCS = ROOT / "docs"


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)


def block(page: str, language: str, start: str) -> str:
    (found,) = [text for text in blocks(page, language) if start in text]
    return found


def test_every_scorer_has_a_row() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / "scorers.md").read_text(), re.M)
    named = {name for row in rows for name in re.findall(r"`([\w-]+)", row)}
    assert set(plugins.names("scorers")) <= named


def test_every_export_format_has_a_row() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / "exporters.md").read_text(), re.M)
    named = [name for row in rows for name in re.findall(r"`([\w-]+)`", row)]
    assert sorted(named) == sorted(plugins.names("exporters"))


def test_what_the_page_on_python_shows_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(to_pixels(make_photo(96, 128))).save("img.jpg")
    shown = "".join(blocks("python.md", "python"))
    # As shown, but for the budget.
    shown = shown.replace("budget=500", "budget=3").replace(
        "threshold=40", "threshold=40, budget=3"
    )
    exec(shown, {})
    assert capsys.readouterr().out.split()[-1] != "None"
    assert len(list(tmp_path.glob("camouflage/img/*.preset.json"))) == 2


def test_readme_s_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(to_pixels(make_photo(96, 128))).save("img.jpg")
    (shown,) = [p.text for p in pieces(ROOT / "README.md") if p.text.startswith("import blackcamo")]
    exec(shown.replace("budget=500", "budget=3"), {})
    assert len(capsys.readouterr().out.split()) == 3


def test_a_callable_is_a_scorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(to_pixels(make_photo(96, 128))).save("photo.jpg")
    (shown,) = [p.text for p in pieces(DOCS / "scorers.md") if "blackcamo.search(" in p.text]
    given = {"blackcamo": blackcamo, "score": lambda images: [i.mean() / 255 for i in images]}
    exec(shown.strip().removesuffix(")") + ", budget=3)", given)
    assert list(tmp_path.glob("camouflage/photo/*.preset.json"))


def test_the_channels_are_ones() -> None:
    (name,) = parse_catalogue(block("channels.md", "toml", "[channels.forum]"), "page").channels
    assert name == "forum"


def test_entry_points_are_ones() -> None:
    shown = [text for page in ("channels.md", "plugins.md") for text in blocks(page, "toml")]
    groups = [
        group
        for text in shown
        for group in tomllib.loads(text).get("project", {}).get("entry-points", {})
    ]
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert len(groups) > 5
    assert set(groups) <= set(known)


def test_the_description_is_one(tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_text(block("scorers.md", "toml", 'name = "nima-technical"'))
    about = read_description(tmp_path / "net.toml", default_name="net")
    assert (about.name, about.input.size, about.output.range) == (
        "nima-technical",
        (224, 224),
        (1, 10),
    )


def test_the_function_is_a_scorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_model.py").write_text(block("scorers.md", "python", "my_model.py"))
    monkeypatch.syspath_prepend(tmp_path)
    assert load_scorer("python:my_model:score").score([np.full((4, 4, 3), 51, np.uint8)]) == [20]


def test_the_service_is_one(tmp_path: Path) -> None:
    program = tmp_path / "service.py"
    program.write_text(block("scorers.md", "python", "service.py"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, str(program), str(port)], stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(port)
            scorer = load_scorer(f"http://127.0.0.1:{port}/score")
            greys = [np.full((4, 5, 3), level, np.uint8) for level in (0, 51, 255)]
            assert list(scorer.score(greys)) == pytest.approx([0, 20, 100])
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the service did not start within 10 s")


def test_the_configuration_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(block("configuration.md", "toml", "[search]"))
    for command, key, value in (("search", "style", "vivid,noir"), ("learn", "budget", 8000)):
        assert main([command, "--config", "mine.toml", "--print-config", "--json"]) == 0
        options = json.loads(capsys.readouterr().out)["options"]
        assert options[key]["value"] == value
        assert options["scorer"]["value"] == "koncept512"


class MyNetwork(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((1, 2, 3)) * 100


@pytest.mark.filterwarnings("ignore::FutureWarning")  # torch about torch
def test_the_export_is_a_scorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxscript")
    monkeypatch.chdir(tmp_path)
    run("scorers.md", "torch.onnx.export(", MyNetwork=MyNetwork)
    Path("net.onnx.toml").write_text("")
    scores = load_scorer("onnx:net.onnx").score([np.full((39, 47, 3), 51, np.uint8)])
    assert list(scores) == pytest.approx([20], abs=1e-3)


def test_a_network_behind_a_function_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(MyNetwork().state_dict(), "net.pt")
    score = run("scorers.md", "my_net.py", MyNetwork=MyNetwork)["score"]
    monkeypatch.setitem(sys.modules, "my_net", SimpleNamespace(score=score))
    scores = load_scorer("python:my_net:score").score([np.full((39, 47, 3), 51, np.uint8)])
    assert list(scores) == pytest.approx([20], abs=1e-3)


def run(page: str, start: str, **given: Any) -> dict[str, Any]:
    """The names that a block of Python defines."""
    # A module's name, so that classes of the block know where they belong.
    names: dict[str, Any] = {"__name__": "page", **given}
    exec(block(page, "python", start), names)
    return names


def test_the_filter_is_one() -> None:
    chain = Chain([run("plugins.md", "class Fade")["Fade"]()])
    photo = torch.rand(3, 12, 16)
    plain, faded = chain.render(photo, [{"fade_percent": 0}, {"fade_percent": 20}])
    torch.testing.assert_close(plain.filtered, photo, atol=1e-5, rtol=0)
    spread = [float(x.std(0).mean()) for x in (plain.filtered, faded.filtered)]
    assert spread[1] == pytest.approx(spread[0] * 0.8, rel=0.01)


def test_the_style_is_one() -> None:
    style = run("plugins.md", "POSTCARD = Style")["POSTCARD"]
    vivid, grey = make_photo(48, 64), make_photo(48, 64).mean(0, keepdim=True).expand(3, -1, -1)
    chain = load_chain()
    for photo, why in ((vivid, None), (grey, "hardly any colour")):
        known = facts(to_pixels(photo))
        assert style.unsuited(known) == why
        start = StyleSpace(style, known, chain.space).start
        assert start["contrast_percent"] == style.adapt(known)["contrast_percent"]
        assert start.get("temperature_k") == (None if known.grey else 7000)
        (rendered,) = chain.render(photo, [start])
        assert (rendered.filtered - photo).abs().mean() > 0.01


def test_the_appeal_and_the_exporter_are_ones(tmp_path: Path) -> None:
    names = run("plugins.md", "class Strict")
    photo = torch.rand(1, 3, 8, 8) * 0.5
    frame = Frame(0.5, 0.5, 1, 1, 0, 8, 8)
    views = Views(photo, photo, photo, photo, photo + 4 / 255, (frame,))
    (appraisal,) = names["Strict"]()(views, "enhance")
    assert appraisal.value == pytest.approx(96, abs=1e-3)

    preset = Preset(filters=("tone",), lut_size=33, params={"exposure_ev": 0.25})
    (path,) = names["export"](preset, tmp_path, "mine").files
    assert path.read_text() == "exposure_ev,0.25\n"
