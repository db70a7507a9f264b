"""The weights store: what it reads, what it refuses, where it puts things, how it downloads."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from blackcamo import plugins, weights
from blackcamo.errors import OutputError, UnknownNameError, WeightsError
from blackcamo.weights import RemoteFile, check_shapes, keras_layers, read_tensors
from blackcamo.weights.download import fetch
from blackcamo.weights.files import git_blob

TENSORS = {"conv.weight": torch.arange(6.0).reshape(2, 3), "conv.bias": torch.tensor([1.0, -1.0])}

TINY = """
import hashlib
from blackcamo.weights import *

def convert(path):
    tensors = read_tensors(path)
    check_shapes(tensors, {"conv.weight": (2, 3), "conv.bias": (2,)}, "Tiny")
    return Converted(tensors, "plain", {"eps": "0.5"})

SPEC = WeightsSpec("tiny", "A tiny model", "CC0-1.0", (
    Source("plain", "https://example.org/tiny", (RemoteFile("tiny.pth", sha256="KNOWN"),)),
), convert)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("BLACKCAMO_HOME", str(folder))
    return folder


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    torch.save(TENSORS, tmp_path / "tiny.pth")
    return tmp_path / "tiny.pth"


@pytest.fixture
def tiny(
    home: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A third party's model, installed as a distribution with an entry point of its own."""
    site = tmp_path / "site"
    info = site / "tiny_model-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[blackcamo.weights]\ntiny = tiny_model_1:SPEC\n")
    known = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    (site / "tiny_model_1.py").write_text(TINY.replace("KNOWN", known))
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "tiny_model_1", raising=False)
    plugins._registered.cache_clear()
    yield
    plugins._registered.cache_clear()


def equal(found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> bool:
    return found.keys() == wanted.keys() and all(
        torch.equal(found[name], wanted[name]) for name in wanted
    )


# --- what is read ---------------------------------------------------------------------------


def test_reads_every_kind_of_file_whatever_its_name(tmp_path: Path) -> None:
    torch.save(TENSORS, tmp_path / "zip")
    torch.save(TENSORS, tmp_path / "legacy", _use_new_zipfile_serialization=False)
    save_file(TENSORS, tmp_path / "safe")
    with h5py.File(tmp_path / "hdf", "w") as file:
        for name, tensor in TENSORS.items():
            file[name] = tensor.numpy()
    for kind in ("zip", "legacy", "safe", "hdf"):
        assert equal(read_tensors(tmp_path / kind), TENSORS), kind


def test_a_header_whose_length_looks_like_a_pickle(tmp_path: Path) -> None:
    for padding in range(0, 512, 4):
        save_file(TENSORS, tmp_path / "x", metadata={"padding": "-" * padding})
        if (tmp_path / "x").read_bytes()[:1] == b"\x80":
            break
    else:
        pytest.fail("no header of such a length came about")
    assert equal(read_tensors(tmp_path / "x"), TENSORS)


def test_takes_the_wrappings_of_training_scripts_off(tmp_path: Path) -> None:
    wrapped = {"module." + name: tensor for name, tensor in TENSORS.items()}
    torch.save({"epoch": 7, "state_dict": wrapped}, tmp_path / "train.pth")
    assert equal(read_tensors(tmp_path / "train.pth"), TENSORS)


class Malice:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("kind", ["zip", "legacy", "pickle"])
def test_a_malicious_pickle_is_refused_without_being_run(tmp_path: Path, kind: str) -> None:
    mark, path = tmp_path / "pwned", tmp_path / "evil.pth"
    evil = {"conv.weight": torch.zeros(1), "evil": Malice(mark)}
    if kind == "pickle":
        path.write_bytes(pickle.dumps(Malice(mark)))
    else:
        torch.save(evil, path, _use_new_zipfile_serialization=kind == "zip")
    with pytest.raises(WeightsError, match="loading it would run code"):
        read_tensors(path)
    assert not mark.exists()
    # The same file does its work where it is trusted, so the refusal is what held it back.
    with path.open("rb") as file:
        pickle.load(file) if kind == "pickle" else torch.load(path, weights_only=False)
    assert mark.exists()


def test_what_is_no_file_of_weights(tmp_path: Path) -> None:
    def refused(name: str, content: bytes, message: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WeightsError, match=message) as caught:
            read_tensors(tmp_path / name)
        assert "\n" not in str(caught.value)

    refused("empty", b"", "neither a PyTorch checkpoint nor")
    refused("text.pth", b"<html>404</html>", "neither a PyTorch checkpoint nor")
    refused("half.h5", b"\x89HDF\r\n\x1a\n" + bytes(40), "damaged")
    refused("half.pth", b"PK\x03\x04" + bytes(40), "damaged")
    refused("half.safetensors", (3).to_bytes(8, "little") + b"{__", "damaged")
    torch.save([torch.zeros(1)], tmp_path / "list.pth")
    with pytest.raises(WeightsError, match="no mapping of names to tensors"):
        read_tensors(tmp_path / "list.pth")
    with pytest.raises(WeightsError, match=r"cannot read .*No such file"):
        read_tensors(tmp_path / "nowhere.pth")
    with pytest.raises(WeightsError, match="is not a regular file"):
        read_tensors(tmp_path)


def test_keras_layers_of_weights_and_of_whole_models() -> None:
    kernel, moment = torch.ones(3), torch.zeros(3)
    wanted = {"conv": {"kernel": kernel, "bias": moment}}
    bare = {"conv/conv/kernel:0": kernel, "conv/conv/bias:0": moment}
    whole = {"model_weights/" + name: tensor for name, tensor in bare.items()}
    assert keras_layers(bare) == wanted
    assert keras_layers(whole | {"optimizer_weights/Adam/conv/kernel:0": moment}) == wanted
    # A second model in one session has another prefix inside; Keras 3 leaves the ":0" out.
    assert keras_layers({"conv/conv_1/kernel": kernel}) == {"conv": {"kernel": kernel}}


def test_names_and_shapes_must_be_exact() -> None:
    expected = {"conv.weight": (2, 3), "conv.bias": (2,)}
    check_shapes(TENSORS, expected, "Tiny")
    with pytest.raises(WeightsError, match=r"of Tiny: 'conv\.bias' is \(2,\), it must be \(4,\)"):
        check_shapes(TENSORS, expected | {"conv.bias": (4,)}, "Tiny")
    with pytest.raises(WeightsError, match="'fc' is missing"):
        check_shapes(TENSORS, expected | {"fc": (1,)}, "Tiny")
    with pytest.raises(WeightsError, match=r"'conv\.bias' is not part of it"):
        check_shapes(TENSORS, {"conv.weight": (2, 3)}, "Tiny")


def test_git_blob_is_what_git_says(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"what is up, doc?")  # the example of the book "Pro Git"
    assert git_blob(tmp_path / "x") == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"


# --- install, load, remove ------------------------------------------------------------------


@pytest.mark.usefixtures("tiny")
def test_install_load_remove(home: Path, checkpoint: Path) -> None:
    assert weights.installed("tiny") is None
    done = weights.install("tiny", source=checkpoint)
    assert done.path == home / "weights" / "tiny.safetensors"
    assert done.notes == ()  # its digest is the recorded one
    assert done.record == {
        "model": "tiny",
        "format": "plain",
        "source": "tiny.pth",
        "source_sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
        "eps": "0.5",
    }
    loaded = weights.load("tiny")
    assert equal(loaded.tensors, TENSORS)
    assert loaded.record == done.record
    with safe_open(done.path, framework="np") as file:  # as anyone else reads it
        np.testing.assert_array_equal(file.get_tensor("conv.bias"), [1.0, -1.0])
    assert weights.remove("tiny") == done.path
    assert weights.installed("tiny") is None
    with pytest.raises(WeightsError, match="no weights of 'tiny' are installed"):
        weights.remove("tiny")


@pytest.mark.usefixtures("tiny")
def test_unknown_digest_is_a_note_and_another_model_an_error(home: Path, tmp_path: Path) -> None:
    torch.save({name: tensor + 1 for name, tensor in TENSORS.items()}, tmp_path / "own.pth")
    (note,) = weights.install("tiny", source=tmp_path / "own.pth").notes
    assert hashlib.sha256((tmp_path / "own.pth").read_bytes()).hexdigest() in note
    before = weights.load("tiny").tensors
    torch.save({"conv.weight": torch.zeros(2, 3)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match=r"not weights of Tiny: 'conv\.bias' is missing"):
        weights.install("tiny", source=tmp_path / "other.pth")
    assert equal(weights.load("tiny").tensors, before)
    assert [path.name for path in (home / "weights").iterdir()] == ["tiny.safetensors"]


@pytest.mark.usefixtures("tiny")
def test_missing_damaged_and_unknown(home: Path, checkpoint: Path) -> None:
    with pytest.raises(WeightsError, match="not installed: `blackcamo weights install tiny --from"):
        weights.load("tiny")
    with pytest.raises(WeightsError, match=r"tiny\.pth from https://example\.org/tiny"):
        weights.install("tiny")  # it can only be had by hand
    weights.install("tiny", source=checkpoint).path.write_bytes(b"x")
    with pytest.raises(WeightsError):
        weights.load("tiny")
    with pytest.raises(UnknownNameError, match="unknown model 'tny'; did you mean 'tiny'"):
        weights.install("tny")


@pytest.mark.usefixtures("tiny")
def test_data_folder_that_cannot_be_made(home: Path, checkpoint: Path) -> None:
    home.write_text("a file")
    with pytest.raises(OutputError, match="cannot make the folder"):
        weights.install("tiny", source=checkpoint)


def test_built_in_specs_are_complete() -> None:
    specs = weights.known()
    assert "koncept512" in specs
    for name, spec in specs.items():
        assert spec.name == name
        assert spec.title
        assert spec.licence
        for source in spec.sources:
            assert source.page
            assert source.files
            for file in source.files:
                assert "/" not in file.filename
                assert file.git_blob is None or len(file.git_blob) == 40
                assert file.sha256 is None or len(file.sha256) == 64


# --- downloads ------------------------------------------------------------------------------

BODY = bytes(range(256)) * 4096  # 1 MiB


class Shelf(ThreadingHTTPServer):
    """Serves BODY; hangs up after ``cut`` bytes once, and keeps what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.etag = BODY, '"one"'
        self.cut: int | None = None
        self.asked: list[str | None] = []

    def file(self, **known: Any) -> RemoteFile:
        known = {"sha256": hashlib.sha256(self.body).hexdigest(), **known}
        return RemoteFile("m.bin", url=f"http://127.0.0.1:{self.server_port}/m.bin", **known)


class Handler(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        wanted, shelf = self.headers.get("Range"), self.server
        shelf.asked.append(wanted)
        if self.path != "/m.bin":
            self.send_error(404)
            return
        start = 0
        if wanted and self.headers.get("If-Range") == shelf.etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(shelf.body):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header(
                "Content-Range", f"bytes {start}-{len(shelf.body) - 1}/{len(shelf.body)}"
            )
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(shelf.body) - start))
        self.send_header("ETag", shelf.etag)
        self.end_headers()
        end, shelf.cut = shelf.cut or len(shelf.body), None
        self.wfile.write(shelf.body[start:end])

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_download_with_progress_and_digest(shelf: Shelf, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    known = {"sha256": hashlib.sha256(BODY).hexdigest()}
    path = fetch(
        shelf.file(**known), tmp_path, on_progress=lambda done, total: seen.append((done, total))
    )
    assert path.read_bytes() == BODY
    assert seen[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert [p.name for p in tmp_path.iterdir()] == ["m.bin"]
    assert fetch(shelf.file(**known), tmp_path) == path
    assert len(shelf.asked) == 1  # it was there already


def test_interrupted_download_goes_on_where_it_stopped(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cut = 300_000
    with pytest.raises(WeightsError, match="goes on from there") as caught:
        fetch(shelf.file(), tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "m.bin").exists()
    got = (tmp_path / "m.bin.part").stat().st_size
    assert 0 < got <= 300_000
    seen: list[int] = []
    path = fetch(shelf.file(), tmp_path, on_progress=lambda done, total: seen.append(done))
    assert path.read_bytes() == BODY
    assert shelf.asked == [None, f"bytes={got}-"]
    assert seen[0] > got
    assert [p.name for p in tmp_path.iterdir()] == ["m.bin"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cut = 300_000
    with pytest.raises(WeightsError):
        fetch(shelf.file(), tmp_path)
    shelf.body, shelf.etag = BODY[::-1], '"two"'
    assert fetch(shelf.file(), tmp_path).read_bytes() == BODY[::-1]


def test_a_part_that_was_complete_is_only_checked(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "m.bin.part").write_bytes(BODY)
    (tmp_path / "m.bin.part.version").write_text(shelf.etag)
    assert fetch(shelf.file(size_bytes=len(BODY)), tmp_path).read_bytes() == BODY
    assert shelf.asked == [f"bytes={len(BODY)}-"]


@pytest.mark.parametrize("known", [{"sha256": "0" * 64}, {"git_blob": "0" * 40}, {"size_bytes": 5}])
def test_a_file_that_is_not_the_recorded_one_is_deleted(
    shelf: Shelf, tmp_path: Path, known: dict[str, Any]
) -> None:
    with pytest.raises(WeightsError, match="is not the file that blackcamo knows"):
        fetch(shelf.file(**known), tmp_path)
    assert not list(tmp_path.glob("m.bin*"))


def test_nothing_is_downloaded_that_nothing_vouches_for(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"m\.bin is no https address, and no SHA-256 of m\.bin"):
        fetch(shelf.file(sha256=None), tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_more_is_downloaded_than_the_file_is_known_to_have(shelf: Shelf, tmp_path: Path) -> None:
    seen: list[int] = []
    with pytest.raises(WeightsError, match=r"it has more than 300,000 bytes; it was deleted"):
        fetch(
            shelf.file(size_bytes=300_000), tmp_path, on_progress=lambda done, _: seen.append(done)
        )
    assert max(seen) <= 300_000 < len(BODY)
    assert not list(tmp_path.iterdir())


def test_servers_that_refuse_or_are_not_there(shelf: Shelf, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{shelf.server_port}/gone.bin"
    gone = RemoteFile("gone.bin", url=address, sha256="0" * 64)
    with pytest.raises(WeightsError, match="answers 404"):
        fetch(gone, tmp_path)
    closed = RemoteFile("x.bin", url="http://127.0.0.1:9/x.bin")
    with pytest.raises(WeightsError, match=r"the download of http://127\.0\.0\.1:9/x\.bin failed"):
        fetch(closed, tmp_path)


# --- the command ----------------------------------------------------------------------------


@pytest.mark.usefixtures("tiny")
def test_command(home: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from blackcamo.cli import main

    def answer(*words: str, status: int = 0) -> Any:
        assert main(["weights", *words, "--json"]) == status
        return json.loads(capsys.readouterr().out)

    (listed,) = (m for m in answer("list")["models"] if m["name"] == "tiny")
    assert listed["licence"] == "CC0-1.0"
    assert listed["sources"][0]["page"] == "https://example.org/tiny"
    assert listed["installed"] is None
    done = answer("install", "tiny", "--from", str(checkpoint))
    assert done["path"] == str(home / "weights" / "tiny.safetensors")
    (listed,) = (m for m in answer("list")["models"] if m["name"] == "tiny")
    assert listed["installed"]["record"] == done["record"]
    assert main(["weights", "list"]) == 0
    assert done["path"] in capsys.readouterr().out
    Path(done["path"]).write_bytes(b"x")
    assert main(["weights", "list"]) == 0
    assert "damaged; install it again" in capsys.readouterr().out
    assert answer("remove", "tiny")["removed"] == done["path"]
    assert "not installed" in answer("install", "tiny", status=2)["error"]
    assert main(["weights", "install", "tny"]) == 2
    assert capsys.readouterr().err.startswith("blackcamo: unknown model 'tny'; did you mean")


def test_what_is_called_safetensors_and_begins_as_a_pickle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"\x80" * 96)
    with pytest.raises(WeightsError, match=r"x\.safetensors' is damaged"):
        read_tensors(path)
