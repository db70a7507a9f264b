"""The page on packages names what is needed, and the licences that matter."""

from __future__ import annotations

import re
from importlib.metadata import distribution

from packaging.requirements import Requirement

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "packages.md").read_text("utf-8")


def needed() -> set[str]:
    """Names of all that blackcamo needs without extras, in this environment."""
    found: set[str] = set()
    waiting = ["blackcamo"]
    while waiting:
        for line in distribution(waiting.pop()).requires or ():
            one = Requirement(line)
            known = one.name.lower() in found
            if not known and (one.marker is None or one.marker.evaluate({"extra": ""})):
                found.add(one.name.lower())
                waiting.append(one.name)
    return found


def test_every_package_of_our_own_is_named() -> None:
    ours = [Requirement(line) for line in distribution("blackcamo").requires or ()]
    core = {one.name for one in ours if one.marker is None}
    assert len(core) > 8
    assert not {name for name in core if name not in PAGE}


def test_one_package_alone_is_under_the_gpl() -> None:
    strict = set()
    for name in needed():
        told = distribution(name).metadata.json
        licence = f"{told.get('license_expression') or told.get('license') or ''}"[:80]
        licence += " ".join(c for c in told.get("classifier", ()) if "License" in c)
        if re.search(r"\bA?GPL|\bGNU (Affero )?General", licence):
            strict.add(name)
    # In its own words or in the page's: none but this one.
    assert strict == {"directsearch"}
    assert re.search(r"\| directsearch \|[^\n]*\*\*GPL-3.0-or-later\*\*", PAGE)
