"""A recording as it was registered, wherever it lies; runs in workers, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.audio import file_sha256
from workbench.audio.sources import is_url
from workbench.errors import RecordingError


@contextmanager
def as_registered(place: str, sha256: str) -> Iterator[Path]:
    """Give the path of a recording with the registered content; what is remote is fetched.

    Parameters
    ----------
    place : str
        Path or URL.
    sha256 : str
        Hash of the content that was taken in.

    Yields
    ------
    Path
        The file, there until the end of the `with` block.

    Raises
    ------
    RecordingError
        If it is not there, cannot be fetched, or is not what was registered.
    """
    if not is_url(place):
        _check_content(place, file_sha256(place), sha256)
        yield Path(place.removeprefix("file://"))
        return
    with TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / Path(place).name
        _fetch(place, path)
        _check_content(place, file_sha256(path), sha256)
        yield path


def _fetch(place: str, path: Path) -> None:
    import fsspec

    try:
        files, name = fsspec.core.url_to_fs(place)
        files.get_file(name, str(path))
    except FileNotFoundError as error:
        raise RecordingError(f"There is no file {place}.") from error
    except ImportError as error:
        raise RecordingError(
            f"{place} cannot be reached: {error}. Install that package where the audio is read."
        ) from error
    except Exception as error:  # every file system of fsspec has errors of its own
        raise RecordingError(
            f"{place} could not be fetched ({type(error).__name__}: {error}). Check the address "
            "and the access rights, and do the same once more; what is done is kept."
        ) from error


def _check_content(place: str, found: str, registered: str) -> None:
    if found != registered:
        raise RecordingError(
            f"{place} is not the recording that was taken in: its content has changed since. "
            "Utterances and ratings belong to the old one, so put that back, or take the new "
            "one in as a call of its own."
        )
