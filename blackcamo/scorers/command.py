"""``command:PROGRAM ARGUMENTS``: any program is a scorer.

The program gets the paths of PNG files on its standard input, one a line, and prints one number
a line, in the same order; what is no number leaves that picture without a score. It is started
once per call, never through a shell, and ends with status 0.
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from blackcamo import leftovers
from blackcamo.errors import OptionError, ScorerError
from blackcamo.scorers.base import extra_int, score_scorable
from blackcamo.scorers.foreign import declare_foreign, extra_float, numbers, png
from blackcamo.types import Pixels, ScorerOptions

_EXTRA = ("batch", "timeout_s")


class Command:
    """A program that reads image paths and prints scores (command:PROGRAM).

    Args:
        argument: the program and its arguments, quoted as for a POSIX shell (no expansion).
        options: range, threshold and direction; extra ``timeout_s`` (of one run, 60 by default)
            and ``batch`` (most images per run, 64 by default).

    Raises:
        OptionError: unbalanced quotes, no such program, or an option that it does not have.
    """

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        try:
            words = shlex.split(argument)
        except ValueError as error:
            raise OptionError(f"scorer 'command:{argument}': {error}") from error
        if not words:
            raise OptionError("scorer 'command:' needs a program, such as 'command:my-model --cpu'")
        program = shutil.which(words[0])
        if program is None:
            raise OptionError(
                f"no program {words[0]!r} for scorer 'command'; it must be on PATH, "
                "or an executable file given by its path"
            )
        self._words = [program, *words[1:]]
        self.info = declare_foreign(
            f"command:{Path(words[0]).name}", _digest(self._words), options, known=_EXTRA
        )
        self._timeout_s = extra_float(options, "timeout_s", default=60, low=0.1, high=86400)
        self._batch = extra_int(options, "batch", default=64, low=1, high=100_000)

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """One number per image.

        Raises:
            ScorerError: the program cannot be started, fails, takes too long or prints another
                number of lines.
        """
        step = 1 if reference else self._batch
        scores: list[float] = []
        for start in range(0, len(images), step):
            scores += score_scorable(images[start : start + step], self._run)
        return scores

    def _run(self, images: list[Pixels]) -> list[float]:
        try:
            with leftovers.private_folder() as folder:
                paths = [folder / f"{i}.png" for i in range(len(images))]
                for path, image in zip(paths, images, strict=True):
                    path.write_bytes(png(image))
                output = self._talk("".join(f"{path}\n" for path in paths))
        except OSError as error:
            raise ScorerError(
                f"scorer {self.info.name!r} cannot be given its pictures: {error}; "
                "TMPDIR names the folder that they are written to"
            ) from error
        # Programs like to close with an empty line.
        lines = [line for line in output.splitlines() if line.strip()]
        return numbers(lines, images=len(images), name=self.info.name)

    def _talk(self, text: str) -> str:
        name = self.info.name
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with ExitStack() as stack:
            try:
                process = stack.enter_context(
                    leftovers.program(self._words, encoding="utf-8", errors="replace", **pipes)
                )
            except OSError as error:
                raise ScorerError(
                    f"scorer {name!r} cannot be started: {error.strerror or error}"
                ) from error
            try:
                output, errors = process.communicate(text, timeout=self._timeout_s)
            except subprocess.TimeoutExpired as error:
                raise ScorerError(
                    f"scorer {name!r} took longer than {self._timeout_s:g} s; "
                    "raise its option timeout_s or lower batch"
                ) from error
        if process.returncode != 0:
            last = (errors.strip().splitlines() or ["nothing on standard error"])[-1]
            raise ScorerError(
                f"scorer {name!r} ended with status {process.returncode}: {last.strip()[:200]}"
            )
        return output


def _digest(words: Sequence[str]) -> str:
    """Hex digest of the words, and of the files that they name (program, script, weights)."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(word.encode() + b"\0")
        if Path(word).is_file():
            with Path(word).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
