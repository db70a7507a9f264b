"""Keywords of calls: told to whoever asks for help, and checked when they are given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import Parameter
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from blackcamo import plugins
from blackcamo.errors import OptionError

F = TypeVar("F", bound=Callable[..., Any])

_PLAIN: dict[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path",
    NoneType: "None",
}


def spelled_out(keywords: type, defaults: Mapping[str, Any] | None = None) -> Callable[[F], F]:
    """Let ``help()``, notebooks and editors see what ``**options: Unpack[keywords]`` stands for.

    Args:
        keywords: the TypedDict.
        defaults: what each is where it is not given; None where they are left out here.
    """

    def tell(function: F) -> F:
        known = inspect.signature(function)
        named = [p for p in known.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
        named += [
            Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=(defaults or {}).get(name),
                annotation=getattr(hint, "__forward_arg__", hint),
            )
            for name, hint in _annotations(keywords).items()
            if name not in known.parameters
        ]
        function.__signature__ = known.replace(parameters=named)  # type: ignore[attr-defined]
        return function

    return tell


def refuse_unknown(kind: str, given: Mapping[str, Any], keywords: type) -> None:
    """Refuse what is no keyword.

    Raises:
        OptionError: says which one may be meant.
    """
    known = _hints(keywords)
    for name in given:
        if name not in known:
            raise OptionError(plugins.unknown(kind, name, known))


def check_values(given: Any, kind: type | None = None) -> None:
    """Refuse values that are not of the types that their names have.

    Args:
        given: a dataclass, or keywords.
        kind: the TypedDict of keywords.

    Raises:
        OptionError: says what there is instead.
    """
    for name, hint in _hints(kind or type(given)).items():
        if isinstance(given, Mapping) and name not in given:
            continue
        value = given[name] if isinstance(given, Mapping) else getattr(given, name)
        if problem := refusal(name, value, hint):
            raise OptionError(problem)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _annotations(keywords: type) -> dict[str, Any]:
    """Names and annotations as they are written, those of base classes first."""
    return dict(keywords.__annotations__)


def _options(hint: Any) -> tuple[Any, ...]:
    """The types of a union; else the one type."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _fits(value: Any, hint: Any) -> bool:
    return any(_is(value, one) for one in _options(hint))


def _is(value: Any, hint: Any) -> bool:
    """Whether a value is of one type that is no union."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return isinstance(value, str) and value in inside
    if origin is Callable:
        return callable(value)
    if origin is tuple:
        pair = isinstance(value, tuple | list) and len(value) == len(inside)
        return pair and all(map(_fits, value, inside))
    if origin in (Sequence, list):
        return _is_sequence(value, inside[0])
    if hint in (int, float):
        return _is_number(value, whole=hint is int)
    return isinstance(value, origin or hint)


def _is_sequence(value: Any, hint: Any) -> bool:
    """Whether a value is a sequence of a type; a text is one, too, and never meant to be."""
    many = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return many and all(_fits(v, hint) for v in value)


def _is_number(value: Any, *, whole: bool) -> bool:
    """Whether a value is a number: numpy's are those of Python, True and False are not."""
    if isinstance(value, bool | str) or hasattr(value, "__len__"):
        return False
    return hasattr(value, "__index__") or (not whole and hasattr(value, "__float__"))


def refusal(name: str, value: Any, hint: Any) -> str | None:
    """A refusal of a value of another type, in one line that names it; None if it fits."""
    if _fits(value, hint):
        return None
    known = [v for one in _options(hint) if get_origin(one) is Literal for v in get_args(one)]
    if known and isinstance(value, str):
        return plugins.unknown(name, value, known)
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"a {type(value).__name__}"
    return f"{name} is {shown}; it must be {' or '.join(dict.fromkeys(map(_told, _options(hint))))}"


def _told(hint: Any) -> str:
    """A type in plain words.

    >>> _told(tuple[float, float]), _told(Sequence[str]), _told(Literal["a", "b"])
    ('2 numbers', 'a list of texts', "'a', 'b'")
    """
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ", ".join(map(repr, inside))
    if origin is tuple:
        return f"{len(inside)} numbers"
    if origin in (Sequence, list):
        return "a list of texts"
    if origin is Callable:
        return "a callable"
    return _PLAIN.get(hint, f"a {getattr(hint, '__name__', hint)}")
