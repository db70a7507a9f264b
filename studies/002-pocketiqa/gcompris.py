"""Photographs from the learning game GCompris, as Debian's package gcompris-qt-data has them.

    apt-get download gcompris-qt-data
    python gcompris.py gcompris-qt-data_*.deb --work /path/to/scratch

unpacks them into ``photos/gcompris`` of the scratch folder, each with its licence in
``licences.csv``.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

NAME = "gcompris"
ACTIVITIES = ("explore_monuments", "erase", "details", "explore_world_animals",
              "explore_farm_animals", "explore_world_music")  # fmt: skip
PAINTING = re.compile("Gogh|Portrait|Eglise")
MIN_LONG_SIDE_PX = 480
REST = "free, as the package says of files that it does not name"
_FOLDER_FLAG = 2


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Paths and contents of an uncompressed Qt resource file.

    Source: Qt's documentation of the resource system and rcc's format 3 (qresource.cpp).
    """
    version, tree, contents, names = struct.unpack(">IIII", data[4:20])
    size = 14 if version < 2 else 22

    def name(offset: int) -> str:
        start = names + offset
        (letters,) = struct.unpack(">H", data[start : start + 2])
        return data[start + 6 : start + 6 + 2 * letters].decode("utf-16-be")

    def node(number: int, folder: str) -> Iterator[tuple[str, bytes]]:
        start = tree + number * size
        offset, flags, first, second = struct.unpack(">IHII", data[start : start + 14])
        path = f"{folder}/{name(offset)}" if number else ""
        if flags & _FOLDER_FLAG:
            for child in range(second, second + first):
                yield from node(child, path)
        else:
            start = contents + second
            (length,) = struct.unpack(">I", data[start : start + 4])
            yield path, data[start + 4 : start + 4 + length]

    yield from node(0, "")


def licences(copyright_file: str) -> dict[str, str]:
    """Licence and author by "activity/name" (without folders and extension between them)."""
    found = {}
    for paragraph in copyright_file.split("\n\n"):
        licence = re.search(r"^License: *(.+)", paragraph, re.M)
        author = re.search(r"^Copyright: *(.+)", paragraph, re.M)
        if licence and author:
            for path in re.findall(r"src/activities/(\S+)\.\w+", paragraph):
                activity, name = path.split("/")[0], path.split("/")[-1]
                found[f"{activity}/{name}"] = f"{licence[1].strip()}, {author[1].strip()}"
    return found


def unpack(package: Path, folder: Path) -> None:
    """Write the photographs and the table of their licences."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["dpkg-deb", "-x", package, scratch], check=True)
        share = Path(scratch) / "usr" / "share"
        known = licences((share / "doc" / "gcompris-qt-data" / "copyright").read_text())
        with (folder / "licences.csv").open("w", newline="") as file:
            table = csv.writer(file)
            for activity in ACTIVITIES:
                resources = (share / "gcompris-qt" / "rcc" / f"{activity}.rcc").read_bytes()
                for path, data in members(resources):
                    name = Path(path).stem
                    licence = known.get(f"{activity}/{name}", REST)
                    if not PAINTING.search(name) and _is_photo(data):
                        file_name = f"{activity}-{name}{Path(path).suffix}"
                        (folder / file_name).write_bytes(data)
                        table.writerow([file_name, licence])


def _is_photo(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.mode == "RGB" and max(image.size) >= MIN_LONG_SIDE_PX
    except UnidentifiedImageError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    unpack(args.package, args.work / "photos" / NAME)


if __name__ == "__main__":
    main()
