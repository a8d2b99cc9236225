"""How far the histories of backups were pulled, so that the next pull reads less.

A run that is recorded already says nothing about older ones: it may have been posted, or an earlier
pull may have stopped after it. So a bookmark is set only when everything down to the first row, or
to the bookmark before, has been imported. It is a row, not a number: the rows of a database that
Duplicati recreated start with 1 again, and are then read down to the first.
"""

from typing import Self

from msgspec import Struct

from exporter.pull.client.log import Row
from exporter.times import Millis


class Bookmark(Struct, frozen=True):
    """The newest row of a history at a time when everything older had been imported."""

    row_id: int
    at: int | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Return the bookmark of a row."""
        return cls(row.id, row.at)


class Bookmarks:
    """The bookmarks of all backups, while the process runs. Not thread-safe."""

    def __init__(self) -> None:
        self._bookmarks: dict[tuple[str, str], Bookmark] = {}
        self._explained: dict[tuple[str, str], Millis] = {}

    def get(self, server: str, backup_id: str) -> Bookmark | None:
        """Return how far a backup was pulled, None if that is not known."""
        return self._bookmarks.get((server, backup_id))

    def put(self, server: str, backup_id: str, bookmark: Bookmark) -> None:
        """Note that a backup was pulled down to its first row."""
        self._bookmarks[server, backup_id] = bookmark

    def is_explained(self, server: str, backup_id: str, error_at: Millis | None) -> bool:
        """Return whether an error was that of a row: it may be on a page that is not read again."""
        return error_at is not None and self._explained.get((server, backup_id)) == error_at

    def explain(self, server: str, backup_id: str, error_at: Millis) -> None:
        """Note that the last error of a backup is that of a row of its log."""
        self._explained[server, backup_id] = error_at
