"""One pull: imports everything that one server remembers.

The newest rows are imported first, so that the present state is right even if a pull stops early;
the next pull imports the rest, since only a bookmark ends the reading early.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from exporter.ingest.importer import (
    HistoricalReport,
    ImportOutcome,
    ImportResult,
    ReportImporter,
)
from exporter.model import JobKind, kind_of, short_name
from exporter.model.listed import BackupList, ListedBackup
from exporter.pull.bookmarks import Bookmark, Bookmarks
from exporter.pull.client.errors import AccessError, ServerError
from exporter.pull.client.log import Row
from exporter.pull.client.reports import Ran, UnreadableRowError, past_report, ran
from exporter.pull.client.server import Backup, DuplicatiServer
from exporter.pull.finder import Finder
from exporter.pull.found_runs import Findings, since, untold_since
from exporter.pull.seeing import seen
from exporter.pull.summary import Summary
from exporter.store import UnknownIdError
from exporter.times import SECOND, Millis


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
    pull.note_list(backups)  # before the runs: they are imported under the present names
    for number, backup in enumerate(backups, 1):
        pull.progress = PullProgress(server.name, backup.name, number, len(backups), 0)
        try:
            pull.pull_backup(backup)
        except ServerError as error:
            pull.summary.add_failure(f"{backup.name}: {error}")
            if isinstance(error, AccessError):
                break
    pull.note_list(backups)  # now there is a job for each that has a run or is planned
    pull.tell_waiting()
    pull.summary.seen = seen(server, pull.state, backups)
    return pull.summary


class _History(NamedTuple):
    """What a log tells besides its runs: their job, its newest row, and what has to be known."""

    job_id: int | None = None
    newest: Bookmark | None = None
    rows: Sequence[Ran] = ()


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
        self.summary.machine_id = self._info.machine_id
        self._importer = importer
        self._bookmarks = bookmarks
        self._on_progress = on_progress
        self._finder = Finder(server, self._info)
        self.state = self._finder.state
        self._starts: dict[str, Millis] = {}
        self._is_anew = False
        self._job_ids: Mapping[str, int] = {}
        self._waiting: list[tuple[Backup, Findings]] = []

    def note_list(self, backups: Iterable[Backup]) -> None:
        """Store which backups there are, unless the machine does not say which it is."""
        info = self._info
        if info.machine_id is not None:
            numbered = [each for each in backups if each.id.isdecimal()]
            listed = tuple(_listed(each, self._starts.get(each.id)) for each in numbered)
            place = (self._server.address, info.machine_id)
            told = BackupList(*place, listed, machine_name=info.machine_name, os=info.os)
            outcome = self._importer.note_list(told)
            self._job_ids = outcome.job_ids
            self.summary.add_listed(outcome)

    def tell_waiting(self) -> None:
        """Store what the server tells of jobs of which it remembers no run."""
        for backup, findings in self._waiting:
            job_id = self._job_ids.get(_listed_id(backup))
            if job_id is not None:
                self._tell_job(job_id, backup, findings)

    def pull_backup(self, backup: Backup) -> None:
        """Import a backup's history, down to its bookmark or first row, and its schedule."""
        self._tell_progress()
        history = self._import_history(backup) if backup.has_log else _History()
        findings = self._findings(backup, history.rows)
        job_id = self._import_found(backup, findings) or history.job_id
        if job_id is None:
            self._expect(backup, findings)
            self._waiting.append((backup, findings))
        else:
            self._tell_job(job_id, backup, findings)
        self.summary.backups += 1

    def _expect(self, backup: Backup, findings: Findings) -> None:
        """Expect a backup that is planned and has no run; the list that is told last says so."""
        start = self._finder.next_start(backup, findings)
        if start is None:
            return
        if self._info.machine_id is None:
            self.summary.add_unwatched(backup.name)
        self._starts[backup.id] = start

    def _import_history(self, backup: Backup) -> _History:
        """Import a backup's log; return what it tells besides the runs."""
        bookmark = self._bookmarks.get(self._server.name, backup.id)
        refused = self.summary.count(ImportOutcome.REFUSED)
        history, first = _History(), since(backup)
        self._is_anew = bookmark is None
        for page in self._pages(backup, bookmark):
            job_id = self._import_page(backup, page, bookmark) or history.job_id
            newest = history.newest or Bookmark.from_row(max(page, key=lambda row: row.id))
            history = _History(job_id, newest, [*history.rows, *_ran_since(first, page)])
        if history.newest is not None and self.summary.count(ImportOutcome.REFUSED) == refused:
            self._bookmarks.put(self._server.name, backup.id, history.newest)
        return history

    def _pages(self, backup: Backup, bookmark: Bookmark | None) -> Iterator[list[Row]]:
        """Yield what was not imported before, and known rows that are needed.

        A few of them identify the job, and all since the last planned run tell what became of it.
        If one of them is new, the job was deleted since: then all are needed.
        """
        if bookmark is None:
            yield from self._server.history(backup)
            return
        is_known, first = False, untold_since(backup)
        for page in self._server.news(backup):
            yield page
            is_known |= any(Bookmark.from_row(row) == bookmark for row in page)
            if is_known and not self._is_anew and _reaches(page, first):
                return

    def _import_page(
        self, backup: Backup, page: Sequence[Row], bookmark: Bookmark | None
    ) -> int | None:
        """Import the rows of a page, the oldest first; return the job of its runs."""
        oldest_first = sorted(page, key=lambda row: row.id)
        read = [(row.id, self._report(row, backup)) for row in oldest_first]
        reports = [report for _, report in read if report]
        results = self._importer.import_reports(reports) if reports else []
        recorded = zip((row_id for row_id, report in read if report), results, strict=True)
        self._is_anew |= any(_is_anew(*each, bookmark) for each in recorded)
        self.summary.add(results)
        self._tell_progress()
        return _job(results)

    def _tell_progress(self) -> None:
        self._on_progress(self.progress._replace(runs=self.summary.rows))

    def _report(self, row: Row, backup: Backup) -> HistoricalReport | None:
        try:
            return past_report(row, backup, self._info, self._server.skew)
        except UnreadableRowError as error:
            self.summary.add_unreadable(f"{backup.name}: {error}")
            return None

    def _findings(self, backup: Backup, rows: Sequence[Ran]) -> Findings:
        """Return what is not in the log; an error that an earlier page explained is left out."""
        findings = self._finder.find(backup, rows)
        at, place = backup.remembered.error_at, (self._server.name, backup.id)
        if findings.error is not None and self._bookmarks.is_explained(*place, at):
            return replace(findings, error=None)
        if findings.error is None and at is not None:
            self._bookmarks.explain(*place, at)
        return findings

    def _import_found(self, backup: Backup, findings: Findings) -> int | None:
        """Import the runs that are not in the log; return their job."""
        reports = self._finder.reports(backup, findings)
        results = self._importer.import_reports(reports) if reports else []
        self.summary.add_found(findings.runs, results)
        if results:
            self._tell_progress()
        return _job(results)

    def _tell_job(self, job_id: int, backup: Backup, findings: Findings) -> None:
        """Store what the server tells of a job besides its runs."""
        start = self._finder.next_start(backup, findings)
        try:
            if backup.planned is not None and start is not None:
                self._importer.plan(job_id, start, backup.planned.interval)
            self._importer.note_error(job_id, findings.error, self._server.skew)
        except UnknownIdError:
            self.summary.add_failure(f"{backup.name}: the job was deleted meanwhile")


def _listed_id(backup: Backup) -> str:
    return f"DB-{backup.id}"


def _listed(backup: Backup, start: Millis | None) -> ListedBackup:
    return ListedBackup(
        _listed_id(backup),
        short_name(backup.name),
        kind_of(backup.operation) or JobKind.BACKUP,
        backup.destination_type,
        start,
        None if backup.planned is None else backup.planned.interval,
    )


def _is_anew(row_id: int, result: ImportResult, bookmark: Bookmark | None) -> bool:
    """Return whether a row is recorded that was imported before."""
    was_imported = bookmark is not None and row_id <= bookmark.row_id
    return was_imported and result.outcome is ImportOutcome.RECORDED


def _reaches(page: Iterable[Row], first: Millis | None) -> bool:
    """Return whether a page has rows of before a time, so that later pages have no others."""
    return first is None or any(row.at is not None and row.at * SECOND < first for row in page)


def _ran_since(first: Millis | None, page: Iterable[Row]) -> Iterator[Ran]:
    """Yield what rows from a time on tell; all other rows need not be read twice."""
    for row in page:
        if first is not None and (row.at is None or row.at * SECOND >= first):
            told = ran(row)
            if told is not None:
                yield told


def _job(results: Iterable[ImportResult]) -> int | None:
    """Return the job of runs that count; one that has other operations only is not shown."""
    counting = (each.job_id for each in results if each.is_backup)
    return next((job_id for job_id in counting if job_id is not None), None)
