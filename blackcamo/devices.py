"""Which device torch computes on."""

from __future__ import annotations

from blackcamo.errors import OptionError


def resolve_device(device: str) -> str:
    """The torch device for ``auto``, ``cpu``, ``cuda`` or ``cuda:N``; auto is CUDA where it works.

    Raises:
        OptionError: another name, or a CUDA device that is not there.
    """
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = device.partition(":")
    if kind == "cpu" and not index:
        return device
    if kind != "cuda" or not (index.isdecimal() or device == "cuda"):
        raise OptionError(f"unknown device {device!r}; it must be auto, cpu, cuda or cuda:N")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if count <= int(index or 0):
        found = f"{count} of them" if count else "none"
        raise OptionError(
            f"device is {device!r}, but torch {torch.__version__} finds {found} here; "
            "use 'cpu' or 'auto', or install a CUDA build of torch"
        )
    return device
