"""Options that go together, as one argument of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import copy
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter
from typing import Annotated, Any, get_args, get_type_hints

from blackcamo.cli import completing

_LAST = Parameter.KEYWORD_ONLY


def spread(command: Callable[..., int], *more: Parameter) -> Callable[..., int]:
    """A command whose arguments that are dataclasses are given as their fields, one option each.

    Args:
        command: a function as typer takes them. What a dataclass is by default, its fields are.
        more: options that the command is not told of.
    """
    known = inspect.signature(command, eval_str=True).parameters.values()
    bundles: dict[str, Any] = {p.name: p.annotation for p in known if is_dataclass(p.annotation)}
    parameters = [
        one for p in known for one in (_fields(p) if p.name in bundles else [p.replace(kind=_LAST)])
    ]
    untold = [p.name for p in more]

    @wraps(command)
    def told(**values: Any) -> int:
        for name in untold:
            del values[name]
        for name, kind in bundles.items():
            values[name] = kind(**{f.name: values.pop(f.name) for f in fields(kind)})
        return command(**values)

    parameters = [_completed(p) for p in (*parameters, *more)]
    told.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    told.__annotations__ = {p.name: p.annotation for p in parameters}
    return told


def _completed(parameter: Parameter) -> Parameter:
    """The same, told to the shell where there is something that completes it."""
    complete = completing.of(parameter.name)
    kind, *about = get_args(parameter.annotation)
    if complete is None or not about:
        return parameter
    told = copy(about[0])
    told.autocompletion = complete
    return parameter.replace(annotation=Annotated[kind, told])


def _fields(bundle: Parameter) -> list[Parameter]:
    hints = get_type_hints(bundle.annotation, include_extras=True)
    return [
        Parameter(f.name, _LAST, default=getattr(bundle.default, f.name), annotation=hints[f.name])
        for f in fields(bundle.annotation)
    ]
