"""The documentation as a site: `sphinx-build -W docs build/site`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import blackcamo

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "blackcamo"
author = "The blackcamo developers"
release = version = blackcamo.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["examples"]
html_theme = "furo"
html_title = f"blackcamo {release}"
# Nothing is fetched from elsewhere when a page is read.
html_show_sphinx = False
html_show_copyright = False
myst_heading_anchors = 3
autodoc_typehints = "none"
autodoc_member_order = "groupwise"
napoleon_google_docstring = True

_NO_PAGE = re.compile(r"\[([^\]]*)\]\((?:\.\./|(?=examples/))([^)#]*)(?:#[^)]*)?\)", re.DOTALL)


def _beside(app: Sphinx, docname: str, source: list[str]) -> None:
    """A link to a file of the repository that is no page names that file."""
    source[0] = _NO_PAGE.sub(r"\1 (`\2`)", source[0])


def setup(app: Sphinx) -> None:
    """Let pages be read as they lie in the repository."""
    app.connect("source-read", _beside)
