"""Programs that photographers use, each given a picture and an export."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from blackcamo.types import Export, Pixels


def program(name: str, package: str) -> str:
    """The path of an installed program."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return found


def imagemagick() -> str:
    """ImageMagick, which other programs of the name "convert" may hide."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    for name in ("magick", "convert"):
        for path in (folder / name for folder in folders):
            if not os.access(path, os.X_OK):
                continue
            version = subprocess.run([path, "-version"], capture_output=True, check=False).stdout
            if version.startswith(b"Version: ImageMagick"):
                return str(path)
    pytest.skip("ImageMagick is not installed: apt-get install imagemagick")


def run(*words: str | Path, folder: Path, **environment: str) -> None:
    """Run a program in a folder, which is its home too; fail with what it said."""
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")


def by_rawtherapee(export: Export, photo: Path, result: Path) -> None:
    folder = photo.parent
    settings = folder / "rawtherapee"
    settings.mkdir()
    clut_folder = export.files[0].parent
    (settings / "options").write_text(f"[Color Management]\nClutsDirectory={clut_folder}\n")
    words: list[str | Path] = [
        "-a",
        "-Y",
        "-n",
        "-b8",
        "-p",
        export.files[0],
        "-o",
        result,
        "-c",
        photo,
    ]
    cli = program("rawtherapee-cli", "rawtherapee")
    run(cli, *words, folder=folder, RT_SETTINGS=str(settings))


def _darktable(luts: Path, folder: Path, *words: str | Path, lua: str = "") -> None:
    """Its command line; a line of its Lua runs beside the export and may end after it."""
    core: list[str | Path] = [
        "--library",
        ":memory:",
        "--configdir",
        folder / "darktable",
        "--disable-opencl",
    ]
    core += ["--cachedir", folder / "cache", "--conf", f"plugins/darkroom/lut3d/def_path={luts}"]
    cli = program("darktable-cli", "darktable")
    run(cli, *words, "--core", *core, "--luacmd", lua, folder=folder)


def by_darktable(export: Export, photo: Path, result: Path) -> None:
    sidecar = export.files[0]
    _darktable(sidecar.parent, photo.parent, photo, sidecar, result)


def by_dtstyle(export: Export, photo: Path, result: Path) -> None:
    style = export.files[0]
    lua = f'require("darktable").styles.import("{style}")'
    _darktable(style.parent, photo.parent, photo, photo.with_name("before.png"), lua=lua)
    name = ElementTree.parse(style).getroot().findtext("info/name")
    _darktable(style.parent, photo.parent, photo, result, "--style", str(name))


def by_ffmpeg(export: Export, photo: Path, result: Path) -> None:
    graph = export.files[0].read_text(encoding="utf-8").rstrip("\n")
    words: list[str | Path] = ["-v", "error", "-i", photo, "-vf", graph, result]
    run(program("ffmpeg", "ffmpeg"), *words, folder=export.files[0].parent)


def by_imagemagick(export: Export, photo: Path, result: Path) -> None:
    magick = imagemagick()
    run("sh", export.files[0], photo, result, folder=photo.parent, MAGICK=magick)
    with Image.open(result) as image:
        assert not image.has_transparency_data


def by_pillow(export: Export, photo: Path, result: Path) -> None:
    run(sys.executable, export.files[0], photo, result, folder=photo.parent)


def by_opencolorio(export: Export, photo: Path, result: Path) -> None:
    ocio = pytest.importorskip("PyOpenColorIO", reason="pip install opencolorio")
    look = ocio.FileTransform(str(export.files[0]), interpolation=ocio.INTERP_LINEAR)
    processor = ocio.Config.CreateRaw().getProcessor(look).getDefaultCPUProcessor()
    colours = read(photo).astype(np.float32) / 255
    processor.applyRGB(colours)
    Image.fromarray(np.rint(colours * 255).clip(0, 255).astype(np.uint8)).save(result)


def read(path: Path) -> Pixels:
    """The pixels of a picture that a program wrote."""
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))
