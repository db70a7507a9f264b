"""Files that carry tensors: recognised by their first bytes, never by running what they say."""

from __future__ import annotations

import hashlib
import stat
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blackcamo.errors import WeightsError
from blackcamo.extras import import_extra

if TYPE_CHECKING:
    from torch import Tensor

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_PICKLE = b"\x80"
_DAMAGE = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError),
    *(OSError, RuntimeError, TypeError, ValueError, struct.error),
)
"""Errors of torch on a damaged checkpoint."""

MAX_MODEL_BYTES = 2**31
"""No model file above 2 GiB is read, which is also all that protobuf allows a network."""


def check_file(path: Path, *, most_bytes: int = MAX_MODEL_BYTES) -> None:
    """Refuse a model file that is none, before it is opened: a pipe would keep us waiting.

    Raises:
        WeightsError: it is a folder, a pipe or a device, or larger than ``most_bytes``.
        OSError: it is missing, or its folder may not be searched.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise WeightsError(f"{str(path)!r} is not a regular file; save it to one first")
    if status.st_size > most_bytes:
        raise WeightsError(
            f"{str(path)!r} has {status.st_size:,} bytes; at most {most_bytes:,} are read"
        )


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor of a PyTorch checkpoint, safetensors or HDF5 file, by its name.

    A checkpoint may hold its tensors under "state_dict" and call them "module.…", as training
    scripts do; both wrappings are taken off. Names in HDF5 are full paths ("conv/conv/kernel:0").

    Raises:
        WeightsError: the file is missing, too large, damaged, of another kind, or a pickle that
            asks for anything but tensors, which is refused without being run.
        MissingExtraError: HDF5 needs h5py.
    """
    try:
        check_file(path)
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise WeightsError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
    if head.startswith(_HDF5):
        return _read_hdf5(path)
    if _starts_safetensors(head, path.stat().st_size):
        return _read_safetensors(path)
    if head.startswith((_ZIP, _PICKLE)):
        return _read_checkpoint(path)
    raise WeightsError(
        f"{str(path)!r} is neither a PyTorch checkpoint nor a safetensors nor an HDF5 file"
    )


def read_record(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file; empty for one of another kind.

    Raises:
        WeightsError: the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with path.open("rb") as file:
            if not _starts_safetensors(file.read(9), path.stat().st_size):
                return {}
        with safe_open(path, framework="np") as opened:
            return dict(opened.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{str(path)!r} is damaged: {_first_line(error)}") from error


def keras_layers(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The variables of each layer in an HDF5 file as Keras writes it ("kernel", "beta", ...).

    A file of weights has "layer/.../kernel:0"; one of a whole model has the same below
    "model_weights" and the optimiser's state beside it, which is left out.
    """
    layers: dict[str, dict[str, Tensor]] = {}
    whole = any(name.startswith("model_weights/") for name in tensors)
    for name, tensor in tensors.items():
        layer, *inner = name.removeprefix("model_weights/").split("/")
        if inner and name.startswith("model_weights/") == whole:
            layers.setdefault(layer, {})[inner[-1].removesuffix(":0")] = tensor
    return layers


def check_shapes(
    tensors: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]], model: str
) -> None:
    """Refuse tensors whose names or shapes are not exactly those of the model.

    Raises:
        WeightsError: a name is missing or unexpected, or a shape differs; names the first one.
    """
    for name, shape in expected.items():
        if name not in tensors:
            raise WeightsError(f"these are not weights of {model}: {name!r} is missing")
        found = tuple(tensors[name].shape)
        if found != tuple(shape):
            raise WeightsError(
                f"these are not weights of {model}: {name!r} is {found}, it must be {tuple(shape)}"
            )
    extra = next((name for name in tensors if name not in expected), None)
    if extra is not None:
        raise WeightsError(f"these are not weights of {model}: {extra!r} is not part of it")


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_blob(path: Path) -> str:
    """Hex SHA-1 that git gives a file of these bytes.

    Source: Git, "Git Internals - Git Objects": SHA-1 of "blob <size>", a zero byte, the contents.
    """
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _starts_safetensors(head: bytes, size_bytes: int) -> bool:
    """Whether a JSON header follows its own length (8 bytes), as safetensors' format has it.

    The length's first byte may be that of a pickle; its value keeps the two apart.
    """
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= size_bytes - 8


def _read_checkpoint(path: Path) -> dict[str, Tensor]:
    import pickle
    import warnings

    import torch
    from safetensors import SafetensorError

    try:
        with warnings.catch_warnings():
            # Of pickle protocols that torch did not write itself; it reads or refuses them.
            warnings.simplefilter("ignore", UserWarning)
            loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{str(path)!r} is refused: it holds more than tensors, and loading it would run code"
        ) from error
    # torch hands on what is called .safetensors, whatever it begins with.
    except (*_DAMAGE, SafetensorError) as error:
        raise WeightsError(f"{str(path)!r} is damaged: {_first_line(error)}") from error
    if isinstance(loaded, Mapping) and isinstance(loaded.get("state_dict"), Mapping):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, Mapping) or not all(
        isinstance(name, str) and torch.is_tensor(value) for name, value in loaded.items()
    ):
        raise WeightsError(f"{str(path)!r} is refused: it is no mapping of names to tensors")
    return {name.removeprefix("module."): value.detach() for name, value in loaded.items()}


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{str(path)!r} is damaged: {_first_line(error)}") from error


def _read_hdf5(path: Path) -> dict[str, Tensor]:
    import torch

    h5py = import_extra("h5py", extra="hdf5", who="an HDF5 file of weights")
    tensors: dict[str, Tensor] = {}

    def keep(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and node.dtype.kind in "fiu":
            tensors[name] = torch.from_numpy(node[...])

    try:
        # Locks are for files that others write meanwhile; some network file systems have none.
        with h5py.File(path, "r", locking=False) as file:
            file.visititems(keep)  # follows no link that leaves the file
    except (OSError, RuntimeError, TypeError, ValueError, KeyError) as error:
        raise WeightsError(f"{str(path)!r} is damaged: {_first_line(error)}") from error
    return tensors


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
