"""The key of a jury, which only its organiser has: what each token on a page stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.errors import InputError
from blackcamo.records import typed

KEY_FORMAT = "blackcamo-jury-key"
VOTES_FORMAT = "blackcamo-jury-votes"
VERSION = 1
MOST, LEAST = 3, 2
"""How many versions of an image an annotator picks as most and least appealing."""

MAX_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Key:
    """Who judges what: ``tokens`` gives, per annotator, the image and run behind each token."""

    jury: str
    runs: tuple[str, ...]
    images: tuple[str, ...]
    tokens: Mapping[str, Mapping[str, tuple[str, str]]]

    def to_json(self) -> dict[str, Any]:
        """The key in JSON's types."""
        return {
            "format": KEY_FORMAT,
            "version": VERSION,
            "jury": self.jury,
            "runs": list(self.runs),
            "images": list(self.images),
            "tokens": {
                who: {token: list(meaning) for token, meaning in tokens.items()}
                for who, tokens in self.tokens.items()
            },
        }


def read_key(path: Path) -> Key:
    """Read what `Key.to_json` wrote.

    Raises:
        InputError: the file cannot be read, or is no key.
    """
    document = read_document(path, KEY_FORMAT)
    key = typed(
        Key, document, f"{path} is a damaged key of a jury; make the jury again", InputError
    )
    pairs = {(image, run) for image in key.images for run in key.runs}
    if not pairs or any(set(tokens.values()) != pairs for tokens in key.tokens.values()):
        raise InputError(f"{path}: the key lacks images or runs; make the jury again")
    return key


def read_json(path: Path, wanted: str) -> dict[str, Any]:
    """Read a JSON object from a file of bounded size.

    Raises:
        InputError: the file cannot be read, is larger, or is no JSON object.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES} bytes: not a {wanted}")
        document = json.loads(data)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON; a {wanted} is needed") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} is no JSON object; a {wanted} is needed")
    return document


def read_document(path: Path, wanted: str) -> dict[str, Any]:
    """Read a JSON object of a format and of the version that is known here.

    Raises:
        InputError: the file cannot be read, is no JSON object, or of another format or version.
    """
    document = read_json(path, f"{wanted} file")
    if document.get("format") != wanted:
        raise InputError(f'{path}: the field "format" must be "{wanted}"')
    if document.get("version") != VERSION:
        raise InputError(f"{path}: this blackcamo reads version {VERSION} of {wanted} files")
    return document
