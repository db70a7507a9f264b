"""Network architectures shared by scorers and appeal measures; no weights, no files."""
