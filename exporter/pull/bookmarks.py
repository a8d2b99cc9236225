"""How far the histories of backups were taken, so that the next pull reads less.

A run that is known says nothing about older ones: it may have been posted, or an earlier pull may
have broken off behind it. So a mark is set only when everything down to the first row, or to the
mark before, has been taken. It is a row, not a number: the rows of a database that Duplicati made
anew begin with 1 again, and are then read to the first.
"""

from typing import Self

from msgspec import Struct

from exporter.pull.client.log import Row


class Bookmark(Struct, frozen=True):
    """The newest row of a history at a moment at which everything older had been taken."""

    row_id: int
    at: int | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Mark a row."""
        return cls(row.id, row.at)


class Bookmarks:
    """The marks of all backups, for as long as the process runs. Needs one caller at a time."""

    def __init__(self) -> None:
        self._bookmarks: dict[tuple[str, str], Bookmark] = {}

    def get(self, server: str, backup_id: str) -> Bookmark | None:
        """Return how far a backup was taken, None where that is not known."""
        return self._bookmarks.get((server, backup_id))

    def put(self, server: str, backup_id: str, bookmark: Bookmark) -> None:
        """Note that a backup was taken down to its first row."""
        self._bookmarks[server, backup_id] = bookmark
