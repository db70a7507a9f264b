"""The exporter keeps blackcamo's contract for formats of looks, as OpenColorIO reads it."""

from __future__ import annotations

import pytest
from blackcamo_clf import export

from blackcamo.exporters import Exporter
from blackcamo.testing import LookExporterContract
from blackcamo.testing.exporters import Colours
from blackcamo.types import Export


class TestClf(LookExporterContract):
    """The contract's tests, with OpenColorIO."""

    def make_exporter(self) -> Exporter:
        """The exporter under test."""
        return export

    def read_back(self, export: Export, colours: Colours) -> Colours:
        """Colours that OpenColorIO gives."""
        ocio = pytest.importorskip("PyOpenColorIO", reason="pip install opencolorio")
        look = ocio.FileTransform(str(export.files[0]))
        result = colours.reshape(1, -1, 3)
        ocio.Config.CreateRaw().getProcessor(look).getDefaultCPUProcessor().applyRGB(result)
        return result.reshape(-1, 3)
