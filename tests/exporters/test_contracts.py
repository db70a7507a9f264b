"""The built-in formats keep the contracts that are published for plug-in authors."""

from __future__ import annotations

import pytest

from blackcamo import plugins
from blackcamo.exporters import Exporter, cube, layers
from blackcamo.preset import Preset
from blackcamo.testing import ExporterContract, LookExporterContract
from blackcamo.testing.exporters import Colours
from blackcamo.types import Export
from tests.exporters.looks import vignetted


class TestEveryFormat(ExporterContract):
    @pytest.fixture(autouse=True, params=sorted(set(plugins.names("exporters")) - {"layers"}))
    def choose(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param

    def make_exporter(self) -> Exporter:
        exporter: Exporter = plugins.load("exporters", self.name)
        return exporter


class TestLayers(ExporterContract):
    def make_preset(self) -> Preset:
        return vignetted(48, 64)

    def make_exporter(self) -> Exporter:
        return layers.export


class TestCube(LookExporterContract):
    def make_exporter(self) -> Exporter:
        return cube.export

    def read_back(self, export: Export, colours: Colours) -> Colours:
        ocio = pytest.importorskip("PyOpenColorIO", reason="pip install opencolorio")
        look = ocio.FileTransform(str(export.files[0]), interpolation=ocio.INTERP_LINEAR)
        processor = ocio.Config.CreateRaw().getProcessor(look).getDefaultCPUProcessor()
        result = colours.reshape(1, -1, 3)
        processor.applyRGB(result)
        return result.reshape(-1, 3)
