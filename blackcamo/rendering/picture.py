"""Pictures: rendered candidates as they are sent and as they arrive."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from blackcamo.types import Appraisal, Pixels

Values: TypeAlias = "Mapping[str, float]"
"""Parameter name -> physical value."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendered candidate: the JPEG that is sent, what arrives, and how appealing that is."""

    jpeg: bytes
    received: Pixels
    appraisal: Appraisal

    @property
    def sha256(self) -> str:
        """Digest of the JPEG bytes, the picture's key in the cache."""
        return hashlib.sha256(self.jpeg).hexdigest()


Prepared: TypeAlias = "tuple[Values, Picture | str]"
"""The parameters that stand for a candidate, and its picture or why there is none."""
