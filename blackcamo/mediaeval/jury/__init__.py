"""People's votes as in 2020: a page per annotator, and the count of what comes back."""
