"""Which device torch computes on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from blackcamo.devices import in_one_thread, resolve_device
from blackcamo.errors import OptionError


def test_devices_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto") == resolve_device("cpu") == "cpu"
    with pytest.raises(OptionError, match=r"device is 'cuda:1', but torch .* finds none here"):
        resolve_device("cuda:1")


def test_devices_with_two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [resolve_device(d) for d in ("auto", "cuda", "cuda:1")] == ["cuda", "cuda", "cuda:1"]
    with pytest.raises(OptionError, match="finds 2 of them here"):
        resolve_device("cuda:2")


@pytest.mark.parametrize("device", ["", "gpu", "cuda:", "cuda:x", "cpu:0", "mps"])
def test_unknown_devices(device: str) -> None:
    with pytest.raises(OptionError, match="must be auto, cpu, cuda or cuda:N"):
        resolve_device(device)


def test_a_thread_for_rendering_uses_no_other_and_changes_none() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert in_one_thread(torch.get_num_threads) == 1
        assert torch.get_num_threads() == 2
        with ThreadPoolExecutor(1) as other:
            assert other.submit(torch.get_num_threads).result() == 2
        torch.set_num_threads(1)
        assert in_one_thread(threading.get_ident) == threading.get_ident()
    finally:
        torch.set_num_threads(before)
