"""Facts in an ONNX file: which files hold its weights, and whether it is quantised.

Source: onnx.proto of ONNX 1.17: TensorProto.external_data ("location" is relative to the folder of
the model), NodeProto.op_type.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import InputError, WeightsError
from blackcamo.extras import import_extra
from blackcamo.weights.files import check_file, sha256

MAX_DATA_BYTES = 2**35
"""No file of weights beside a network above 32 GiB is read."""
_QUANTISED = (
    *("QuantizeLinear", "DequantizeLinear", "DynamicQuantize"),
    *("ConvInteger", "MatMulInteger", "QLinear"),
    *("MatMulNBits", "QAttention", "QGemm"),  # of ONNX Runtime itself
)
"""How the names of operators begin that compute with whole numbers, or go there and back."""


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """An ONNX file: ``data`` are the files that hold tensors of it, each once, in order of name."""

    data: tuple[Path, ...]
    quantised: bool

    def data_digest(self) -> bytes:
        """The digests of all files of weights, one after the other; nothing where there are none.

        Raises:
            InputError: one is missing or may not be read.
            WeightsError: one is no regular file, or larger than ``MAX_DATA_BYTES``.
        """
        return b"".join(_digest(path) for path in self.data)


def inspect(model: bytes, path: Path) -> NetworkFile:
    """Read the structure of the network ``model``, which lies at ``path``; runs nothing.

    Raises:
        MissingExtraError: the package onnx is not installed.
        WeightsError: the file is no ONNX network, or keeps weights outside its own folder.
    """
    onnx = import_extra("onnx", extra="onnx", who="scorer 'onnx'")
    protobuf = import_extra("google.protobuf.message", extra="onnx", who="scorer 'onnx'")
    network = onnx.ModelProto()
    locations: set[str] = set()
    quantised = False
    try:
        network.ParseFromString(model)
        for part in _parts(network, protobuf.Message):
            if isinstance(part, onnx.TensorProto) and part.data_location == part.EXTERNAL:
                locations |= {_text(e.value) for e in part.external_data if e.key == "location"}
            elif isinstance(part, onnx.NodeProto):
                quantised = quantised or _text(part.op_type).startswith(_QUANTISED)
    except (protobuf.DecodeError, UnicodeDecodeError) as error:
        raise WeightsError(f"{str(path)!r} is no ONNX network, or it is cut short") from error
    for location in locations:
        _check_location(location, path)
    return NetworkFile(tuple(sorted({path.parent / place for place in locations})), quantised)


def _parts(message: Any, kind: type) -> Iterator[Any]:
    """A message and all in it: graphs, nodes, functions and tensors, however deep."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for inner in [value] if isinstance(value, kind) else value:
                yield from _parts(inner, kind)


def _check_location(location: str, path: Path) -> None:
    """Refuse weights that lie outside the network's own folder.

    Raises:
        WeightsError: they do.
    """
    inside = Path(os.path.normpath(location))
    if not location or inside.is_absolute() or inside.parts[:1] == (os.pardir,):
        raise WeightsError(
            f"{str(path)!r} keeps weights in {location!r}; that must be a file beside the "
            "network or in a folder there: save it again with its weights beside it"
        )


def _text(field: str | bytes) -> str:
    """A field that must be text; protobuf gives bytes for one that is not UTF-8."""
    return field if isinstance(field, str) else field.decode()


def _digest(path: Path) -> bytes:
    try:
        check_file(path, most_bytes=MAX_DATA_BYTES)
        return bytes.fromhex(sha256(path))
    except FileNotFoundError:
        raise InputError(
            f"no file {str(path)!r}, in which the network keeps weights; put it there"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {str(path)!r}: {reason}") from error
