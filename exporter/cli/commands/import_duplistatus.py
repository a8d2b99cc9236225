"""duplistatus import duplistatus: the database of the web application of this name."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from exporter.cli.api_client import Client
from exporter.cli.arguments import Commands, add_client_command, add_dry_run, configuration, teach
from exporter.cli.connection import connected
from exporter.cli.import_client import ImportClient, import_in_batches
from exporter.cli.import_summary import Outcomes, Reasons, counted
from exporter.cli.progress import Show, bar, progress
from exporter.cli.settings_import import SettingsImport
from exporter.ingest.duplistatus import (
    JobSetting,
    Run,
    RunError,
    SettingError,
    Settings,
    Source,
    opened,
    read_run,
    read_settings,
    read_tolerance,
)
from exporter.ingest.importer import HistoricalReport
from exporter.times import now

_EXPLAINED = """\
FILE is backups.db in the data folder of the web application duplistatus, in
its container /app/data. Stop it before you copy that folder; it may run if FILE
is read in place. FILE is not changed. Its runs are imported as if Duplicati had
posted them here, so a run that was posted here too counts once. Aliases, notes,
schedules and the tolerance are set where nothing is set here. The import can be
repeated: runs that are recorded already are not changed.

  docker stop duplistatus
  docker cp duplistatus:/app/data/. old
  duplistatus import duplistatus old/backups.db --dry-run
  duplistatus import duplistatus old/backups.db --timezone Europe/Berlin

"""


def add_to(actions: Commands) -> None:
    """Add the command to those that import."""
    summary = "import the database of the web application duplistatus"
    parser = add_client_command(actions, "duplistatus", summary, run)
    teach(parser, _EXPLAINED)
    parser.add_argument("file", metavar="FILE", type=Path, help="its backups.db")
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        type=_zone,
        help="time zone of its servers, for example Europe/Berlin: a daily backup on certain"
        " days of the week gets a cron schedule",
    )
    add_dry_run(parser)


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{text!r} is not a time zone: write one such as Europe/Berlin"
        raise argparse.ArgumentTypeError(message) from None


def run(chosen: argparse.Namespace) -> int:
    """Import the runs and settings; return 1 if something was skipped."""
    settings = configuration(chosen)
    with opened(chosen.file) as source, connected(settings) as client:
        runs = _Runs(source, dry_run=chosen.dry_run)
        people = _Settings(source, chosen.timezone)
        with progress() as show:
            runs.take_in(client, show)
            adoption = SettingsImport(client, dry_run=chosen.dry_run)
            people.adopt(runs, adoption, show)
    for line in (*runs.lines(), *adoption.lines(), *people.lines()):
        sys.stdout.write(f"{line}\n")
    wrong = runs.outcomes.left_out + runs.doubts.count
    return int(wrong + adoption.refusals.count + people.unread.count > 0)


_Value = TypeVar("_Value")


class _Entry(Struct, frozen=True):
    source: str
    run: Run

    @property
    def report(self) -> HistoricalReport:
        return self.run.report


class _Runs:
    """The runs of the application, and which servers and jobs they belong to here."""

    def __init__(self, source: Source, *, dry_run: bool) -> None:
        self._source = source
        self._dry_run = dry_run
        self.outcomes = Outcomes()
        self.doubts = Reasons()
        self.known = {server.id: server for server in source.servers()}
        self.servers: dict[str, int] = {}
        self.jobs: dict[tuple[str, str], int] = {}

    def take_in(self, client: Client, show: Show) -> None:
        importer, total = ImportClient(client, dry_run=self._dry_run), self._source.count_runs()
        for entry, result in import_in_batches(importer, self._entries()):
            self.outcomes.add(entry.source, result)
            if result.server_id is not None and result.job_id is not None:
                self.servers[entry.run.server_id] = result.server_id
                self.jobs[entry.run.server_id, entry.run.backup] = result.job_id
            done = self.outcomes.total
            show(f"{bar(done, total)} {done} of {counted(total, 'run')}")

    def lines(self) -> Iterator[str]:
        yield from self.outcomes.lines(dry_run=self._dry_run)
        yield from self.doubts.lines("invalid values, treated as missing")

    def name(self, server_id: object) -> str | None:
        known = self.known.get(str(server_id))
        return None if known is None else known.name

    def _entries(self) -> Iterator[_Entry]:
        timestamp = now()
        for row in self._source.runs():
            source = f"backups {row.get('id')}"
            try:
                found = read_run(row, self.name(row["server_id"]), timestamp)
            except RunError as error:
                self.outcomes.leave_out(source, str(error))
                continue
            for doubt in found.doubts:
                self.doubts.add(source, doubt)
            yield _Entry(source, found)


class _Settings:
    """The settings of the application, and how many of them are set here."""

    def __init__(self, source: Source, zone: str | None) -> None:
        self.unread = Reasons()
        self._zone = zone
        self._jobs = self._read(source, "backup_settings", read_settings) or Settings({})
        self._tolerance = self._read(source, "overdue_tolerance", read_tolerance)
        self._by_week_days = self._servers_left = self._jobs_left = 0

    def adopt(self, runs: _Runs, adoption: SettingsImport, show: Show) -> None:
        for server in runs.known.values():
            if server.id in runs.servers:
                given = {"alias": server.alias, "note": server.note}
                adoption.adopt_server(runs.servers[server.id], given)
        found, total = 0, len(runs.jobs)
        for done, ((server_id, backup), job_id) in enumerate(runs.jobs.items()):
            show(f"{bar(done, total)} {done} of {counted(total, 'job')} set")
            setting = self._of(server_id, runs.name(server_id), backup)
            schedule = None if setting is None else self._schedule(setting)
            adoption.adopt_job(job_id, {"schedule": schedule, "tolerance": self._tolerance})
            found += setting is not None
        self._servers_left = len(runs.known.keys() - runs.servers.keys())
        self._jobs_left = len(self._jobs) - found

    def lines(self) -> Iterator[str]:
        yield from self.unread.lines("settings that cannot be read")
        if self._by_week_days:
            schedules = counted(self._by_week_days, "schedule")
            hint = "" if self._zone else "; --timezone ZONE sets what is daily"
            yield f"{schedules} of certain week days will be learned from the runs{hint}"
        if self._servers_left or self._jobs_left:
            servers = counted(self._servers_left, "server")
            jobs = counted(self._jobs_left, "backup")
            yield f"skipped: {servers} and the settings of {jobs}, without a run here"

    def _of(self, server_id: str, server_name: str | None, backup: str) -> JobSetting | None:
        try:
            return self._jobs.of(server_id, server_name, backup, self._zone)
        except SettingError as error:
            self.unread.add(f"backup_settings of {backup}", str(error))
            return JobSetting(None)

    def _schedule(self, setting: JobSetting) -> str | None:
        self._by_week_days += setting.by_week_days
        return setting.schedule

    def _read(
        self, source: Source, key: str, read: Callable[[str | None], _Value]
    ) -> _Value | None:
        try:
            return read(source.configuration(key))
        except SettingError as error:
            self.unread.add(key, str(error))
            return None
