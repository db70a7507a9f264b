"""Colour spaces, LUT maths, blurring: what filters and appeal measures share."""
