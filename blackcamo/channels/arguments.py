"""Numbers in the arguments of steps."""

from __future__ import annotations

from blackcamo.errors import OptionError


def number(text: str, what: str, *, low: float, high: float) -> float:
    """The number that a text is.

    Args:
        text: what the user wrote.
        what: what it is, for messages.
        low: the least that it may be.
        high: the most that it may be.

    Raises:
        OptionError: it is none, or out of its bounds.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise OptionError(f"{what} is {text[:40]!r}; it must be a number from {low:g} to {high:g}")
    return value


def whole(text: str, what: str, *, low: int, high: int) -> int:
    """The whole number that a text is.

    Raises:
        OptionError: it is none, or out of its bounds.
    """
    value = number(text, what, low=low, high=high)
    if value != int(value):
        raise OptionError(f"{what} is {text[:40]!r}; it must be a whole number")
    return int(value)


def chosen(text: str, what: str, known: tuple[str, ...]) -> str:
    """One of several words, the first where there is none.

    Raises:
        OptionError: another word.
    """
    if text and text not in known:
        raise OptionError(f"{what} is {text[:40]!r}; it must be one of {', '.join(known)}")
    return text or known[0]


def nothing(text: str, step: str) -> None:
    """Refuse what is said to a step that can be told nothing.

    Raises:
        OptionError: something is said.
    """
    if text:
        raise OptionError(f"{step}:{text[:40]}: {step} takes no argument")
