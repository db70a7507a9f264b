"""Pairs: an original beside its edit, looked at blind; verdicts that the measure is fitted to."""
