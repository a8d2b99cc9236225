"""Write the files of a kind: all of them, or none where that would destroy a person's changes."""

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

from exporter.shipped.errors import FilesError
from exporter.shipped.finding import contents
from exporter.shipped.fitting import Place
from exporter.shipped.kinds import Kind


class Present(Enum):
    """What is where a file is to be written; the value is the word for what becomes of it."""

    NOTHING = "written"
    SAME = "unchanged"
    OTHER = "replaced"


Found = dict[Path, Present]


def write(kind: Kind, folder: Path, place: Place) -> Found:
    """Write the files of a kind, and return what was there before, by path.

    Raises:
        FilesError: files are there that differ, or they cannot be written.
    """
    texts = fitting(kind, folder, place)
    found = _present(texts)
    changed = [str(path) for path, present in found.items() if present is Present.OTHER]
    if changed:
        message = f"not overwritten, because they differ: {', '.join(changed)}"
        raise FilesError(f"{message}; nothing was written: add --force, or name another folder")
    return _written(texts, found)


def replace(kind: Kind, folder: Path, place: Place) -> Found:
    """Write the files of a kind, also over others, and return what was there before, by path.

    Raises:
        FilesError: they cannot be written.
    """
    texts = fitting(kind, folder, place)
    return _written(texts, _present(texts))


def fitting(kind: Kind, folder: Path, place: Place) -> dict[Path, bytes]:
    """Return what is to be written, by path."""
    return {
        folder / path: kind.fit(text, place).encode() for path, text in contents(kind.files).items()
    }


def _present(texts: Mapping[Path, bytes]) -> Found:
    return {path: _there(path, text) for path, text in texts.items()}


def _there(path: Path, text: bytes) -> Present:
    try:
        if not path.exists():
            return Present.NOTHING
        is_same = path.stat().st_size == len(text) and path.read_bytes() == text
    except OSError as error:
        raise _unwritable(path, error) from error
    return Present.SAME if is_same else Present.OTHER


def _written(texts: Mapping[Path, bytes], found: Found) -> Found:
    for path in _differing(found):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(texts[path])
        except OSError as error:
            raise _unwritable(path, error) from error
    return found


def _differing(found: Found) -> Iterator[Path]:
    return (path for path, present in found.items() if present is not Present.SAME)


def _unwritable(path: Path, error: OSError) -> FilesError:
    message = f"{path} cannot be written ({error.strerror}): choose a folder"
    return FilesError(f"{message} that you may write to, on a disk with space")
