"""Contracts of export formats: subclass one, name the exporter, run pytest.

class TestCsv(ExporterContract):
    def make_exporter(self) -> Exporter:
        return blackcamo_csv.export
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from blackcamo.errors import OutputError
from blackcamo.exporters import Exporter
from blackcamo.preset import Preset
from blackcamo.types import Export
from blackcamo.vision.lut import apply_lut

Colours = NDArray[np.float32]

STEM = "film, no. 2; it's [déjà] 50% 'vu' & <more>"
LOOK = {"exposure_ev": 0.3, "contrast_percent": 15.0, "temperature_k": 7400.0}
_RECIPE = 'a <strong> film look, 50% "warm" & it\'s déjà vu'


def make_preset(**others: float) -> Preset:
    """A strong look, and parameters of other families beside it."""
    families = ("tone", "colour", "optics", "grain")
    return Preset(filters=families, lut_size=33, params={**LOOK, **others}, recipe=_RECIPE)


class ExporterContract:
    """The contract of every export format."""

    def make_preset(self) -> Preset:
        """A preset of which the format writes something; override this where a look is nothing."""
        return make_preset()

    def make_exporter(self) -> Exporter:
        """The exporter under test; override this."""
        raise NotImplementedError

    def test_files_are_named_after_the_stem_and_know_no_folder(self, tmp_path: Path) -> None:
        """Nothing else is written, and the bytes are the same wherever they go."""
        exporter, preset = self.make_exporter(), self.make_preset()
        one = exporter(preset, tmp_path / "one", STEM)
        two = exporter(preset, tmp_path / "another" / "two", STEM)
        assert sorted(one.files) == sorted((tmp_path / "one").iterdir())
        assert all(path.name.startswith(f"{STEM}.") for path in one.files)
        assert [path.name for path in one.files] == [path.name for path in two.files]
        for a, b in zip(one.files, two.files, strict=True):
            assert a.read_bytes() == b.read_bytes() != b""

    def test_a_folder_that_cannot_be_written_to_is_refused_in_one_line(
        self, tmp_path: Path
    ) -> None:
        """The error names the file."""
        (tmp_path / "file").touch()
        refusal = ""
        try:
            self.make_exporter()(self.make_preset(), tmp_path / "file", "film")
        except OutputError as error:
            refusal = str(error)
        assert "cannot write" in refusal
        assert "\n" not in refusal


class LookExporterContract(ExporterContract):
    """The contract of a format of looks: a program that reads it gives the same colours."""

    def read_back(self, export: Export, colours: Colours) -> Colours:
        """Colours (N, 3) in [0, 1] as a program gives them that opens the files; override this."""
        raise NotImplementedError

    def test_a_program_gives_the_look(self, tmp_path: Path) -> None:
        """All colours differ by what the export says, and by half a level at most of rounding."""
        preset = make_preset()
        export = self.make_exporter()(preset, tmp_path, STEM)
        colours = np.random.default_rng(0).random((4096, 3)).astype(np.float32)
        theirs = self.read_back(export, colours.copy())
        rgb = torch.from_numpy(colours.T[None, :, None].copy())
        ours = apply_lut(rgb, preset.chain().bake(preset.params)[None])[0, :, 0].T.numpy()
        assert np.abs(theirs - ours).max() * 255 <= (export.max_error_levels or 0) + 0.5

    def test_what_a_look_cannot_carry_is_said(self, tmp_path: Path) -> None:
        """Each in plain words, and nothing where there is nothing."""
        exporter = self.make_exporter()
        assert exporter(make_preset(), tmp_path, "film").left_out == ()
        preset = make_preset(grain_percent=2.0, vignette_percent=9.0)
        left_out = exporter(preset, tmp_path, "film").left_out
        assert left_out == ("film grain 2 %", "corners 9 % darker")
