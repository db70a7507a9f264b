"""Optional packages: imported where they are needed, with the command that installs them."""

from __future__ import annotations

import importlib
import json
import sys
from importlib.metadata import distribution
from shlex import quote
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from blackcamo.errors import MissingExtraError


def import_extra(module: str, *, extra: str, who: str) -> Any:
    """Import the optional package ``module``.

    Args:
        module: the name to import.
        extra: the extra of blackcamo that brings it.
        who: what needs it, for the message ("engine 'openvino'").

    Raises:
        MissingExtraError: it is not installed; says the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{who} needs the package {error.name!r}, which is not installed; "
            f"install it with: {installing(extra)}"
        ) from error


def installing(extra: str) -> str:
    """The command that installs an extra of this very installation, also of a clone."""
    told = json.loads(distribution("blackcamo").read_text("direct_url.json") or "{}")
    if "dir_info" not in told:
        return f"pip install 'blackcamo[{extra}]'"
    # A clone's own environment need not be the one whose pip a shell finds.
    folder = url2pathname(urlsplit(told["url"]).path)
    editable = "-e " if told["dir_info"].get("editable") else ""
    return f"{quote(sys.executable)} -m pip install {editable}{quote(f'{folder}[{extra}]')}"
