"""The name of a study's jury."""


def jury_name(study: str) -> str:
    """The name of a study's jury, which is a study of the same storage."""
    return f"jury of {study}"
