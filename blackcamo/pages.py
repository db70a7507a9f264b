"""Self-contained web pages: style, script and pictures inside, no network by their own policy."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources.abc import Traversable
from string import Template


def offline_page(parts: Traversable, **fields: str) -> str:
    """A page from page.html, page.css and page.js, which nothing but its own can style or script.

    Args:
        parts: the folder of the three; ``page.html`` names the fields as ``$field``.
        fields: what stands in them, as HTML.
    """
    style, script = ((parts / name).read_text("utf-8") for name in ("page.css", "page.js"))
    policy = (
        "default-src 'none'; img-src data:; "
        f"style-src 'sha256-{_source_hash(style)}'; script-src 'sha256-{_source_hash(script)}'"
    )
    template = Template((parts / "page.html").read_text("utf-8"))
    return template.substitute(policy=policy, style=style, script=script, **fields)


def embedded(jpeg: bytes) -> str:
    """The address under which a page holds a JPEG within itself."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def _source_hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
