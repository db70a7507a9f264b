"""What the exports of editors say, read by programs that are not those editors."""

from __future__ import annotations

import configparser
import json
import struct
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from blackcamo.errors import OutputError
from blackcamo.exporters import export_preset
from blackcamo.exporters.darktable import module_params
from tests.exporters.looks import FAMILIES, FILM, graded
from tests.exporters.programs import program

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
CRS = "{http://ns.adobe.com/camera-raw-settings/1.0/}"
RECIPE = 'a <strong> "film" & more'


def test_exiftool_reads_the_sidecar_of_darktable(tmp_path: Path) -> None:
    exiftool = program("exiftool", "libimage-exiftool-perl")
    preset = replace(FILM, recipe=RECIPE)
    sidecar, table = export_preset(preset, format="darktable", folder=tmp_path, stem="a & b").files
    assert (sidecar.name, table.name) == ("a & b.darktable.xmp", "a & b.cube")
    (about,) = json.loads(subprocess.check_output([exiftool, "-j", "-struct", sidecar]))
    assert "Warning" not in about
    assert about["Source"] == RECIPE
    (module,) = about["History"]
    assert (module["Operation"], module["Modversion"]) == ("lut3d", 3)
    params = bytes.fromhex(module["Params"])
    assert params.startswith(b"a & b.cube\0")
    assert struct.unpack_from("<3i", params, 512) == (0, 1, 0)


def test_a_style_is_well_formed_and_named_after_the_preset(tmp_path: Path) -> None:
    preset = replace(FILM, recipe=RECIPE)
    style, _ = export_preset(preset, format="dtstyle", folder=tmp_path, stem="a & b").files
    root = ElementTree.parse(style).getroot()
    assert root.findtext("info/name") == "a & b"
    assert root.findtext("info/description") == RECIPE
    assert root.findtext("style/plugin/operation") == "lut3d"
    assert root.findtext("style/plugin/op_params") == module_params("a & b.cube")


def test_long_names_of_styles_are_cut_at_a_letter_and_stay_different(tmp_path: Path) -> None:
    names = []
    for stem in ("é" * 63 + "a", "é" * 64, "é" * 64 + "a"):  # 127, 128 and 129 bytes
        style, table = export_preset(FILM, format="dtstyle", folder=tmp_path, stem=stem).files
        assert (style.name, table.name) == (f"{stem}.dtstyle", f"{stem}.cube")
        names.append(str(ElementTree.parse(style).getroot().findtext("info/name")))
    assert names[0] == "é" * 63 + "a"
    assert all(len(name.encode()) <= 127 and name.startswith("é" * 59) for name in names)
    assert len(set(names)) == 3


def test_darktable_is_given_no_name_that_it_would_cut() -> None:
    assert len(bytes.fromhex(module_params("é" * 255))) == 512 + 12 + 12288 + 128
    with pytest.raises(OutputError, match="has 512 bytes; darktable takes names of fewer than 512"):
        module_params("é" * 256)


def test_a_profile_changes_nothing_but_the_film_simulation(tmp_path: Path) -> None:
    profile, hald = export_preset(FILM, format="pp3", folder=tmp_path, stem="film").files
    parsed = configparser.ConfigParser()
    parsed.read(profile)
    assert parsed.sections() == ["Version", "Film Simulation"]
    assert parsed["Film Simulation"]["ClutFilename"] == hald.name == "film.hald.png"


def test_exiftool_reads_the_preset_of_lightroom(tmp_path: Path) -> None:
    exiftool = program("exiftool", "libimage-exiftool-perl")
    preset = replace(FILM, filters=(*FAMILIES, "grain"))
    preset = replace(preset, params={**FILM.params, "grain_percent": 2.0})
    export = export_preset(preset, format="lightroom", folder=tmp_path, stem="a & b")
    (about,) = json.loads(subprocess.check_output([exiftool, "-j", "-struct", *export.files]))
    assert "Warning" not in about
    assert (about["Name"], about["PresetType"]) == ("a & b", "Normal")
    assert int(about["Saturation"]) == round(FILM.params["saturation_percent"])
    assert int(about["Vibrance"]) == round(FILM.params["vibrance_percent"])
    ramp = np.arange(0, 256, 17, dtype=np.uint8)
    look = graded(FILM, np.repeat(ramp[None, :, None], 3, axis=2))[0]
    for i, channel in enumerate(("Red", "Green", "Blue")):
        points = [f"{x}, {y}" for x, y in zip(ramp, look[:, i], strict=True)]
        assert about[f"ToneCurvePV2012{channel}"] == points
    assert export.max_error_levels is None
    assert export.left_out == (
        "colours other than greys, which are approximate",
        "film grain 2 %",
    )


@pytest.mark.parametrize(
    "name", ["hald", "pp3", "darktable", "dtstyle", "ffmpeg", "imagemagick", "pillow"]
)
def test_what_the_format_cannot_carry_is_said(name: str, tmp_path: Path) -> None:
    preset = replace(FILM, filters=(*FAMILIES, "grain"), params={"grain_percent": 2.0})
    export = export_preset(preset, format=name, folder=tmp_path, stem="film")
    assert export.left_out == ("film grain 2 %",)
    assert sorted(tmp_path.iterdir()) == sorted(export.files)


@pytest.mark.parametrize(
    ("params", "grey", "saturation"),
    [
        ({"mono_percent": 100.0, "saturation_percent": 12.0}, "True", 12),
        ({"mono_percent": 40.0, "saturation_percent": 12.0}, "False", -28),
        ({}, "False", 0),
    ],
)
def test_black_and_white_is_a_setting_of_lightroom(
    params: dict[str, float], grey: str, saturation: int, tmp_path: Path
) -> None:
    preset = replace(FILM, filters=(*FAMILIES, "mono"), params=params, finish="white")
    export = export_preset(preset, format="lightroom", folder=tmp_path, stem="grey")
    (about,) = ElementTree.parse(export.files[0]).getroot().iter(f"{RDF}Description")
    assert about.get(f"{CRS}ConvertToGrayscale") == grey
    assert int(str(about.get(f"{CRS}Saturation"))) == saturation
    assert export.left_out[1:] == ("frame white",)
