"""One pull: everything that one server remembers is taken into the archive.

The newest rows are taken first, so that one that breaks off leaves the present state right; what
it did not come to is taken by the next one, since nothing but a mark ends the reading early.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from exporter.ingest.importer import HistoricalReport, ImportOutcome, ReportImporter
from exporter.pull.bookmarks import Bookmark, Bookmarks
from exporter.pull.client.errors import AccessError, ServerError
from exporter.pull.client.log import Row
from exporter.pull.client.reports import UnreadableRowError, past_report
from exporter.pull.client.server import Backup, DuplicatiServer
from exporter.pull.summary import Summary
from exporter.store import UnknownIdError


class PullProgress(NamedTuple):
    """How far a pull is: the backup it is at, of how many, and the runs it has seen."""

    server: str
    backup: str
    number: int
    backups: int
    runs: int


Tell = Callable[[PullProgress], None]


def pull_server(
    server: DuplicatiServer, importer: ReportImporter, bookmarks: Bookmarks, tell: Tell
) -> Summary:
    """Take what a server remembers; a fault of one backup keeps no other out.

    Args:
        server: is asked.
        importer: takes the runs, a page in a commit.
        bookmarks: how far earlier pulls came.
        tell: is shown how far this one is.

    Raises:
        ServerError: the server does not even tell its backups.
    """
    pull = _Pull(server, importer, bookmarks, tell)
    backups = server.backups()
    for number, backup in enumerate(backups, 1):
        pull.progress = PullProgress(server.name, backup.name, number, len(backups), 0)
        try:
            pull.take(backup)
        except ServerError as error:
            pull.summary.add_fault(f"{backup.name}: {error}")
            if isinstance(error, AccessError):
                break
    return pull.summary


class _Pull:
    """The pull of one server while it goes on."""

    def __init__(
        self, server: DuplicatiServer, importer: ReportImporter, bookmarks: Bookmarks, tell: Tell
    ) -> None:
        self.progress = PullProgress(server.name, "", 0, 0, 0)
        self.summary = Summary(server.name)
        self._server = server
        self._info = server.info()
        self._importer = importer
        self._bookmarks = bookmarks
        self._tell = tell

    def take(self, backup: Backup) -> None:
        """Take a backup's history, down to its mark or its first row, and its schedule."""
        bookmark = self._bookmarks.get(self._server.name, backup.id)
        refused = self.summary.count(ImportOutcome.REFUSED)
        newest: Bookmark | None = None
        self._tell_place()
        job_id: int | None = None
        for page in self._pages(backup, bookmark):
            newest = newest or Bookmark.from_row(max(page, key=lambda row: row.id))
            job_id = self._take_page(backup, page) or job_id
        if newest is not None and self.summary.count(ImportOutcome.REFUSED) == refused:
            self._bookmarks.put(self._server.name, backup.id, newest)
        if job_id is not None:
            self._plan(job_id, backup)
        if newest is None and backup.planned is not None:
            self.summary.add_unwatched(backup.name)
        self.summary.backups += 1

    def _pages(self, backup: Backup, bookmark: Bookmark | None) -> Iterator[list[Row]]:
        """Yield what was not taken before, and a little of what was: it tells which job it is."""
        if bookmark is None:
            yield from self._server.history(backup)
            return
        for page in self._server.news(backup):
            yield page
            if any(Bookmark.from_row(row) == bookmark for row in page):
                return

    def _take_page(self, backup: Backup, page: Sequence[Row]) -> int | None:
        """Take the rows of a page, the oldest first; return the job that they are of."""
        oldest_first = sorted(page, key=lambda row: row.id)
        reports = [report for row in oldest_first if (report := self._report(row, backup))]
        taken = self._importer.import_reports(reports) if reports else []
        self.summary.add(taken)
        self._tell_place()
        return next((each.job_id for each in taken if each.job_id is not None), None)

    def _tell_place(self) -> None:
        self._tell(self.progress._replace(runs=self.summary.rows))

    def _report(self, row: Row, backup: Backup) -> HistoricalReport | None:
        try:
            return past_report(row, backup, self._info)
        except UnreadableRowError as error:
            self.summary.add_unreadable(f"{backup.name}: {error}")
            return None

    def _plan(self, job_id: int, backup: Backup) -> None:
        if backup.planned is None:
            return
        try:
            self._importer.plan(job_id, backup.planned.start, backup.planned.interval)
        except UnknownIdError:
            self.summary.add_fault(f"{backup.name}: the job was deleted meanwhile")
