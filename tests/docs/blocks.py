"""The blocks of README and docs, and what becomes of those that are not run as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

_FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?<=\n\n)(?: {4}[^\n]*\n)(?:(?: {4}[^\n]*)?\n)*")
_COMMAND = re.compile(r"(?:[A-Z_]+=\S+ )*blackcamo ")

MADE = "made from what it speaks of"
OUTPUT = "output or a file, shown to be read"
FOREIGN = "needs programs or machines that no test has"
_MEDIAEVAL = "needs data sets that are not here: tests/mediaeval runs each of these commands"
_JURY = "needs the clicks of a jury: tests/cli/test_dashboard.py"
_TWO_STUDIES = "names studies of one's own: tests/study/test_merging.py, tests/run/test_tidying.py"

ELSEWHERE = {
    # page, beginning of a line (of the first one for what is no command) -> test or reason
    ("README.md", "scripts/demo"): "installs for minutes; tried by hand with each release",
    ("README.md", "scripts/test"): "what runs the tests",
    ("README.md", "import blackcamo"): "tests/docs/test_pages.py::test_readme_s_python_runs",
    ("README.md", "blackcamo dashboard"): "serves: tests/cli/test_dashboard.py",
    ("api.md", ".. currentmodule"): "tests/docs/test_site.py builds it",
    ("README.md", "blackcamo jury rank"): _JURY,
    ("studies.md", "blackcamo jury rank"): _JURY,
    ("studies.md", "blackcamo export img --jury"): _JURY,
    ("appeal.md", "scripts/calibrate"): "needs verdicts: tests/appeal/test_calibration.py",
    ("channels.md", "[channels.forum]"): "tests/docs/test_pages.py::test_the_channels_are_ones",
    (
        "channels.md",
        "[project.entry-points",
    ): "tests/docs/test_pages.py::test_entry_points_are_ones",
    ("channels.md", "blackcamo countermeasures camouflage/*/*.camo.jpg --dataset"): _MEDIAEVAL,
    ("cluster.md", "blackcamo"): "needs a cluster: tests/run/test_cluster.py",
    ("cluster.md", "dask-ssh"): FOREIGN,
    ("cluster.md", "from dask_jobqueue"): FOREIGN,
    ("cluster.md", "from dask_kubernetes"): FOREIGN,
    ("commands.md", "blackcamo"): MADE,
    ("configuration.md", 'scorer = "koncept512"'): "tests/docs/test_pages.py::"
    "test_the_configuration_is_one",
    ("configuration.md", "blackcamo --install-completion"): "writes to the shell's own files: "
    "tests/cli/test_configuration.py::test_the_shell_is_told_how",
    ("explain.md", "score without"): OUTPUT,
    ("exporters.md", "rawtherapee-cli"): "tests/exporters/test_programs.py",
    ("exporters.md", "darktable-cli"): "tests/exporters/test_programs.py",
    ("exporters.md", "ffmpeg"): "tests/exporters/test_programs.py",
    ("exporters.md", "sh film"): "tests/exporters/test_programs.py",
    ("exporters.md", "python film"): "tests/exporters/test_programs.py",
    ("exporters.md", "magick"): "tests/exporters/test_layers.py",
    ("first-photo.md", "scripts/demo"): "installs for minutes; tried by hand with each release",
    ("index.md", ":caption:"): "tests/docs/test_site.py builds it",
    ("mediaeval.md", "blackcamo"): _MEDIAEVAL,
    ("plugins.md", "[project.entry-points"): "tests/docs/test_pages.py::test_entry_points_are_ones",
    ("plugins.md", "from blackcamo.types import Free"): "tests/docs/test_pages.py::"
    "test_the_style_is_one",
    ("plugins.md", "from blackcamo.types import Param"): "tests/docs/test_pages.py::"
    "test_the_filter_is_one",
    ("plugins.md", "from collections.abc"): "tests/docs/test_pages.py::"
    "test_the_appeal_and_the_exporter_are_ones",
    ("python.md", ""): "tests/docs/test_pages.py::test_what_the_page_on_python_shows_runs",
    ("scorers.md", 'name = "nima-technical"'): "tests/docs/test_pages.py::"
    "test_the_description_is_one",
    ("scorers.md", "import torch"): "tests/docs/test_pages.py::test_the_export_is_a_scorer",
    ("scorers.md", "# my_net.py"): "tests/docs/test_pages.py::"
    "test_a_network_behind_a_function_gives_the_same",
    ("scorers.md", "# my_model.py"): "tests/docs/test_pages.py::test_the_function_is_a_scorer",
    ("scorers.md", "# service.py"): "tests/docs/test_pages.py::test_the_service_is_one",
    ("scorers.md", 'blackcamo.search("photo'): "tests/docs/test_pages.py::"
    "test_a_callable_is_a_scorer",
    ("scorers.md", "POST /score"): OUTPUT,
    ("scorers.md", "blackcamo weights install"): "needs files of others: "
    "tests/scorers/test_weights.py, tests/weights/test_brisque.py",
    ("scorers.md", "blackcamo search img.jpg --scorer onnx:"): "tests/run/test_classifying.py",
    ("scorers.md", "blackcamo search img.jpg --scorer python:my_net"): "tests/run/"
    "test_classifying.py",
    ("scorers.md", 'blackcamo search photo.jpg --scorer "command:'): "tests/scorers/"
    "test_adapters_command.py",
    ("scorers.md", "blackcamo search photo.jpg --scorer http:"): "tests/docs/test_pages.py::"
    "test_the_service_is_one",
    (
        "studies.md",
        "blackcamo dashboard",
    ): "serves until it is stopped: tests/cli/test_dashboard.py",
    ("studies.md", "blackcamo merge"): _TWO_STUDIES,
    ("studies.md", "blackcamo delete"): _TWO_STUDIES,
    ("verdicts.md", "original,edited"): "tests/mediaeval/test_jury_pairs.py",
    ("verdicts.md", "blackcamo jury tally"): "needs votes: tests/mediaeval/test_jury_verdicts.py",
    ("verdicts.md", "scripts/calibrate"): "needs verdicts: tests/appeal/test_calibration.py",
}


def pages() -> list[Path]:
    """README and the pages of docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@dataclass(frozen=True, slots=True)
class Piece:
    """One command line of a page's blocks, or a block that holds none."""

    page: str
    text: str

    @property
    def is_command(self) -> bool:
        """Whether it calls the program."""
        return _COMMAND.match(self.text) is not None

    @property
    def elsewhere(self) -> str | None:
        """Where it is run instead, or why it is not."""
        for (page, start), said in ELSEWHERE.items():
            if page == self.page and self.text.startswith(start):
                return said
        return None


def pieces(page: Path) -> Iterator[Piece]:
    """What is in the blocks of a page, in order of kinds."""
    # A block may follow a heading at once.
    text = re.sub("^(#.*)$", r"\1\n", page.read_text("utf-8"), flags=re.MULTILINE)
    fenced = [code for _, code in _FENCED.findall(text)]
    indented = [
        re.sub("^ {4}", "", code, flags=re.MULTILINE).strip() + "\n"
        for code in _INDENTED.findall(_FENCED.sub("", text))
    ]
    for code in (*fenced, *indented):
        lines = code.replace("\\\n", " ").splitlines()
        commands = [line.removeprefix("$ ") for line in lines]
        if any(_COMMAND.match(line) for line in commands):
            for line, shown in zip(commands, lines, strict=True):
                # After a prompt comes what it prints.
                if line and (line != shown or not code.startswith("$ ")):
                    yield Piece(page.name, line)
        else:
            yield Piece(page.name, code)
