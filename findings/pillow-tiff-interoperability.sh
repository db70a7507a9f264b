#!/usr/bin/env bash
# A photo that Pillow saves as TIFF with its own EXIF no longer says that it is in Adobe RGB.
#
# Guess beforehand: what image.save(..., exif=image.getexif()) writes, getexif() reads back, in a TIFF
# as in a JPEG.
# Seen with Pillow 13.0.0: of the three IFDs for Exif, GPS and interoperability, JPEG, WebP and PNG
# give back all. TIFF gives back the first two; the place of the third (tag 0xA005, which stands in
# the Exif IFD) stays that within the EXIF block it came from, where other data lie in the TIFF: what
# is read there are tags of something else. Cameras set to Adobe RGB write ColorSpace 65535 and say in
# that IFD alone which space it is (R03), so the copy is a picture in colours nobody knows.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pillow==13.0.0
"$folder/venv/bin/python" - <<'PYTHON'
import io

import PIL
from PIL import ExifTags, Image

EXIF, GPS, INTEROP = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop
exif = Image.Exif()
exif[ExifTags.Base.Make] = "camera"
exif.get_ifd(EXIF).update({ExifTags.Base.ColorSpace: 65535, INTEROP: {1: "R03", 2: b"0100"}})
exif.get_ifd(GPS)[ExifTags.GPS.GPSLatitudeRef] = "N"
photo = io.BytesIO()
Image.new("RGB", (64, 64)).save(photo, "JPEG", exif=exif)

print("Pillow", PIL.__version__)
found = {}
for kind in ("JPEG", "WEBP", "PNG", "TIFF"):
    copy = io.BytesIO()
    with Image.open(photo) as image:
        image.save(copy, kind, exif=image.getexif())
    with Image.open(copy) as image:
        again = image.getexif()
        space = again.get_ifd(EXIF).get(ExifTags.Base.ColorSpace)
        place = again.get_ifd(GPS).get(ExifTags.GPS.GPSLatitudeRef)
        rule = again.get_ifd(INTEROP).get(1)
    found[kind] = space, place, rule
    print(f"{kind}: ColorSpace {space}, latitude {place}, interoperability {rule}")
assert found.pop("TIFF") == (65535, "N", None)
assert set(found.values()) == {(65535, "N", "R03")}
PYTHON
