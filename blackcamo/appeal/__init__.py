"""Appeal measures, one per file: how much people would mind an edit."""
