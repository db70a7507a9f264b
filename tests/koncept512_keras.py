"""Record what Keras' own Inception-ResNet-v2 with KonCept512's head answers.

``python -m tests.koncept512_keras`` needs Keras 3 with its torch backend, which nothing else here
does: it writes tests/data/koncept512_keras.json, with which the tests rebuild the same weights.
It also lets Keras save the model as HDF5 and says how far the converted network is from it.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.koncept512_standin import parameter, picture

RECORD = Path(__file__).parent / "data" / "koncept512_keras.json"
PICTURES = [(0, 384, 512), (1, 299, 420)]  # seed, height, width

_KINDS = {"kernel": "kernel", "gamma": "scale", "moving_variance": "variance"}


def variable(layer: str, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The stand-in for one of Keras' variables; kernels are (..., in, out)."""
    kind = _KINDS.get(name, "offset")
    return parameter(f"{layer}/{name}", shape, kind=kind, fan_in=int(np.prod(shape[:-1])))


def _build() -> Any:
    import keras
    from keras import layers

    base = keras.applications.InceptionResNetV2(
        weights=None, include_top=False, input_shape=(None, None, 3)
    )
    x = layers.GlobalAveragePooling2D(name="final_gap")(base.output)
    for i, (units, dropout) in enumerate([(2048, 0.25), (1024, 0.25), (256, 0.5)]):
        x = layers.Dense(units, activation="relu", name=f"fc_fc{i}")(x)
        x = layers.BatchNormalization(name=f"fc_bn{i}")(x)
        x = layers.Dropout(dropout, name=f"fc_do{i}")(x)
    return keras.Model(base.input, layers.Dense(1, name="fc_out")(x))


def main() -> None:
    """Write the record."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    import torch

    from blackcamo.nets.inception_resnet_v2 import KonCept512
    from blackcamo.weights.koncept512 import convert

    model = _build()
    shapes: dict[str, dict[str, list[int]]] = {}
    for layer in model.layers:
        for weight in layer.weights:
            shape = tuple(int(n) for n in weight.shape)
            shapes.setdefault(layer.name, {})[weight.name] = list(shape)
            weight.assign(variable(layer.name, weight.name, shape))
    images = [picture(*size) / 127.5 - 1.0 for size in PICTURES]
    scores = [float(model.predict(x[None], verbose=0)[0, 0]) for x in images]

    network = KonCept512(pooling="global", head_eps=1e-3).eval()
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.h5")
        network.load_state_dict(dict(convert(Path(folder) / "model.h5").tensors))
    for x, score in zip(images, scores, strict=True):
        rgb = torch.from_numpy(x.astype(np.float32)).permute(2, 0, 1)[None]
        with torch.inference_mode():
            print(f"Keras {score:.6f}, converted {network(rgb).item():.6f}")  # noqa: T201

    record = {"keras": keras.__version__, "scores": scores, "variables": shapes}
    RECORD.write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
