"""XMP: properties that programs write beside a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import TypeAlias
from xml.parsers import expat

from PIL import ImageFile

Xmp: TypeAlias = "Mapping[str, list[str]]"
"""Property, as "namespace name", to its texts in the file's order, wherever they stand."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "


def read_xmp(image: ImageFile.ImageFile) -> Xmp:
    """The XMP of an opened picture; empty where there is none, or a damaged one.

    Source: XMP specification part 1, 7 (properties are elements, or attributes of their parent;
    members of arrays are rdf:li).

    Raises:
        DAMAGE: it is no text, or has a document type, whose entities could expand without end.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    # Of each open element: its property (that of its parent for RDF's own), and its text.
    path: list[tuple[str, list[str]]] = [("", [])]

    def start(name: str, attributes: dict[str, str]) -> None:
        owner = path[-1][0] if name.startswith(_RDF) else name
        for attribute, value in attributes.items():
            if not attribute.startswith(_RDF):
                found[attribute].append(value)
        path.append((owner, []))

    def characters(text: str) -> None:
        path[-1][1].append(text)

    def end(_: str) -> None:
        owner, texts = path.pop()
        if owner and (text := "".join(texts)).strip():
            found[owner].append(text)

    def refuse(*_: object) -> None:
        raise ValueError("a document type in XMP")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    raw = image.info.get("xmp", b"")
    with suppress(expat.ExpatError):
        parser.Parse((raw.encode() if isinstance(raw, str) else raw).strip(b"\0"), True)
    return found
