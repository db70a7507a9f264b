"""What the searches of many photos found, exported in every format and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from blackcamo import plugins, run
from blackcamo.images import load_photo
from blackcamo.looks import read_look
from blackcamo.preset import read_preset
from blackcamo.rendering import render
from blackcamo.vision.arrays import to_rgb
from blackcamo.vision.lut import apply_lut


@pytest.mark.slow
def test_the_studies_of_24_photos_export_and_come_back_the_same(
    kodak: list[Path], tmp_path: Path
) -> None:
    assert len(kodak) == 24
    storage = str(tmp_path / "studies.journal")
    for photo in kodak:
        result = run.search(
            photo, scorer="niqe", budget=20, target=1.0, out=tmp_path / photo.stem, storage=storage
        )
        # Trial 0 is the photo unchanged, which is what so few queries may end with.
        exported = run.export(
            str(result.study),
            storage=storage,
            pick=7,
            formats=sorted(plugins.names("exporters")),
            out=tmp_path / photo.stem,
        ).exports
        pixels = load_photo(photo).pixels
        (path,) = exported["json"].files
        preset = read_preset(path)
        assert any(preset.params[n] != v for n, v in preset.chain().space.neutral.items())
        # Written again, the preset has the same bytes, and so has the picture.
        again = type(preset).from_json(preset.to_json())
        assert again.to_json().encode() == path.read_bytes()
        ours, theirs = (
            render(p.chain(), pixels, p.params, keep_size=p.keep_size) for p in (preset, again)
        )
        np.testing.assert_array_equal(ours, theirs)
        # The look alone comes back from both formats of tables within what the export states.
        rgb = to_rgb(pixels)[None, :, ::4, ::4]
        chain = preset.chain()
        look = apply_lut(rgb, chain.bake(preset.params)[None])
        for name in ("cube", "hald"):
            table = read_look(exported[name].files[0])
            nodes = torch.from_numpy(table.nodes.astype(np.float32) / 65535).permute(3, 0, 1, 2)
            error = float((apply_lut(rgb, nodes[None]) - look).abs().max()) * 255
            stated = exported[name].max_error_levels
            assert stated is not None
            assert error <= stated + 0.02, (photo.stem, name)
