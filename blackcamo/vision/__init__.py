"""Colour spaces, LUT maths, blurring, warping: what filters and appeal measures share."""
