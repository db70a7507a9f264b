"""``python:module:callable``, or the callable itself: any Python function is a scorer.

The callable gets a list of uint8 arrays (H, W, 3), sRGB, and returns as many numbers; for one
picture that may be a bare number. A classifier returns a row of numbers for each, one for every
class, and ``--scorer-option classes=logits`` (or ``probabilities``) says so: see
``scorers/classes.py``.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import math
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial, reduce
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import OptionError, ScorerError
from blackcamo.scorers.base import choose, score_scorable, sha256
from blackcamo.scorers.classes import (
    OPTIONS,
    Classes,
    Numbers,
    OfPhoto,
    Seen,
    choose_classes,
    refuse_class_options,
)
from blackcamo.scorers.foreign import declare_foreign, number, numbers, shown
from blackcamo.types import NoScore, Pixels, ScoreFunction, Scorer, ScorerOptions

CALLABLE = "callable"
"""Prefix of the specs of callables that no module has by name."""


class Function:
    """A callable that takes images and returns scores.

    Args:
        function: what is called.
        options: range, threshold and direction, where they are not 0-100, 50, higher is better;
            extra ``classes``, and with it ``class`` and ``compared``.
        spec: its name, by which a preset records it; None is that of :func:`function_spec`.
        digest: hex, of what is known of its code.

    Raises:
        OptionError: it cannot be called, or an option that it does not have.
    """

    def __init__(
        self,
        function: ScoreFunction,
        options: ScorerOptions,
        *,
        spec: str | None = None,
        digest: str | None = None,
    ) -> None:
        if not callable(function):
            raise OptionError(
                f"scorer is a {type(function).__name__}; it must be a name, or a callable that "
                "takes a list of pictures and returns as many numbers"
            )
        self._call = function
        self._alone_s: float | None = None
        name = spec or function_spec(function)
        self._known: dict[str, int] = {}
        self._classes = _classes(name, options)
        digest = digest or _digest(name, function)
        if self._classes is not None:
            digest = sha256(digest.encode(), repr(self._classes).encode())
        self.info = declare_foreign(name, digest, options, known=("classes", *OPTIONS))

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """One number per image; the callable gets copies, so it may write into them.

        Raises:
            ScorerError: the callable raises, or gives another number of scores.
        """
        return self._ask(images, None, reference=reference)

    def about(self, photo: Pixels) -> Scorer:
        """A classifier asked about this photo's own class; any other function is what it is."""
        if self._classes is None or self._classes.own is not None:
            return self
        return OfPhoto(self.info, photo, self._ask, self._known)

    def _ask(
        self, images: Sequence[Pixels], own: int | None, *, reference: bool
    ) -> Sequence[float]:
        classes = self._classes
        if classes is None or own is not None or classes.own is not None:
            read = None if classes is None else partial(classes.score, own=own)
            score = partial(self._score, read=read)
            if reference:
                return [score_scorable([image], score)[0] for image in images]
            return score_scorable(images, score)
        scores: list[float] = []
        for image in images:
            seen = Seen(classes)
            scores += score_scorable([image], partial(self._score, read=seen))
            seen.keep(image, self._known)
        return scores

    def _score(
        self, images: list[Pixels], *, read: Callable[[NDArray[Any]], float] | None
    ) -> list[float]:
        name = self.info.name
        started = time.monotonic()
        try:
            answer = self._call([image.copy() for image in images])
            values = _values(answer, images=len(images))
        except Exception as error:
            message = " ".join(f"{type(error).__name__}: {error}".split())
            raise ScorerError(f"scorer {name!r} failed: {message}") from error
        if values is None:
            raise ScorerError(
                f"scorer {name!r} gave {shown(answer)} for {len(images)} pictures; "
                f"it must return a list of numbers, one for each picture{self._singly(answer)}"
            )
        if len(images) == 1:
            self._alone_s = time.monotonic() - started
        if read is not None:
            if self._classes is not None and len(values) != len(images) == 1:
                values = [values]
            scores = [_read(row, self._classes, read) for row in values]
            if len(scores) == len(images):
                return scores
        return numbers(values, images=len(images), name=name)

    def _singly(self, answer: object) -> str:
        """Advice for one that takes a single picture, with what that costs."""
        if math.isnan(number(answer)) or isinstance(answer, str | bytes):
            return ""
        took = ""
        if self._alone_s is not None:
            took = f", which takes {self._alone_s:.2g} s a picture, as the photo itself did"
        return f"; a batch of 1 (--batch 1) asks it for one picture at a time{took}"


class Python(Function):
    """A Python function that takes images and returns scores (python:MODULE:FUNCTION).

    Args:
        argument: ``module:callable``; the callable may be dotted (``model.predict``).
        options: range, threshold and direction, where they are not 0-100, 50, higher is better.

    Raises:
        OptionError: no such module or callable, or an option that it does not have.
        ScorerError: the module fails when it is imported.
    """

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        module_name, _, path = argument.partition(":")
        if not module_name or not path:
            raise OptionError(
                f"scorer 'python:{argument}' must be python:MODULE:CALLABLE, "
                "such as python:my_model:score"
            )
        module = _import(module_name)
        spec = f"python:{argument}"
        function = _callable(module, path)
        super().__init__(function, options, spec=spec, digest=_module_digest(spec, module))


def function_spec(function: object) -> str:
    """The name by which a callable is recorded.

    That is ``python:MODULE:NAME``, by which anybody finds it again, or else ``callable:NAME``: for
    what is defined in a notebook or a script, within a function, or is a method of an object.

    >>> function_spec(len), function_spec(lambda images: images)
    ('python:builtins:len', 'callable:lambda')
    """
    name = getattr(function, "__qualname__", type(function).__qualname__)
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    if module is not None and module.__name__ != "__main__":
        with contextlib.suppress(AttributeError):
            if reduce(getattr, name.split("."), module) is function:
                return f"python:{module.__name__}:{name}"
    readable = re.sub(r"[^\w.]+", "-", name).strip("-")
    return f"{CALLABLE}:{readable}"


def _digest(spec: str, function: object) -> str:
    """Of a callable's code as far as it can be read; what it holds besides is not known."""
    if spec.startswith("python:"):
        return _module_digest(spec, sys.modules[getattr(function, "__module__", "")])
    code = function if hasattr(function, "__code__") else type(function)
    try:
        source = inspect.getsource(code)  # type: ignore[arg-type]
    except (OSError, TypeError):
        source = ""
    return sha256(spec.encode(), source.encode())


def _module_digest(spec: str, module: ModuleType) -> str:
    """Of a function's name and all the code that its module's file has."""
    source = getattr(module, "__file__", None)
    code = Path(source).read_bytes() if source else b""
    return sha256(spec.removeprefix("python:").encode(), code)


def _classes(name: str, options: ScorerOptions) -> Classes | None:
    """The classes that the options name."""
    wanted = options.extra.get("classes")
    if wanted is None:
        refuse_class_options(name, options)
        return None
    choose(f"classes of scorer {name!r}", wanted, get_args(Numbers))
    found = Classes("logits" if wanted == "logits" else "probabilities")
    return choose_classes(found, name, options)


def _read(row: Any, classes: Classes | None, read: Callable[[NDArray[Any]], float]) -> float:
    """The score that a row of numbers means, or why it has none."""
    try:
        found = np.asarray(row, dtype=np.float64).ravel()
    except Exception:  # noqa: BLE001 - somebody's type may raise anything
        return NoScore(f"the answer is {shown(row)}; a number for each class is wanted")
    if classes is None or not classes.accepts(len(found)):
        return NoScore(f"the answer has {len(found)} numbers; one for each class is wanted")
    return read(found)


def _values(answer: Any, *, images: int) -> list[Any] | None:
    """One value for each picture, as many as there are; None where that is not what came."""
    if answer is None or isinstance(answer, str | bytes | Mapping | Set):
        return None
    try:
        # Not the list itself: what a generator raises while it runs is the callable's own fault.
        values = iter(answer)
    except TypeError:
        return [answer] if images == 1 else None
    return list(values)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise OptionError(
            f"scorer 'python:{name}' needs the module {error.name!r}, which is not found; "
            "install it, or name its folder in PYTHONPATH"
        ) from error
    except (Exception, SystemExit) as error:
        message = " ".join(f"{type(error).__name__}: {error}".split())
        raise ScorerError(f"module {name!r} fails when it is imported: {message}") from error


def _callable(module: ModuleType, path: str) -> Callable[[list[Pixels]], Any]:
    try:
        found = reduce(getattr, path.split("."), module)
    except AttributeError as error:
        raise OptionError(f"module {module.__name__!r} has no {path!r} ({error})") from error
    if not callable(found):
        raise OptionError(
            f"{module.__name__}:{path} is a {type(found).__name__}; "
            "it must be callable with a list of pictures"
        )
    return found
