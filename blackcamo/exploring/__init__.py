"""Exploring without a search: a design of looks, what of it was seen, and what that says."""

from blackcamo.exploring.design import Design, Look, make_design
from blackcamo.exploring.journal import Journal, Seen
from blackcamo.exploring.table import Row, Table

__all__ = ["Design", "Journal", "Look", "Row", "Seen", "Table", "make_design"]
