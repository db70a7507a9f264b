"""Where output goes: results to stdout, messages to stderr, JSON as one object."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO, TypeVar

import typer

from blackcamo.errors import OutputError

if TYPE_CHECKING:
    from rich.console import RenderableType

DONE, FAILED, MISSED, BROKEN, INTERRUPTED = 0, 2, 3, 70, 130
"""Exit status: all went well; an input failed; not camouflaged or not reproduced; a defect of
blackcamo itself (EX_SOFTWARE of sysexits.h); Ctrl-C."""

_GAP = "  "
_WIDEST = 200
"""Columns of tables that go to no terminal."""
_NARROW = 12
"""Columns below which words are not broken into lines."""


class _Told(Protocol):
    def to_json(self) -> dict[str, Any]: ...


_T = TypeVar("_T", bound=_Told)


class _Answer:
    """Where a command answers, and the results that it has so far.

    Args:
        stream: what takes the one object of --json; None without it.
        lines: what takes lines otherwise. Whatever computes beside may redirect ``sys.stdout``.
    """

    def __init__(self, stream: TextIO | None, lines: TextIO) -> None:
        self.stream = stream
        self.lines = lines
        self.given = False
        self.results: Sequence[_Told] = ()


_answer: _Answer | None = None


@contextlib.contextmanager
def answering(*, as_json: bool, for_good: bool) -> Iterator[None]:
    """Keep standard output for what a command answers.

    With --json that is one object, and whatever else is printed meanwhile goes to standard error:
    by Python, by a library in C, by a process that was started.

    Args:
        for_good: also what is printed while the process ends, long after its answer.
    """
    global _answer
    before, out = _answer, sys.stdout
    with contextlib.ExitStack() as stack:
        # One that was closed by whoever started this is None.
        sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
        sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
        stream = stack.enter_context(_kept(for_good=for_good)) if as_json else None
        _answer = _Answer(stream, sys.stdout)
        try:
            yield
        finally:
            _answer = before
            if not for_good:
                sys.stdout = out


@contextlib.contextmanager
def _kept(*, for_good: bool) -> Iterator[TextIO]:
    """The stream of standard output, while its descriptor leads to standard error."""
    out = sys.stdout
    out.flush()
    sys.stdout = sys.stderr
    try:
        kept = os.dup(1)
        os.dup2(2, 1)
    except OSError:
        yield out
        return
    try:
        # Tests put other objects in its place, which no descriptor leads to.
        if _descriptor(out) == 1:
            with open(os.dup(kept), "w", encoding="utf-8") as stream:  # noqa: PTH123
                yield stream
        else:
            yield out
    finally:
        if not for_good:
            _flush_c()
            os.dup2(kept, 1)
        os.close(kept)


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _flush_c() -> None:
    """Write out what C libraries have printed, before their descriptor leads elsewhere."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)


def silence(*descriptors: int | None) -> None:
    """Let what is still written to descriptors go nowhere, as nobody reads it any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        if descriptor is not None:
            os.dup2(nowhere, descriptor)
    os.close(nowhere)


def silence_answers() -> None:
    """Let what a command still answers go nowhere."""
    silence(_descriptor(_answers()))


class _Complaints(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        complain(record.getMessage())


@contextlib.contextmanager
def reporting(*, quiet: bool) -> Iterator[None]:
    """Print what the package logs, such as that a service asks to wait, as lines of ours."""
    logger, handler = logging.getLogger("blackcamo"), _Complaints(logging.WARNING)
    before = logger.propagate
    logger.propagate = False
    logger.addHandler(logging.NullHandler() if quiet else handler)
    try:
        yield
    finally:
        logger.handlers.clear()
        logger.propagate = before


def collecting(results: list[_T]) -> list[_T]:
    """The same list; should the command end early, its answer holds what the list has by then."""
    if _answer is not None:
        _answer.results = results
    return results


def one_line(text: str) -> str:
    r"""Text that fits a line of a terminal, whatever file names it quotes.

    >>> one_line("no photo a\nb.jpg")
    'no photo a\\nb.jpg'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def say(line: str = "") -> None:
    """Print one line of a result."""
    _answer_with(one_line(line))


def say_words(line: str, *, indent: int = 0) -> None:
    """Print words, on a terminal broken into lines between them and never within one.

    Args:
        indent: columns before all of its lines.
    """
    before = " " * indent
    width = _columns(_answers())
    if width is None:
        say(before + line)
        return
    for part in _wrapped(one_line(line), width - indent):
        say(before + part)


def _answers() -> TextIO:
    return sys.stdout if _answer is None else _answer.stream or _answer.lines


def _columns(stream: TextIO) -> int | None:
    """Columns of the terminal that a stream goes to, None where there is none."""
    try:
        return shutil.get_terminal_size().columns if stream.isatty() else None
    except ValueError:  # it was closed
        return None


def _wrapped(text: str, width: int) -> list[str]:
    width = max(width, _NARROW)
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def complain(message: str) -> None:
    """Print one line about what went wrong or is worth knowing."""
    # A terminal that was closed takes no more lines, which is no reason to end a search.
    with contextlib.suppress(OSError):
        line = f"blackcamo: {one_line(message)}"
        width = _columns(sys.stderr)
        for part in [line] if width is None else _wrapped(line, width):
            typer.echo(part, err=True)


def complain_about(photo: Path, message: str) -> None:
    """Print one line about one photo, naming it once."""
    complain(message if str(photo) in message else f"{photo}: {message}")


def print_json(document: Mapping[str, object]) -> None:
    """Print the one JSON object of a command."""
    text = json.dumps(document, indent=2, allow_nan=False)
    if _answer is not None:
        _answer.given = True
    _answer_with(text)


def _answer_with(text: str) -> None:
    try:
        typer.echo(text, file=_answers())
    except OSError as error:
        # Without this Python complains when it closes the stream.
        silence_answers()
        if isinstance(error, BrokenPipeError):
            raise
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def refuse(message: str) -> None:
    """Answer with what went wrong in place of the command's own object, if it gave none yet."""
    if _answer is not None and _answer.stream is not None and not _answer.given:
        print_json({"error": message, "results": [r.to_json() for r in _answer.results]})


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns; numbers are ranged right, nothing is cut.

    On a terminal that is too narrow the last column is continued below itself, or below the row.
    """
    table = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    numeric = [all(_is_number(row[n]) for row in table[1:]) for n in range(len(header))]
    before = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    columns = _columns(_answers()) or before + widths[-1]
    wrapping = columns < before + widths[-1]
    if below := wrapping and columns < before + _NARROW:
        before = len(_GAP)
    for row in table:
        parts = _wrapped(row[-1], columns - before) if wrapping else [row[-1]]
        last = "" if below else parts.pop(0)
        say(_aligned((*row[:-1], last), widths, numeric))
        for part in parts:
            say(" " * before + part)


def _aligned(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    cells = zip(row, widths, numeric, strict=True)
    return _GAP.join(c.rjust(w) if right else c.ljust(w) for c, w, right in cells).rstrip()


def print_rich(shown: RenderableType) -> None:
    """Print a table with colours where there is a terminal, as wide as it needs to be elsewhere."""
    from rich.console import Console

    stream = _answers()
    # A terminal's own width, and one that cuts nothing where there is none.
    width = None if _columns(stream) is not None else _WIDEST
    console = Console(file=stream, width=width, highlight=False, emoji=False, markup=False)
    console.print(shown)


def number(value: float | None) -> str:
    """A score or appeal for a table, "-" where there is none."""
    return "-" if value is None else f"{value:z.1f}"


def _is_number(cell: str) -> bool:
    return cell == "-" or cell.lstrip("-").replace(".", "", 1).isdigit()
