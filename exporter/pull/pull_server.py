"""One pull: imports everything that one server remembers.

The newest rows are imported first, so that the present state is right even if a pull stops early;
the next pull imports the rest, since only a bookmark ends the reading early.
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
    """The progress of a pull: its present backup, of how many, and the runs it has seen."""

    server: str
    backup: str
    number: int
    backups: int
    runs: int


OnProgress = Callable[[PullProgress], None]


def pull_server(
    server: DuplicatiServer, importer: ReportImporter, bookmarks: Bookmarks, on_progress: OnProgress
) -> Summary:
    """Pull from a server; a failure of one backup does not affect the others.

    Args:
        server: where to read from.
        importer: records the runs, a page in a commit.
        bookmarks: how far earlier pulls came.
        on_progress: called with the progress.

    Raises:
        ServerError: the server does not even list its backups.
    """
    pull = _Pull(server, importer, bookmarks, on_progress)
    backups = server.backups()
    for number, backup in enumerate(backups, 1):
        pull.progress = PullProgress(server.name, backup.name, number, len(backups), 0)
        try:
            pull.pull_backup(backup)
        except ServerError as error:
            pull.summary.add_failure(f"{backup.name}: {error}")
            if isinstance(error, AccessError):
                break
    return pull.summary


class _Pull:
    """The running pull of one server."""

    def __init__(
        self,
        server: DuplicatiServer,
        importer: ReportImporter,
        bookmarks: Bookmarks,
        on_progress: OnProgress,
    ) -> None:
        self.progress = PullProgress(server.name, "", 0, 0, 0)
        self.summary = Summary(server.name)
        self._server = server
        self._info = server.info()
        self._importer = importer
        self._bookmarks = bookmarks
        self._on_progress = on_progress

    def pull_backup(self, backup: Backup) -> None:
        """Import a backup's history, down to its bookmark or first row, and its schedule."""
        bookmark = self._bookmarks.get(self._server.name, backup.id)
        refused = self.summary.count(ImportOutcome.REFUSED)
        newest: Bookmark | None = None
        self._tell_progress()
        job_id: int | None = None
        for page in self._pages(backup, bookmark):
            newest = newest or Bookmark.from_row(max(page, key=lambda row: row.id))
            job_id = self._import_page(backup, page) or job_id
        if newest is not None and self.summary.count(ImportOutcome.REFUSED) == refused:
            self._bookmarks.put(self._server.name, backup.id, newest)
        if job_id is not None:
            self._plan(job_id, backup)
        if newest is None and backup.planned is not None:
            self.summary.add_unwatched(backup.name)
        self.summary.backups += 1

    def _pages(self, backup: Backup, bookmark: Bookmark | None) -> Iterator[list[Row]]:
        """Yield what was not imported before, and a few known rows: they identify the job."""
        if bookmark is None:
            yield from self._server.history(backup)
            return
        for page in self._server.news(backup):
            yield page
            if any(Bookmark.from_row(row) == bookmark for row in page):
                return

    def _import_page(self, backup: Backup, page: Sequence[Row]) -> int | None:
        """Import the rows of a page, the oldest first; return their job."""
        oldest_first = sorted(page, key=lambda row: row.id)
        reports = [report for row in oldest_first if (report := self._report(row, backup))]
        results = self._importer.import_reports(reports) if reports else []
        self.summary.add(results)
        self._tell_progress()
        return next((each.job_id for each in results if each.job_id is not None), None)

    def _tell_progress(self) -> None:
        self._on_progress(self.progress._replace(runs=self.summary.rows))

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
            self.summary.add_failure(f"{backup.name}: the job was deleted meanwhile")
