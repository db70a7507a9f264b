"""``onnx:FILE``: any network in ONNX form, run by ONNX Runtime, described by ``FILE.toml``.

``scorers/description.py`` shows all that the description may say; it lies beside the network
(``nima.onnx.toml`` for ``nima.onnx``) or where ``--scorer-option description=FILE`` says. Two more
options: ``threads`` of one picture's computation (default 0: as many as there are cores) and
``batch``, how many pictures of one size run together (default 1: more do not help on a CPU). A
network that takes a fixed number of pictures runs so many; where there are fewer, the last one is
repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import OptionError, ScorerError, WeightsError
from blackcamo.extras import import_extra
from blackcamo.plugins import unknown
from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    extra_int,
    read_model_file,
    sha256,
)
from blackcamo.scorers.classes import OPTIONS, OfPhoto, Seen
from blackcamo.scorers.described import describe, score_described
from blackcamo.scorers.description import Description
from blackcamo.scorers.onnx_file import inspect
from blackcamo.types import Pixels, Scorer, ScorerInfo, ScorerOptions

_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}


class Onnx:
    """A network in ONNX form, described by a TOML file (onnx:FILE.onnx).

    Args:
        argument: the network's file; weights in files of their own lie beside it.
        options: device; range, threshold and direction over the description's; ``preprocess``
            over its ``mode``; extra ``description``, ``threads`` and ``batch``; of classifiers
            ``class`` and ``compared``, see scorers/classes.py.

    Raises:
        InputError: no such file, or its description or a file of weights is missing or wrong.
        OptionError: an option that it does not have, or out of its bounds.
        MissingExtraError: onnx or ONNX Runtime is not installed.
        WeightsError: the file is no ONNX network, too large or no regular file.
        ScorerError: the network is not what its description says.
    """

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        if not argument:
            raise OptionError("scorer 'onnx' needs a file: onnx:FILE, such as onnx:nima.onnx")
        check_extra("onnx", options, ("description", "threads", "batch", *OPTIONS))
        choose("engine of scorer 'onnx'", options.engine, ("auto", "onnxruntime"))
        threads = extra_int(options, "threads", default=0, low=0, high=1024)
        batch = extra_int(options, "batch", default=1, low=1, high=1024)
        path = Path(argument)
        model = read_model_file(path, remedy="say onnx:FILE with the path of an ONNX network")
        self._description = about = describe(path, options)
        self.native_size = about.input.size is None
        file = inspect(model, path)
        # What is missing is named before ONNX Runtime looks for it, in its own words.
        weights = file.data_digest()
        self._session = _session(path, options.device, threads)
        self._input, self._dtype, self._fixed = _check_input(self._session, about)
        self._output, alone = _check_output(self._session, about)
        self._batch = 1 if alone else self._fixed or batch
        self._known: dict[str, int] = {}
        self.info = declare(
            ScorerInfo(
                name=about.name,
                low=about.low,
                high=about.high,
                threshold=about.threshold,
                higher_is_better=about.higher_is_better,
                digest=sha256(model, weights, about.canonical),
                engine="onnxruntime",
                precision="quantised" if file.quantised else "fp32",
                preprocess=about.input.summary,
            ),
            options,
        )

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> list[float]:
        """Score each image, in order; NaN for one that is too small or that the network refuses.

        Raises:
            ScorerError: the network refuses every picture, or its output is not as described.
        """
        return self._ask(images, None, reference=reference)

    def about(self, photo: Pixels) -> Scorer:
        """A classifier asked about this photo's own class; any other network is what it is."""
        classes = self._description.output.classes
        if classes is None or classes.own is not None:
            return self
        return OfPhoto(self.info, photo, self._ask, self._known)

    def _ask(self, images: Sequence[Pixels], own: int | None, *, reference: bool) -> list[float]:
        batch = 1 if reference else self._batch
        classes = self._description.output.classes
        if classes is None or own is not None or classes.own is not None:
            read = None if classes is None else partial(classes.score, own=own)
            return score_described(images, self._description, self._run, batch=batch, read=read)
        scores: list[float] = []
        for image in images:
            seen = Seen(classes)
            scores += score_described([image], self._description, self._run, batch=1, read=seen)
            seen.keep(image, self._known)
        return scores

    def _run(self, stack: NDArray[np.float32]) -> NDArray[Any]:
        # Rounded first: a table value such as 254.99998 must not become 254.
        fed = np.rint(stack) if self._dtype is np.uint8 else stack
        missing = max((self._fixed or 0) - len(stack), 0)
        fed = np.concatenate([fed, np.repeat(fed[-1:], missing, axis=0)]).astype(self._dtype)
        try:
            output = np.asarray(self._session.run([self._output], {self._input: fed})[0])
        except Exception as error:
            raise ScorerError(
                f"scorer {self._description.name!r} cannot score pictures of shape "
                f"{stack.shape[1:]}: {_one_line(error)}"
            ) from error
        return output[: len(stack)] if missing and output.shape[:1] == fed.shape[:1] else output


def _session(path: Path, device: str, threads: int) -> Any:
    ort = import_extra("onnxruntime", extra="onnx", who="scorer 'onnx'")
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.log_severity_level = 4
    # Threads that wait busily would take the cores from rendering.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), settings, providers=_providers(ort, device))
    except OptionError:
        raise
    except Exception as error:
        raise WeightsError(
            f"{str(path)!r} is no network that ONNX Runtime {ort.__version__} can load: "
            f"{_one_line(error)}"
        ) from error


def _providers(ort: Any, device: str) -> list[Any]:
    """The CPU's kernels, after those of a CUDA device where it is there or asked for."""
    kind, _, index = device.partition(":")
    if kind not in ("auto", "cpu", "cuda") or (
        index and not (kind == "cuda" and index.isdecimal())
    ):
        raise OptionError(f"unknown device {device!r}; it must be auto, cpu, cuda or cuda:N")
    has_cuda = "CUDAExecutionProvider" in ort.get_available_providers()
    if kind == "cuda" and not has_cuda:
        raise OptionError(
            f"device is {device!r}, but this ONNX Runtime has no CUDA; use 'cpu', or install it "
            "with: pip install onnxruntime-gpu"
        )
    cuda = [("CUDAExecutionProvider", {"device_id": int(index or 0)})]
    return [*(cuda if has_cuda and kind != "cpu" else []), "CPUExecutionProvider"]


def _check_input(session: Any, about: Description) -> tuple[str, Any, int | None]:
    """The input's name and dtype, and how many pictures it takes (None: any number)."""
    inputs = session.get_inputs()
    if len(inputs) != 1:
        listed = ", ".join(i.name for i in inputs)
        raise ScorerError(
            f"scorer {about.name!r}: the network has {len(inputs)} inputs ({listed}); "
            "it must have one, for pictures"
        )
    name, shape, kind = inputs[0].name, inputs[0].shape, inputs[0].type
    if kind not in _DTYPES:
        raise ScorerError(
            f"scorer {about.name!r}: input {name!r} is {kind}; it must be one of "
            f"{', '.join(_DTYPES)}"
        )
    _check_shape(name, shape, about)
    return name, _DTYPES[kind], shape[0] if isinstance(shape[0], int) else None


def _check_shape(name: str, shape: Sequence[int | str], about: Description) -> None:
    """Refuse an input of another shape than pictures have as they are described.

    Raises:
        ScorerError: it has one.
    """
    size = about.input.size or (None, None)
    wanted = (3, *size) if about.input.layout == "nchw" else (*size, 3)
    # Names stand for lengths that may be any; None in ``wanted`` is the picture's own.
    if len(shape) != 4 or any(
        isinstance(has, int) and has != want for has, want in zip(shape[1:], wanted, strict=True)
    ):
        raise ScorerError(
            f"scorer {about.name!r}: input {name!r} has the shape {shape}, the description makes "
            f"{['n', *(w or 'any' for w in wanted)]}; correct its layout, width_px or height_px"
        )


def _check_output(session: Any, about: Description) -> tuple[str, bool]:
    """The name of the output that is read, and whether it has no dimension for pictures."""
    shapes = {str(output.name): output.shape for output in session.get_outputs()}
    name = about.output.tensor
    if name is None:
        if len(shapes) > 1:
            raise ScorerError(
                f"scorer {about.name!r}: the network has several outputs ({', '.join(shapes)}); "
                "name one in [output] tensor of its description"
            )
        (name,) = shapes
    if name not in shapes:
        raise ScorerError(f"scorer {about.name!r}: {unknown('output tensor', name, shapes)}")
    return name, not shapes[name]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
