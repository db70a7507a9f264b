"""The specification of a model's weights: where its files come from and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One published file; a digest that is None is not known to us, a size likewise.

    ``git_blob`` is the SHA-1 that git gives the file's contents, where a repository holds it.
    """

    filename: str
    url: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    git_blob: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One form in which a model is published.

    ``page`` is where a person finds the files; the first of ``files`` is the one to convert, the
    others must lie beside it. A source without URLs can only be had by hand.
    """

    format: str
    page: str
    files: tuple[RemoteFile, ...]

    @property
    def downloadable(self) -> bool:
        """Whether every file has an address that a program can fetch."""
        return all(file.url for file in self.files)


@dataclass(frozen=True, slots=True)
class Converted:
    """A model's tensors under our names, the format they came in, and what else must be kept."""

    tensors: Mapping[str, Tensor]
    format: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WeightsSpec:
    """A model whose weights the store can install; registered in the group blackcamo.weights.

    ``convert`` turns a file of any published form into our tensors, recognises the form by the
    contents, and raises WeightsError for a file that holds another model. The module that defines
    a spec imports torch and the like inside ``convert``, so that listing stays quick.
    ``installed_bytes`` is about what the installed file takes, where the sources do not tell.
    """

    name: str
    title: str
    licence: str
    sources: tuple[Source, ...]
    convert: Callable[[Path], Converted]
    installed_bytes: int | None = None
