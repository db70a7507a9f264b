"""The network in an archive of ``torch.export.save``, read without running anything in it.

``torch.export.load`` must not see a stranger's file. In torch 2.13 it runs what the file says:

* it unpickles ``data/sample_inputs/*.pt`` (in every archive), weights and constants marked
  ``use_pickle``, custom and opaque objects, and falls back to ``weights_only=False``;
* it hands every symbolic size, a string, to ``sympy.sympify``, which evaluates it as Python;
* it writes names of values and guards into Python source and executes that;
* it looks operators up by attribute from ``torch``, so ``torch.os.system`` is one;
* it loads the shared libraries of AOTInductor.

So this module reads the archive by itself: tensors from their raw bytes, the graph from its JSON.
Pickles and libraries are never opened; a model that needs one is refused. ``scorers.aten`` then
runs the graph, one allowed operator after another.

Source: torch/export/pt2_archive/_package.py and torch/_export/serde/{schema,serialize}.py of
PyTorch 2.13.0 (archive version 0, schema version 8).
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from blackcamo.errors import WeightsError

SCHEMA_MAJOR: Final = 8

DTYPES: Final[Mapping[int, torch.dtype]] = {
    1: torch.uint8,
    2: torch.int8,
    3: torch.int16,
    4: torch.int32,
    5: torch.int64,
    6: torch.float16,
    7: torch.float32,
    8: torch.float64,
    12: torch.bool,
    13: torch.bfloat16,
}
"""The schema's ScalarType; complex and 8-bit floats have no place in a quality model."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A graph as its JSON says it, and the tensors it refers to by their full names."""

    graph: Mapping[str, Any]
    signature: Mapping[str, Any]
    ranges: Mapping[str, Any]
    tensors: Mapping[str, Tensor]


def read_archive(data: bytes, name: str) -> Archive:
    """Read the one model of a .pt2 archive.

    Args:
        data: the file's bytes.
        name: what messages call it.

    Raises:
        WeightsError: not such an archive, of another version, or with a part that could only be
            had by running code.
    """
    records = _records(data, name)
    try:
        model = json.loads(records["models/model.json"])
        major = model["schema_version"]["major"]
        if major != SCHEMA_MAJOR:
            raise WeightsError(
                f"{name}: its graph has schema version {major}, {SCHEMA_MAJOR} is understood; "
                "export it again with torch 2.8 or newer"
            )
        tensors = _tensors(records, "data/weights/", "model_weights_config.json", name)
        tensors |= _tensors(records, "data/constants/", "model_constants_config.json", name)
        module = model["graph_module"]
        return Archive(module["graph"], module["signature"], model["range_constraints"], tensors)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(
            f"{name}: damaged archive ({type(error).__name__}: {error}); export the model again"
        ) from error


def _records(data: bytes, name: str) -> dict[str, bytes]:
    """The archive's records by their path below its root folder."""
    remedy = "save the model with torch.export.save (torch 2.8 or newer)"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            # torch stores records as they are; compressed ones could be bombs.
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise WeightsError(f"{name}: compressed archive; {remedy}")
            records = {
                entry.filename.partition("/")[2]: archive.read(entry)
                for entry in entries
                if not entry.filename.endswith(".pt")
            }
    # RuntimeError: encrypted records.
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise WeightsError(f"{name} is no .pt2 archive ({error}); {remedy}") from error
    if records.get("archive_format") != b"pt2" or records.get("archive_version") != b"0":
        raise WeightsError(f"{name} is no .pt2 archive of version 0; {remedy}")
    if records.get("byteorder", b"little") != b"little":
        raise WeightsError(f"{name}: big-endian tensors; export it on a little-endian machine")
    if "models/model.json" not in records:
        native = any(path.startswith("data/aotinductor/") for path in records)
        raise WeightsError(
            f"{name} has compiled code only, which is never run; {remedy}"
            if native
            else f"{name} has no model called 'model'; {remedy}"
        )
    return records


def _tensors(
    records: Mapping[str, bytes], folder: str, config: str, name: str
) -> dict[str, Tensor]:
    """Views of the raw payloads that ``config`` lists; payloads may be shared."""
    described = json.loads(records[folder + config])["config"]
    payloads: dict[tuple[str, torch.dtype], Tensor] = {}
    tensors: dict[str, Tensor] = {}
    for full_name, item in described.items():
        meta, path = item["tensor_meta"], item["path_name"]
        if item["use_pickle"] or meta is None:
            raise WeightsError(
                f"{name}: {full_name!r} is stored as a pickle, which is never loaded because it "
                "can run code; export the model with plain tensors"
            )
        dtype = _dtype(meta["dtype"], name)
        sizes = [_integer(size["as_int"]) for size in meta["sizes"]]
        strides = [_integer(stride["as_int"]) for stride in meta["strides"]]
        raw = records[folder + path]
        if math.prod(sizes) == 0:
            tensors[full_name] = torch.zeros(sizes, dtype=dtype)
            continue
        if (path, dtype) not in payloads:
            # bytearray: torch wants memory that it may write to.
            payloads[path, dtype] = torch.frombuffer(bytearray(raw), dtype=dtype)
        offset = _integer(meta["storage_offset"]["as_int"])
        try:
            tensors[full_name] = payloads[path, dtype].as_strided(sizes, strides, offset)
        except RuntimeError as error:
            raise WeightsError(
                f"{name}: {full_name!r} of shape {sizes} does not fit its {len(raw)} bytes; "
                "the file is damaged, export the model again"
            ) from error
    return tensors


def _dtype(code: Any, name: str) -> torch.dtype:
    if code not in DTYPES:
        raise WeightsError(
            f"{name}: tensors of the schema's type {code!r} are not supported; "
            "export the model in float32"
        )
    return DTYPES[code]


def _integer(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no size")
    return value
