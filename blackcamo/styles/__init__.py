"""Styles: one deliberate, named look a file, registered as entry points ``blackcamo.styles``."""
