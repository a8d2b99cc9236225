"""Where commands write: stdout, a file that appears once it is complete, or a pipe."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from exporter.exports import ExportError


@contextlib.contextmanager
def output(path: Path | None) -> Iterator[BinaryIO]:
    """Yield the file to write to; None is stdout.

    Raises:
        BrokenPipeError: its reader has closed it early.
        ExportError: it cannot be written; a file that existed before is unchanged.
    """
    try:
        with _opened(path) as target:
            yield target
    except BrokenPipeError:
        raise
    except OSError as error:
        where = "stdout" if path is None else path
        message = f"{where} cannot be written ({error.strerror}): check that there is space, and"
        raise ExportError(f"{message} that its folder exists and is writable") from error


def forget_stdout() -> None:
    """Keep Python from flushing to a closed pipe at exit, and from complaining of it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def folder_beside(path: Path | None) -> Path:
    """Return the folder of temporary files: beside an output file, else the system's."""
    if path is None or _is_device(path):
        return Path(tempfile.gettempdir())
    return path.resolve().parent


def _opened(path: Path | None) -> AbstractContextManager[BinaryIO]:
    if path is None:
        return _stdout()
    return path.open("wb") if _is_device(path) else _replacing(path.resolve())


def _is_device(path: Path) -> bool:
    """Return whether a path is not a regular file: a pipe or /dev/null must not be replaced."""
    return path.exists() and not path.is_file()


@contextlib.contextmanager
def _stdout() -> Iterator[BinaryIO]:
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a temporary file beside a path, and move it there in the end."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        made = Path(folder, path.name)
        with made.open("wb") as target:
            yield target
        made.replace(path)
