"""The jobs of blackcamo, wired: search, score, verify, apply, front, export, dashboard, report.

The names and their modules are those of ``__init__.pyi``. Each is imported when it is first used:
what only looks at studies loads no torch.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any


def _modules() -> dict[str, str]:
    """Name -> the module that it is imported from; "*" -> the one of all other names."""
    stub = ast.parse(Path(__file__).with_suffix(".pyi").read_text("utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {name.name: str(node.module) for node in imports for name in node.names}


_MODULES = _modules()


def __getattr__(name: str) -> Any:
    module = import_module(_MODULES.get(name, _MODULES["*"]))
    if name not in _MODULES and name not in module.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(module, name)


def __dir__() -> list[str]:
    others: list[str] = import_module(_MODULES["*"]).__all__
    return sorted([*(name for name in _MODULES if name != "*"), *others])
