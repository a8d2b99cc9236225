"""Reports that were saved in files: where they are stored, and what they contain.

A file contains one report in any supported format, or one in each line: then its first line is a
complete JSON object. It may be compressed with gzip. A file that cannot be read does not affect the
others.
"""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from exporter.ingest.importer import HistoricalReport
from exporter.reports.decoding import decode_json
from exporter.reports.errors import ReportError
from exporter.reports.recoding import utf8
from exporter.times import MIN_TIMESTAMP, Millis

MAX_BYTES = 32 * 1024 * 1024
"""Of one report: the daemon's default limit."""

DEEPEST = 32
"""Maximum depth of nested folders: more are a mistake."""

_MILLISECOND = 1_000_000
"""In nanoseconds, the unit of the system's file times."""

Stream = BinaryIO | io.BufferedIOBase


class Saved(Struct, frozen=True):
    """A report and where it is stored."""

    source: str
    report: HistoricalReport


class SkippedFile(Struct, frozen=True):
    """A file that cannot be imported, and why."""

    source: str
    reason: str


Found = Saved | SkippedFile


class ReportFiles:
    """Reads saved reports. Server and backup are names for reports without any."""

    def __init__(self, server: str | None = None, backup: str | None = None) -> None:
        self._server = server
        self._backup = backup

    def find(self, paths: Iterable[Path]) -> Iterator[Found]:
        """Yield the reports of files and folders, file by file and sorted by name.

        In a folder hidden files are skipped, and no link to another folder is followed.
        """
        for path in paths:
            yield from self._in_folder(path) if _is_folder(path) else self._in_file(path)

    def read(self, source: str, file: Stream, received: Millis | None) -> Iterator[Found]:
        """Yield the reports of an open file; `received` counts if a report has no time."""
        first = file.readline(MAX_BYTES + 1)
        if not _is_object(first):
            yield self._report(source, first + file.read(MAX_BYTES + 1 - len(first)), received)
            return
        numbered = enumerate(chain([first], _lines(file)), 1)
        lines = ((number, line) for number, line in numbered if line.strip())
        start = list(islice(lines, 2))
        for number, line in chain(start, lines):
            name = source if len(start) == 1 else f"{source}:{number}"
            yield self._report(name, line, received)

    def _in_folder(self, folder: Path) -> Iterator[Found]:
        errors: list[OSError] = []
        empty = True
        for found, folders, names in os.walk(folder, onerror=errors.append):
            here = Path(found)
            deep = len(here.relative_to(folder).parts) >= DEEPEST
            if deep and folders:
                yield SkippedFile(found, f"contains folders deeper than {DEEPEST}: name them")
            folders[:] = [] if deep else sorted(_shown(folders))
            for name in sorted(_shown(names)):
                empty = False
                yield from self._in_file(here / name)
        yield from (SkippedFile(str(error.filename), _reason(error)) for error in errors)
        if empty and not errors:
            yield SkippedFile(str(folder), "contains only hidden files, or none")

    def _in_file(self, path: Path) -> Iterator[Found]:
        source = str(path)
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                yield SkippedFile(source, "is not a file")
                return
            with _opened(path) as file:
                yield from self.read(source, file, _changed(status))
        except (OSError, EOFError, zlib.error) as error:
            yield SkippedFile(source, _reason(error))

    def _report(self, source: str, raw: bytes, received: Millis | None) -> Found:
        if len(raw) > MAX_BYTES:
            return SkippedFile(source, f"is larger than {MAX_BYTES} bytes")
        if not utf8(raw):
            return SkippedFile(source, "is empty")
        return Saved(source, HistoricalReport(raw, received, self._server, backup=self._backup))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _opened(path: Path) -> io.BufferedIOBase:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(decode_json(line.removeprefix(b"\xef\xbb\xbf")), dict)
    except ReportError:
        return False


def _lines(file: Stream) -> Iterator[bytes]:
    """Yield the lines; of one that is too long only as much as shows that."""
    while line := file.readline(MAX_BYTES + 1):
        rest = line
        while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_BYTES + 1)
        yield line


def _shown(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not name.startswith("."))


def _changed(status: os.stat_result) -> Millis | None:
    changed = status.st_mtime_ns // _MILLISECOND
    return changed if changed > MIN_TIMESTAMP else None


def _reason(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read ({reason})"
