"""Pairs of flat pictures whose level tells what they are, and votes on them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from blackcamo.cli import main

EDITS = ("vivid", "sepia", "matte", "grain")
ORIGINAL, LEVELS = 200, dict(zip(EDITS, (40, 70, 100, 130), strict=True))


def write_flat(path: Path, level: int, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (48, 36), (level,) * 3).save(path, **options)
    return path


def write_table(folder: Path) -> Path:
    """Four edits of two photos; a picture's level tells what it is."""
    lines = ["original,edited,edit"]
    for number, (edit, level) in enumerate(LEVELS.items()):
        photo = folder / "photos" / f"secret{number % 2}.png"
        write_flat(photo, ORIGINAL + number % 2)
        write_flat(folder / "edits" / f"{edit}.png", level)
        lines.append(f"photos/{photo.name},edits/{edit}.png,{edit}")
    path = folder / "pairs.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def make(table: Path, *more: str, out: str = "jury") -> Path:
    folder = table.parent / out
    assert main(["jury", "make", "--pairs", str(table), "--out", str(folder), *more]) == 0
    return folder


def key_of(jury: Path) -> list[dict[str, Any]]:
    pairs: list[dict[str, Any]] = json.loads((jury / "jury-key.json").read_text())["pairs"]
    return pairs


def vote(jury: Path, path: Path, answer: Callable[[dict[str, Any]], dict[str, str]]) -> Path:
    """The form, filled in by ``answer`` to each pair of the key."""
    with (jury / "viewers" / "votes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row, shown in zip(rows, key_of(jury), strict=True):
            assert row["pair"] == shown["pair"]
            writer.writerow(row | answer(shown))
    return path


def likes(viewer: str, **verdicts: str) -> Callable[[dict[str, Any]], dict[str, str]]:
    """``likes("anna", vivid="POST BETTER")``; other edits are NOT WORSE."""

    def answer(shown: dict[str, Any]) -> dict[str, str]:
        post, against = verdicts.get(shown["edit"], "NOT WORSE").split()
        edited = shown["edited"]
        other = "right" if edited == "left" else "left"
        better = {"BETTER": edited, "WORSE": other}.get(against, against)
        return {
            "viewer": viewer, f"post_{edited}": post, f"post_{other}": "POST",
            "better": better.upper(), "reason": f'of {shown["edit"]}, "so"',
        }  # fmt: skip

    return answer


def tally(jury: Path, *votes: Path, out: str = "verdicts", json: bool = False) -> int:
    words = ["jury", "tally", *map(str, votes), "--key", str(jury / "jury-key.json")]
    return main([*words, "--out", str(jury.parent / out), *(["--json"] if json else [])])


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {row["edit"]: row for row in csv.DictReader(file)}
