"""Credit survives; position, serial numbers, thumbnail and history do not."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from blackcamo.images import Credit, encode_png, jpeg_metadata, load_photo
from tests.images.files import encoded, picture, save

RGB = Image.fromarray(picture())
ARTIST, COPYRIGHT = 0x013B, 0x8298

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF
 xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description xmlns:d="http://purl.org/dc/elements/1.1/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,31.2N">
<d:creator><r:Seq><r:li>Zoë Ångström</r:li> <r:li>Bo</r:li></r:Seq></d:creator>
<d:rights><r:Alt><r:li xml:lang="x-default">© Zoë</r:li>
<r:li xml:lang="de">alle Rechte</r:li></r:Alt></d:rights>
</r:Description></r:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()


def exif_with(tags: dict[int, str | bytes]) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    return exif


def iptc_jpeg(records: dict[int, bytes]) -> bytes:
    """A JPEG with application records in Photoshop's segment (IPTC-IIM 4.2, 1.6)."""
    data = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(text)) + text for number, text in records.items()
    )
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)
    body = b"Photoshop 3.0\0" + block
    jpeg = encoded(RGB, "JPEG")
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Ann Adams", "Ann Adams"),
        ("Zoë ©".encode(), "Zoë ©"),
        ("Zoë ©".encode("latin-1"), "Zoë ©"),
        (b"photographer\0editor", "photographer; editor"),
        (b" \0editor", "editor"),
        (b"two\r\nlines\x07", "two lines"),
        (b"   ", None),
        (b"x" * 5000, "x" * 2000),
    ],
)
def test_exif_text_becomes_one_line(tmp_path: Path, stored: str | bytes, read: str | None) -> None:
    path = save(tmp_path / "a.jpg", RGB, exif=exif_with({ARTIST: stored, COPYRIGHT: stored}))
    assert load_photo(path).credit == Credit(read, read)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "avif", "tiff"])
def test_credit_from_exif_of_every_format(tmp_path: Path, suffix: str) -> None:
    exif = exif_with({ARTIST: "Ann", COPYRIGHT: "2024 Ann"})
    credit = load_photo(save(tmp_path / f"a.{suffix}", RGB, exif=exif)).credit
    assert credit == Credit("Ann", "2024 Ann")


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif"])
def test_credit_from_xmp(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a.{suffix}", RGB, xmp=XMP)
    assert load_photo(path).credit == Credit("Zoë Ångström; Bo", "© Zoë")


def test_exif_goes_before_xmp_for_each_text(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", RGB, xmp=XMP, exif=exif_with({ARTIST: "Ann"}))
    assert load_photo(path).credit == Credit("Ann", "© Zoë")


@pytest.mark.parametrize(
    "xmp",
    [b"<unfinished", XMP.replace(b"<x:", b'<!DOCTYPE a [<!ENTITY e "e">]><x:', 1)],
    ids=["malformed", "with entities"],
)
def test_bad_xmp_says_nothing(tmp_path: Path, xmp: bytes) -> None:
    assert load_photo(save(tmp_path / "a.jpg", RGB, xmp=xmp)).credit == Credit()


def test_credit_from_iptc(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(iptc_jpeg({80: "Zoë".encode("latin-1"), 116: "© Zoë".encode()}))
    assert load_photo(path).credit == Credit("Zoë", "© Zoë")


def test_credit_from_text_of_a_png(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", "Ann")
    info.add_itxt("Copyright", "© Ann")
    assert load_photo(save(tmp_path / "a.png", RGB, pnginfo=info)).credit == Credit("Ann", "© Ann")


def test_no_credit_writes_no_exif() -> None:
    assert jpeg_metadata(Credit())["exif"] == b""
    assert b"Exif" not in encoded(RGB, "JPEG", **jpeg_metadata(Credit()))


def test_credit_goes_round_and_is_all_there_is(tmp_path: Path) -> None:
    credit = Credit("Zoë", "© 2024 Zoë")
    for name, data in (
        ("a.jpg", encoded(RGB, "JPEG", **jpeg_metadata(credit))),
        ("a.png", encode_png(picture(), credit)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        assert load_photo(path).credit == credit
        with Image.open(path) as image:
            assert set(image.getexif()) == {ARTIST, COPYRIGHT}


def test_longest_credit_fits_into_a_jpeg(tmp_path: Path) -> None:
    text = "😀" * 2000
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(RGB, "JPEG", **jpeg_metadata(Credit(text, text))))
    assert load_photo(path).credit == Credit(text, text)


def exiftool(*arguments: str) -> str:
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool is not installed (package libimage-exiftool-perl)")
    done = subprocess.run([program, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def tags(path: Path) -> dict[str, Any]:
    """Every tag that exiftool finds, unknown and double ones too, as "group:name"."""
    (found,) = json.loads(exiftool("-json", "-G1", "-a", "-u", "-U", "-ee", str(path)))
    return {name: value for name, value in found.items() if name != "SourceFile"}


def test_exiftool_finds_credit_and_profile_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "in.jpg"
    exif = exif_with({})
    exif.get_ifd(0x8769)[0x927C] = b"maker note with a secret"
    thumbnail = save(tmp_path / "thumb.jpg", RGB.resize((48, 32)))
    save(path, RGB, exif=exif, comment="a comment")
    exiftool(
        "-overwrite_original",
        "-EXIF:Artist=Zoë",
        "-EXIF:Copyright=© 2024 Zoë",
        "-GPSLatitude=52.52",
        "-GPSLatitudeRef=N",
        "-EXIF:SerialNumber=SN-4711",
        "-EXIF:LensSerialNumber=LSN-4712",
        "-XMP:GPSLatitude=52.52",
        "-XMP-aux:SerialNumber=SN-4711",
        "-XMP:CreatorTool=some editor",
        "-IPTC:City=Berlin",
        f"-ThumbnailImage<={thumbnail}",
        str(path),
    )
    before = tags(path)
    for name in (
        "GPS:GPSLatitude",
        "ExifIFD:SerialNumber",
        "XMP-exif:GPSLatitude",
        "XMP-aux:SerialNumber",
        "IFD1:ThumbnailImage",
        "IPTC:City",
        "File:Comment",
    ):
        assert name in before, "the test's own picture lacks what is to be dropped"
    assert b"maker note with a secret" in path.read_bytes()

    photo = load_photo(path)
    for name, data in (
        ("out.jpg", encoded(Image.fromarray(photo.pixels), "JPEG", **jpeg_metadata(photo.credit))),
        ("out.png", encode_png(photo.pixels, photo.credit)),
    ):
        out = tmp_path / name
        out.write_bytes(data)
        after = tags(out)
        assert {k: v for k, v in after.items() if k.startswith("IFD")} == {
            "IFD0:Artist": "Zoë",
            "IFD0:Copyright": "© 2024 Zoë",
        }
        groups = {name.split(":")[0] for name in after}
        assert groups <= {
            "ExifTool", "System", "File", "JFIF", "PNG", "IFD0", "Composite",
            "ICC-header", "ICC_Profile", "ICC-chrm",
        }  # fmt: skip
        for secret in (b"SN-471", b"Berlin", b"secret", b"comment", b"some editor"):
            assert secret not in data
