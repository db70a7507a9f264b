"""NIMA (Talebi and Milanfar 2018) as idealo trained it: MobileNet on TID2013 and on AVA."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blackcamo.errors import WeightsError
from blackcamo.weights import store
from blackcamo.weights.files import check_shapes, keras_layers, read_tensors
from blackcamo.weights.spec import Converted, RemoteFile, Source, WeightsSpec

if TYPE_CHECKING:
    from blackcamo.nets.mobilenet import NimaMobileNet

_PAGE = "https://github.com/idealo/image-quality-assessment/tree/master/models/MobileNet"
_FILES = (
    "https://github.com/idealo/image-quality-assessment/raw/"
    "dceaf7c2d218bc6e80b21d6e147e3b56a21b7f31/models/MobileNet"
)


def convert(path: Path) -> Converted:
    """Read the weights of NIMA's MobileNet from a Keras HDF5 file.

    Raises:
        WeightsError: the file is damaged or holds another model.
        MissingExtraError: HDF5 needs h5py.
    """
    import torch

    from blackcamo.nets.mobilenet import NimaMobileNet, from_keras

    state = from_keras(keras_layers(read_tensors(path)))
    with torch.device("meta"):
        expected = NimaMobileNet().state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in expected.items()}
    check_shapes(state, shapes, "NIMA's MobileNet")
    return Converted(state, "keras-hdf5")


def load_network(name: str) -> tuple[NimaMobileNet, str]:
    """The network with the installed weights of ``name``, and the digest of their file.

    Raises:
        WeightsError: they are not installed, or damaged.
    """
    import torch

    from blackcamo.nets.mobilenet import NimaMobileNet

    loaded = store.load(name)
    try:
        digest = loaded.record["source_sha256"]
        with torch.device("meta"):
            network = NimaMobileNet()
        network.load_state_dict(loaded.tensors, assign=True)
    except (KeyError, RuntimeError) as error:
        raise WeightsError(
            f"the installed weights of {name!r} are damaged; install them again: "
            f"blackcamo weights install {name} --from FILE"
        ) from error
    return network.eval(), digest


TECHNICAL = WeightsSpec(
    name="nima-technical",
    title="NIMA MobileNet, technical quality: trained on TID2013 by idealo",
    licence="Apache-2.0",
    sources=(
        Source(
            "keras-hdf5",
            _PAGE,
            (
                RemoteFile(
                    "weights_mobilenet_technical_0.11.hdf5",
                    url=f"{_FILES}/weights_mobilenet_technical_0.11.hdf5",
                    git_blob="5e4a4ca2ce639309bfa4038d0bc10ba92b93bd26",
                ),
            ),
        ),
    ),
    convert=convert,
)

AESTHETIC = WeightsSpec(
    name="nima-aesthetic",
    title="NIMA MobileNet, aesthetics: trained on AVA by idealo",
    licence="Apache-2.0",
    sources=(
        Source(
            "keras-hdf5",
            _PAGE,
            (
                RemoteFile(
                    "weights_mobilenet_aesthetic_0.07.hdf5",
                    url=f"{_FILES}/weights_mobilenet_aesthetic_0.07.hdf5",
                    size_bytes=13_174_216,
                    sha256="e563ad91b3d47410e45f7238f07ab8f6abd1bd0c4b18a4b0af9c681a21a91cb2",
                    git_blob="003fb321ce92445e41d708144a3656589f9214e7",
                ),
            ),
        ),
    ),
    convert=convert,
)
