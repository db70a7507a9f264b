"""Every command that README and docs show runs, or says why it does not; the reference is so."""

from __future__ import annotations

import re
import shlex
import shutil
import webbrowser
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from blackcamo.cli import main
from tests.conftest import ROOT
from tests.docs import commands
from tests.docs.blocks import ELSEWHERE, Piece, pages, pieces
from tests.docs.test_pages import block

PIECES = [piece for page in pages() for piece in pieces(page)]
RUN = [piece for piece in PIECES if piece.is_command and piece.elsewhere is None]
SMALLER = (
    (r"--budget \d+", "--budget {budget}"),
    (r"--points \d+", "--points 2"),
    # Whose weights are not in the repository:
    ("koncept512", "pocketiqa"),
    (",brisque", ""),
    ("nima-aesthetic", "niqe"),
    ("~/photos", "originals"),
)
"""As shown, but for what takes long or is not here."""
CONFIGURED = {
    # What is shown is done with a success, which so few queries would not find.
    "SEARCH_TARGET": "52.5",
    "SEARCH_THRESHOLD": "53",
    "SEARCH_STYLE": "vivid,warm",
    "EXPLORE_POINTS": "1",
}
BUDGETS = {"learn ": 400, "--robust": 90, "--channel ": 90, "explain ": 40, "": 16}
"""Queries that a command needs at least, by what stands in it."""


def test_the_reference_is_what_the_command_line_says() -> None:
    assert commands.PAGE.read_text("utf-8") == commands.page(), (
        "make it anew: python -m tests.docs.commands"
    )


def test_every_command_and_option_is_in_the_reference() -> None:
    text = commands.page()
    for said in ("## search", "## jury rank", "| `--robust` |", "`--style auto\\|NAME,...`"):
        assert said in text


def test_every_block_runs_or_says_why_not() -> None:
    assert not [p for p in PIECES if not p.is_command and p.elsewhere is None]
    assert len(RUN) > 60


def test_nothing_is_excused_that_is_not_there() -> None:
    for page, start in ELSEWHERE:
        assert any(p.page == page and p.text.startswith(start) for p in PIECES), (page, start)


def test_tests_that_are_named_are_there() -> None:
    for said in ELSEWHERE.values():
        for path, name in re.findall(r"(tests/[\w/]+(?:\.py)?)(?:::(\w+))?", said):
            assert (ROOT / path).exists(), said
            assert not name or f"def {name}(" in (ROOT / path).read_text("utf-8"), said


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of what pages speak of, among it what a search of img.jpg left."""
    folder = tmp_path_factory.mktemp("docs")
    photo = Image.open(ROOT / "examples" / "brook.jpg").resize((192, 128))
    other = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    edited = ImageEnhance.Brightness(photo).enhance(1.05)
    for name, picture in {
        "img.jpg": photo, "photo.jpg": photo, "original.jpg": photo, "other.jpg": other,
        "flower.jpg": other, "brook.jpg": other, "edited-elsewhere.jpg": edited,
        "edited-1.jpg": edited, "originals/img.jpg": photo, "originals/flower.jpg": other,
        "holiday/day/a.jpg": photo, "archive/x/2024-a.jpg": photo, "photos/a.jpg": photo,
        "photos/b.jpg": other, "photos/c.jpg": edited, "photos/d.jpg": photo.crop((0, 0, 180, 120)),
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture.save(folder / name, quality=95)
    (folder / "my_model.py").write_text(block("scorers.md", "python", "my_model.py"))
    (folder / "mine.toml").write_text(block("channels.md", "toml", "[channels.forum]"))
    (folder / "pairs.csv").write_text("original,edited,edit\nimg.jpg,edited-1.jpg,brighter\n")
    with pytest.MonkeyPatch.context() as patch:
        prepare(patch, folder)
        for name in ("img.jpg", "flower.jpg"):
            assert main(["search", name, "--budget", "16"]) == 0
        assert main(["export", "img", "--format", "cube", "--out", "."]) == 0
    shutil.move(str(next(folder.glob("*.cube"))), folder / "film.cube")
    made = folder / "camouflage" / "img"
    shutil.copy(made / "img.preset.json", folder)
    shutil.copy(made / "img.camo.jpg", folder)
    return folder


def prepare(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.chdir(folder)
    patch.syspath_prepend(folder)
    patch.setattr(webbrowser, "open", lambda *args, **more: True)
    patch.setenv("BLACKCAMO_HOME", str(folder / "home"))
    for name, value in CONFIGURED.items():
        patch.setenv(f"BLACKCAMO_{name}", value)


def by_page() -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for piece in RUN:
        found.setdefault(piece.page, []).append(piece)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("page", by_page())
def test_the_commands_of_a_page_run_one_after_the_other(
    page: str,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number, piece in enumerate(by_page()[page]):
        if number == 0 or page == "README.md":  # whose commands are no sequence
            prepare(monkeypatch, shutil.copytree(photos, tmp_path / str(number)))
        budget = next(n for mark, n in BUDGETS.items() if mark in piece.text)
        for command in ("SEARCH", "LEARN"):
            monkeypatch.setenv(f"BLACKCAMO_{command}_BUDGET", str(budget))
        status = main(words(piece.text, budget))
        out, err = capsys.readouterr()
        # 3: with so few queries not all is camouflaged.
        assert status in (0, 3), f"{piece.text}: {out}{err}"
        if into := piece.text.partition(" > ")[2]:
            Path(into).write_text(out)


def words(line: str, budget: int) -> list[str]:
    """The arguments of a command line, as a shell passes them on."""
    for shown, instead in SMALLER:
        line = re.sub(shown, instead.format(budget=budget), line)
    parts = shlex.split(line.partition(" > ")[0], comments=True)
    parts = parts[parts.index("blackcamo") + 1 :]
    quoted = set(re.findall(r'"([^"]*)"', line))
    return [
        found
        for part in parts
        for found in (
            sorted(map(str, Path().glob(part))) if "*" in part and part not in quoted else [part]
        )
    ]
