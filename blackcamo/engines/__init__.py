"""Engines: one network, run by torch, OpenVINO or ONNX Runtime, with one answer."""

from blackcamo.engines.base import ENGINES, Engine, build
from blackcamo.engines.stages import Normalise, Stages

__all__ = ["ENGINES", "Engine", "Normalise", "Stages", "build"]
