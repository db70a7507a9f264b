"""The weights store: known models, installed once as safetensors in the user's data folder."""

from blackcamo.weights.download import Progress
from blackcamo.weights.files import check_shapes, keras_layers, read_record, read_tensors
from blackcamo.weights.spec import Converted, RemoteFile, Source, WeightsSpec
from blackcamo.weights.store import (
    Installation,
    Loaded,
    home,
    install,
    installed,
    known,
    load,
    remove,
)

__all__ = [
    "Converted",
    "Installation",
    "Loaded",
    "Progress",
    "RemoteFile",
    "Source",
    "WeightsSpec",
    "check_shapes",
    "home",
    "install",
    "installed",
    "keras_layers",
    "known",
    "load",
    "read_record",
    "read_tensors",
    "remove",
]
