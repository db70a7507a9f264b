"""The built-in formats keep the contracts that are published for plug-in authors."""

from __future__ import annotations

import pytest

from blackcamo import plugins
from blackcamo.exporters import Exporter, cube
from blackcamo.testing import ExporterContract, LookExporterContract
from blackcamo.testing.exporters import Colours
from blackcamo.types import Export


class TestEveryFormat(ExporterContract):
    @pytest.fixture(autouse=True, params=plugins.names("exporters"))
    def choose(self, request: pytest.FixtureRequest) -> None:
        self.name = request.param

    def make_exporter(self) -> Exporter:
        exporter: Exporter = plugins.load("exporters", self.name)
        return exporter


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
