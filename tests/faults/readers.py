"""What blackcamo reads from others: for each kind of file a valid one, and what reads it."""

from __future__ import annotations

import dataclasses
import functools
import io
import json
import pickle
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeAlias

import h5py
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import save as save_tensors

from blackcamo.channels.catalogue import channels
from blackcamo.errors import BlackcamoError
from blackcamo.images import load_photo
from blackcamo.looks import Look, read_look
from blackcamo.mediaeval.archives import open_pictures
from blackcamo.mediaeval.datasets import read_prepared
from blackcamo.mediaeval.jury.key import VOTES_FORMAT, Key
from blackcamo.mediaeval.jury.pairs.key import PairsKey, Shown, read_pairs_key
from blackcamo.mediaeval.jury.pairs.votes import read_looks
from blackcamo.mediaeval.jury.tallying import tally
from blackcamo.preset import Preset
from blackcamo.profile import installed_profiles, read_profile
from blackcamo.run import apply, front, studies
from blackcamo.scorers import load_scorer
from blackcamo.scorers.description import read_description
from blackcamo.scorers.onnx_file import inspect
from blackcamo.study import Study
from blackcamo.weights.brisque import convert
from blackcamo.weights.files import read_tensors
from blackcamo.weights.svr import read_bounds, read_regression
from tests import brisque_files
from tests.faults import mutations as m
from tests.images.files import encoded, picture
from tests.looks.files import cube_text, film, write_hald
from tests.run.finished import searched

Read: TypeAlias = Callable[[Path], object]

LONGEST_LINE = 1000
"""Letters of an error beyond those of the files that it names."""


@dataclass(frozen=True)
class Reader:
    """One reader: the file that it is given, how that is damaged, and how it is read.

    Args:
        name: what is read.
        file: the file's name.
        make: the bytes of a valid one; what has to lie beside it goes into the folder.
        read: reads the file as commands do; whatever is no error of blackcamo is a fault.
        mutations: what may happen to the file.
    """

    name: str
    file: str
    make: Callable[[Path], bytes]
    read: Read
    mutations: tuple[m.Mutation, ...]


@functools.cache
def _search() -> tuple[bytes, bytes]:
    """The preset and the journal of a search."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        searched(folder, budget=24)
        preset = (folder / "out" / "photo.preset.json").read_bytes()
        journal = (folder / "out" / "studies.journal").read_bytes()
    # One that loads in an instant.
    return preset.replace(b'"pocketiqa"', b'"niqe"'), journal


def _preset_with_look(_: Path) -> bytes:
    found = Preset.from_json(_search()[0].decode())
    look = Look.from_table(film(5), "film").to_json()
    with_look = dataclasses.replace(
        found, filters=(*found.filters, "look"), look=look,
        params={**found.params, "look_percent": 80.0},
    )  # fmt: skip
    return with_look.to_json().encode()


def _read_preset(path: Path) -> None:
    # No photo is needed: what is wrong with a preset is said before the first one.
    assert list(apply(path, [], out=path.parent, score=True)) == []


def _profile(_: Path) -> bytes:
    return installed_profiles()["pocketiqa"].read_bytes()


_RUNS, _IMAGES, _WHO = ("A", "B", "C", "D", "E"), ("x", "y"), ("anna", "ben")


def _key() -> Key:
    pairs = [(image, run) for image in _IMAGES for run in _RUNS]
    tokens = {who: {f"{who}{n}": pair for n, pair in enumerate(pairs)} for who in _WHO}
    return Key("jury1", _RUNS, _IMAGES, tokens)


def _votes(who: str) -> bytes:
    votes = [
        {
            "most": [f"{who}{i}" for i in (n, n + 1, n + 2)],
            "least": [f"{who}{n + 3}", f"{who}{n + 4}"],
        }
        for n in (0, 5)
    ]
    document = {"format": VOTES_FORMAT, "version": 1, "jury": "jury1", "annotator": who}
    return json.dumps({**document, "votes": votes}).encode()


def _jury_key(folder: Path) -> bytes:
    (folder / "votes.json").write_bytes(_votes("anna"))
    return json.dumps(_key().to_json()).encode()


def _jury_votes(folder: Path) -> bytes:
    (folder / "key.json").write_text(json.dumps(_key().to_json()))
    return _votes("ben")


def _pairs() -> PairsKey:
    shown = [Shown(f"p{n}", "left", "a.jpg", "vivid", control=False) for n in range(4)]
    return PairsKey("jury1", tuple(shown))


def _pairs_key(_: Path) -> bytes:
    return json.dumps(_pairs().to_json()).encode()


def _pair_votes(_: Path) -> bytes:
    rows = [f"jury1,anna,p{n},a,b,POST,NOT,LEFT,none" for n in range(4)]
    header = "jury,viewer,pair,left,right,post_left,post_right,better,reason"
    return "\n".join([header, *rows, ""]).encode()


def _safetensors(_: Path) -> bytes:
    model = brisque_files.made_up()
    with tempfile.TemporaryDirectory() as folder:
        tensors = convert(brisque_files.write_opencv(model, Path(folder))).tensors
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    return save_tensors(arrays, metadata={"model": "brisque", "features": "opencv"})


def _read_safetensors(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLACKCAMO_HOME", str(path.parent.parent))
        load_scorer("brisque")


def _checkpoint(_: Path) -> bytes:
    stream = io.BytesIO()
    torch.save({"state_dict": {"module.a": torch.ones(3, 2), "module.b": torch.zeros(4)}}, stream)
    return stream.getvalue()


def _hdf5(_: Path) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["conv1/conv1/kernel:0"] = np.ones((3, 3, 2, 4), np.float32)
        file["dense_1/dense_1/bias:0"] = np.ones(10, np.float32)
    return stream.getvalue()


def _beside(written: Callable[[brisque_files.MadeUp, Path], Path], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        written(brisque_files.made_up(), Path(folder))
        return (Path(folder) / name).read_bytes()


def _onnx(_: Path) -> bytes:
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [helper.make_node("GlobalAveragePool", ["image"], ["score"])],
        "g",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n", 3, 1, 1])],
    )
    data: bytes = helper.make_model(graph).SerializeToString()
    return data


_DESCRIPTION = b"""name = "nima"
[input]
width_px = 224
height_px = 224
method = "nearest"
pixel_range = [-1, 1]
mean = [0, 0, 0.5]
[output]
values = [1, 2, 3]
range = [1, 10]
[score]
low = 0
high = 100
higher_is_better = true
"""
_CHANNELS = b"""[channels.mine]
steps = "resize:50%+jpeg:80"
source = "measured"
date = "2026-01-01"
[channels.other]
steps = "jpeg:75"
[sets.both]
channels = ["mine", "other"]
"""


def _zip(_: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("images/a.jpg", "images/b.jpg"):
            archive.writestr(name, encoded(Image.fromarray(picture()), "JPEG"))
    return stream.getvalue()


def _tar(_: Path) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in ("images/a.jpg", "images/b.jpg"):
            data = encoded(Image.fromarray(picture()), "JPEG")
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def _read_archive(path: Path) -> None:
    with open_pictures(path) as pictures:
        for name in pictures.names:
            pictures.read(name)


def _labels(_: Path) -> bytes:
    rows = [f"{n}.jpg,{split},{50 + n}" for n, split in enumerate(("training", "test", "test"))]
    return "\n".join(["image,split,mos", *rows, ""]).encode()


def _cube(_: Path) -> bytes:
    return cube_text(film(3)).encode()


def _hald(folder: Path) -> bytes:
    write_hald(folder / "made.png", 2)
    return (folder / "made.png").read_bytes()


def _read_journal(path: Path) -> None:
    for entry in studies(path, empty=True):
        front(entry.name, storage=path)
        study = Study.load(path, entry.name)
        study.batches()
        study.pictures(path.parent).all()


_BYTES = (m.bytes_damaged, m.bytes_damaged, m.cut)
_TEXT = (m.bytes_damaged, m.cut, m.lines_damaged, m.lines_damaged)
_JSON = (m.bytes_damaged, m.cut, *(m.json_changed,) * 4)
_TOML = (*_TEXT, m.toml_nested)
_TENSORS = (m.bytes_damaged, m.cut, *(m.safetensors_changed,) * 3)
_JOURNAL = (m.bytes_damaged, m.cut, m.lines_damaged, *(m.json_lines_changed,) * 4)

READERS = (
    Reader("preset", "a.preset.json", lambda _: _search()[0], _read_preset, _JSON),
    Reader("preset with a look", "b.preset.json", _preset_with_look, _read_preset, _JSON),
    Reader("profile", "a.profile.json", _profile, read_profile, _JSON),
    Reader("key of a jury", "key.json", _jury_key, lambda p: tally(p, [p.with_name("votes.json")]),
           _JSON),
    Reader("votes of a jury", "votes.json", _jury_votes,
           lambda p: tally(p.with_name("key.json"), [p]), _JSON),
    Reader("key of pairs", "jury-key.json", _pairs_key, read_pairs_key, _JSON),
    Reader("votes on pairs", "votes.csv", _pair_votes, lambda p: read_looks([p], _pairs()), _TEXT),
    Reader("weights (safetensors)", "weights/brisque.safetensors", _safetensors, _read_safetensors,
           _TENSORS),
    Reader("weights (PyTorch)", "a.pth", _checkpoint, read_tensors, _BYTES),
    Reader("weights (HDF5)", "a.hdf5", _hdf5, read_tensors, _BYTES),
    Reader("support vectors (libsvm)", "svm.txt",
           lambda _: _beside(brisque_files.write_package, "svm.txt"),
           lambda p: read_regression(p, features=36), _TEXT),
    Reader("support vectors (OpenCV)", "brisque_model_live.yml",
           lambda _: _beside(brisque_files.write_opencv, "brisque_model_live.yml"),
           lambda p: read_regression(p, features=36), _TEXT),
    Reader("bounds (libsvm)", "allrange",
           lambda _: _beside(brisque_files.write_libsvm, "allrange"),
           lambda p: read_bounds(p, features=36), _TEXT),
    Reader("bounds (OpenCV)", "brisque_range_live.yml",
           lambda _: _beside(brisque_files.write_opencv, "brisque_range_live.yml"),
           lambda p: read_bounds(p, features=36), _TEXT),
    Reader("bounds (pickle)", "normalize.pickle",
           lambda _: pickle.dumps({"min_": [0.0] * 36, "max_": [1.0] * 36}),
           lambda p: read_bounds(p, features=36), _BYTES),
    Reader("network (ONNX)", "a.onnx", _onnx, lambda p: inspect(p.read_bytes(), p), _BYTES),
    Reader("description of a network", "a.onnx.toml", lambda _: _DESCRIPTION,
           lambda p: read_description(p, default_name="a"), _TOML),
    Reader("channels", "mine.toml", lambda _: _CHANNELS, lambda p: channels([str(p)]), _TOML),
    Reader("archive (ZIP)", "a.zip", _zip, _read_archive, _BYTES),
    Reader("archive (TAR)", "a.tar", _tar, _read_archive, _BYTES),
    Reader("labels of a data set", "labels.csv", _labels, lambda p: read_prepared(p.parent), _TEXT),
    Reader("look (.cube)", "a.cube", _cube, read_look, _TEXT),
    Reader("look (HaldCLUT)", "a.png", _hald, read_look, _BYTES),
    Reader("studies (journal)", "studies.journal", lambda _: _search()[1], _read_journal,
           _JOURNAL),
)  # fmt: skip


def _picture(kind: str) -> Callable[[Path], bytes]:
    return lambda _: encoded(Image.fromarray(picture()), kind)


PICTURES = tuple(
    Reader(f"photo ({kind})", f"a.{kind.lower()}", _picture(kind), load_photo, _BYTES)
    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF")
)


def attempt(reader: Reader, path: Path, data: bytes, seed: str) -> str:
    """Damage a valid file and read it: "read", or "refused" in one line that names a file.

    Args:
        path: where the file lies.
        data: the bytes of the valid one.
        seed: what fixes the damage.
    """
    rng = Random(seed)
    path.write_bytes(rng.choice(reader.mutations)(data, rng))
    return outcome(reader, path)


def outcome(reader: Reader, path: Path) -> str:
    """Read a file: "read", or "refused" in one line that names a file."""
    try:
        reader.read(path)
    except BlackcamoError as error:
        said = str(error)
        assert "\n" not in said, f"more than one line: {said}"
        assert len(said) < LONGEST_LINE, f"{len(said)} letters: {said}"
        assert str(path.parent) in said or "installed" in said, f"no file is named: {said}"
        return "refused"
    return "read"
