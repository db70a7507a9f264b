"""Reports of defects: what happened where, in which versions; nothing of the user's."""

from __future__ import annotations

import platform
import secrets
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import blackcamo
from blackcamo.errors import BlackcamoError


def reported(error: Exception, words: Sequence[str]) -> str:
    """Write a report of an error that nothing expected; the line that says where it lies.

    Args:
        words: the command line, of which the names of commands and options are told.
    """
    from blackcamo.images import write_bytes
    from blackcamo.weights.store import home

    said = f"this is a defect of blackcamo ({type(error).__name__})"
    path = home() / "reports" / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}.txt"
    try:
        write_bytes(path, _text(error, words).encode("utf-8", "backslashreplace"))
    except BlackcamoError as unwritten:
        return f"{said}; a report could not be written: {unwritten}"
    return f"{said}; a report is in {path}: look through it, and send it with what you did"


def _text(error: Exception, words: Sequence[str]) -> str:
    from blackcamo.run.versions import versions

    told = [f"{name} {version}" for name, version in versions().items()]
    lines = [
        ", ".join([*told, platform.system(), platform.machine()]),
        " ".join(["blackcamo", *_command(words)]),
        "".join(traceback.format_exception(error)),
    ]
    text = "\n".join(lines)
    # Where things lie on this machine is the user's own affair.
    package = Path(blackcamo.__file__).parent.parent
    places = {package: "", Path(sys.prefix): "", Path.cwd(): ".", Path.home(): "~"}
    for place, instead in places.items():
        if len(place.parts) > 1:
            text = text.replace(str(place), instead)
    return text


def _command(words: Sequence[str]) -> list[str]:
    """The command and its options without their values, which may name the user's files.

    >>> _command(["search", "me.jpg", "--out=/home/me", "-q"])
    ['search', '...', '--out', '-q']
    """
    named = [w.partition("=")[0] if w.startswith("-") else "..." for w in words]
    return [*words[:1], *named[1:]]
