"""Filters: one family per file, and the chain that composes and renders them."""

from __future__ import annotations

from blackcamo.filters.chain import Chain, Rendered
from blackcamo.filters.loading import load_chain

__all__ = ["Chain", "Rendered", "load_chain"]
