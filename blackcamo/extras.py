"""Optional packages: imported where they are needed, with the command that installs them."""

from __future__ import annotations

import importlib
from typing import Any

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
            f"install it with: pip install 'blackcamo[{extra}]'"
        ) from error
