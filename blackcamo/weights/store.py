"""Install, find, load and remove weights. Nothing here downloads unless ``install`` is called."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blackcamo import plugins
from blackcamo.errors import OutputError, UnknownNameError, WeightsError
from blackcamo.weights.download import Progress, fetch
from blackcamo.weights.files import git_blob, read_record, read_tensors, sha256
from blackcamo.weights.spec import Source, WeightsSpec

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Loaded:
    """Installed weights: tensors by name, and the record of where they came from.

    ``record`` has "model", "format", "source", "source_sha256" and what the converter kept.
    """

    tensors: dict[str, Tensor]
    record: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Installation:
    """Where a model's weights lie now, their record, and notes worth telling the user."""

    path: Path
    record: Mapping[str, str]
    notes: tuple[str, ...] = ()


def home() -> Path:
    """The user's data folder: the environment variable BLACKCAMO_HOME, or the platform's own."""
    from platformdirs import user_data_path

    chosen = os.environ.get("BLACKCAMO_HOME")
    return Path(chosen) if chosen else user_data_path("blackcamo", appauthor=False)


def known() -> dict[str, WeightsSpec]:
    """Every model that a spec is registered for, by name."""
    return {name: plugins.load("weights", name) for name in plugins.names("weights")}


def installed(name: str) -> Path | None:
    """The file that holds the installed weights of ``name``, None if there is none.

    Raises:
        UnknownNameError: no spec of that name is registered.
    """
    path = _path(_spec(name))
    return path if path.is_file() else None


def load(name: str) -> Loaded:
    """Read the installed weights of ``name``.

    Raises:
        UnknownNameError: no spec of that name is registered.
        WeightsError: they are not installed (says how to), or the file is damaged.
    """
    spec = _spec(name)
    path = _path(spec)
    if not path.is_file():
        raise WeightsError(_how_to_install(spec))
    return Loaded(read_tensors(path), read_record(path))


def install(
    name: str, *, source: Path | None = None, on_progress: Progress | None = None
) -> Installation:
    """Convert the weights of ``name`` to safetensors in the user's data folder.

    Args:
        name: a registered model.
        source: a file that the user has; None downloads the first published form that can be.
        on_progress: called with (bytes so far, bytes in all or None) while downloading.

    Raises:
        UnknownNameError: no spec of that name is registered.
        WeightsError: the file holds another model or is damaged, a download failed or does not
            have the recorded digest, or the model can only be had by hand.
        OutputError: the data folder cannot be written.
    """
    spec = _spec(name)
    if source is not None:
        return _convert(spec, source)
    published = next((s for s in spec.sources if s.downloadable), None)
    if published is None:
        raise WeightsError(_how_to_install(spec))
    folder = home() / "downloads" / name
    files = [fetch(file, folder, on_progress=on_progress) for file in published.files]
    done = _convert(spec, files[0])
    for file in files:
        file.unlink()
    folder.rmdir()
    return done


def remove(name: str) -> Path:
    """Delete the installed weights of ``name`` and return where they lay.

    Raises:
        UnknownNameError: no spec of that name is registered.
        WeightsError: there is nothing to remove.
        OutputError: the file cannot be deleted.
    """
    path = installed(name)
    if path is None:
        raise WeightsError(f"no weights of {name!r} are installed in {str(home())!r}")
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"cannot delete {str(path)!r}: {error.strerror or error}") from error
    return path


def _convert(spec: WeightsSpec, source: Path) -> Installation:
    from safetensors.torch import save

    from blackcamo.images import write_bytes

    converted = spec.convert(source)
    kept = {
        "model": spec.name,
        "format": converted.format,
        "source": source.name,
        "source_sha256": sha256(source),
        **converted.settings,
    }
    path = _path(spec)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {str(path.parent)!r}: {error.strerror or error}"
        ) from error
    tensors = {key: tensor.contiguous() for key, tensor in converted.tensors.items()}
    write_bytes(path, save(tensors, metadata=kept))
    return Installation(path, kept, _notes(spec, source, kept["source_sha256"]))


def _notes(spec: WeightsSpec, source: Path, digest: str) -> tuple[str, ...]:
    published = [source.files[0] for source in spec.sources]
    if digest in {file.sha256 for file in published}:
        return ()
    if any(file.git_blob == git_blob(source) for file in published if file.git_blob):
        return ()
    return (
        f"{source.name} has the names and shapes of {spec.name}; its SHA-256 {digest} is none "
        "that blackcamo knows: make sure that you know where the file comes from",
    )


def _spec(name: str) -> WeightsSpec:
    if name not in plugins.names("weights"):
        raise UnknownNameError(plugins.unknown("model", name, plugins.names("weights")))
    spec: WeightsSpec = plugins.load("weights", name)
    return spec


def _path(spec: WeightsSpec) -> Path:
    return home() / "weights" / f"{spec.name}.safetensors"


def _how_to_install(spec: WeightsSpec) -> str:
    by_hand = "; ".join(f"{s.files[0].filename} from {s.page}" for s in spec.sources)
    command = f"blackcamo weights install {spec.name}"
    download = f"`{command}` downloads them, " if any(map(_fetchable, spec.sources)) else ""
    return (
        f"the weights of {spec.name!r} are not installed: {download}`{command} --from FILE` takes "
        f"a file that you have ({by_hand})"
    )


def _fetchable(source: Source) -> bool:
    return source.downloadable
