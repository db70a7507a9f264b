"""Many photos: their options, and what became of them as a table, one line, a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blackcamo.cli.output import DONE, FAILED, MISSED, number, one_line, print_table, say, say_words

if TYPE_CHECKING:
    from blackcamo.run import SearchResult

_MANY = "Many photos"
Recursive = Annotated[
    bool,
    typer.Option(
        "--recursive",
        "-r",
        help="Look below folders, too; the files go to folders of the same names below --out.",
        rich_help_panel=_MANY,
    ),
]
ManifestFile = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        metavar="FILE",
        help="Notes what became of each photo, so that the same command goes on; of several "
        "photos by default manifest.jsonl in --out.",
        rich_help_panel=_MANY,
    ),
]
RetryFailed = Annotated[
    bool,
    typer.Option(
        "--retry-failed",
        help="Search again what failed, by the manifest.",
        rich_help_panel=_MANY,
    ),
]
AtOnce = Annotated[
    int,
    typer.Option(
        "--photos-at-once",
        metavar="N",
        help="Search so many photos at the same time, with one scorer; the files are the same.",
        rich_help_panel=_MANY,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="local[:N]|ADDRESS",
        help="Search in worker processes here, or in those of a dask scheduler "
        "(tcp://host:8786); the files are the same.",
        rich_help_panel=_MANY,
    ),
]
Csv = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help="Also write what became of each photo as CSV.",
        rich_help_panel=_MANY,
    ),
]

_MOST_ROWS = 40
_MOST_NAMES = 12
_COLUMNS = (
    "photo", "status", "verdict", "style", "scorer", "score_before", "score_after",
    "score_recompressed", "target", "appeal", "queries", "seconds", "output", "preset", "study",
    "error",
)  # fmt: skip


class Tally:
    """A tally of the photos so far; of a result only what is told at the end is kept.

    Args:
        photos: how many there are in all.
    """

    def __init__(self, photos: int) -> None:
        self._photos = photos
        self._rows: list[tuple[str, ...]] = []
        self._stems: dict[str | None, list[str]] = {}
        self._unlike_camouflaged: list[tuple[str, ...]] = []
        self._table: list[tuple[str, ...]] = []
        self.done = self.camouflaged = self.earlier = 0
        self.failed = self.interrupted = False

    def add(self, result: SearchResult) -> None:
        """Count one more."""
        self.done += 1
        self.earlier += result.earlier
        self.camouflaged += result.succeeded
        self.failed |= result.error is not None
        self.interrupted |= result.interrupted
        self._rows.append(_row(result))
        if not result.succeeded:
            self._stems.setdefault(result.verdict, []).append(result.photo.stem)
        line = (
            one_line(result.photo.name),
            number(result.score_before),
            number(result.score_after),
            number(result.appeal),
            str(result.queries.get("total", "-")),
            result.verdict or "failed",
        )
        for lines, wanted in (
            (self._table, True),
            (self._unlike_camouflaged, not result.succeeded),
        ):
            if wanted and len(lines) <= _MOST_ROWS:
                lines.append(line)

    @property
    def unfinished(self) -> bool:
        """Whether there is more to search than was searched."""
        return self.interrupted or self.done < self._photos

    @property
    def status(self) -> int:
        """The exit status of a call that did all of them."""
        if self.failed:
            return FAILED
        return DONE if self.camouflaged == self.done else MISSED

    def sum_up(self) -> None:
        """Print a table, of many photos only those that were not camouflaged; all in one line."""
        from blackcamo.report.verdict import Verdict

        lines = self._table if self.done <= _MOST_ROWS else self._unlike_camouflaged
        say()
        if lines:
            header = ("photo", "before", "after", "appeal", "queries", "verdict")
            print_table(header, lines[:_MOST_ROWS])
        if len(lines) > _MOST_ROWS:
            say_words(f"and {self.done - self.camouflaged - _MOST_ROWS} more, see the manifest")
        said = [f"{self.camouflaged} of {self._photos} camouflaged"]
        for word, verdict in (
            (Verdict.WITHOUT_MARGIN, Verdict.WITHOUT_MARGIN),
            ("not", Verdict.NOT_CAMOUFLAGED),
            ("failed", None),
        ):
            if stems := self._stems.get(verdict):
                said.append(f"{word}: {_some(stems)}")
        if self.done < self._photos:
            said.append(f"not begun: {self._photos - self.done}")
        if self.earlier:
            said.append(f"done by an earlier call: {self.earlier}")
        say_words("; ".join(said))

    def write(self, path: Path) -> None:
        """Write what became of every photo as CSV.

        Raises:
            OutputError: it cannot be written.
        """
        from blackcamo.images import write_bytes

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(self._rows)
        write_bytes(path, text.getvalue().encode("utf-8", "backslashreplace"))


def _row(result: SearchResult) -> tuple[str, ...]:
    from blackcamo.run import status_of

    cells = (
        result.photo,
        status_of(result),
        result.verdict,
        result.style,
        result.scorer,
        result.score_before,
        result.score_after,
        result.score_recompressed,
        result.target,
        result.appeal,
        result.queries.get("total"),
        result.seconds,
        result.output,
        result.preset,
        result.study,
        result.error,
    )
    return tuple("" if cell is None else str(cell) for cell in cells)


def _some(names: Sequence[str]) -> str:
    """Names, not too many of them.

    >>> _some(["a", "b"]), _some([str(n) for n in range(14)])[-13:]
    ('a, b', '11 and 2 more')
    """
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
