"""The archive of a daemon, as the commands use it, and the words for what became of reports."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter import config
from exporter.cli import import_client as archive_module
from exporter.cli.api_client import Client, Json
from exporter.cli.connection import connected
from exporter.cli.import_client import ImportClient, batches
from exporter.cli.import_summary import Outcomes
from exporter.ingest.importer import MAX_BATCH, HistoricalReport, ImportOutcome, ImportResult
from exporter.ingest.planned_backups import ListOutcome
from exporter.model import JobKind
from exporter.model.last_error import LastError
from exporter.model.listed import BackupList, ListedBackup
from exporter.model.pulled import Certificate, Seen, SeenState, Waiting
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp, now
from tests.support.reports_builder import duplicati_report, exception_report

BEGAN = now() - 30 * DAY
SMALL = 4096
SEEN = Seen(
    SeenState(paused=True, until=BEGAN + 40 * DAY, waiting=(Waiting("DB-2", BEGAN),)),
    Certificate("1f" * 32, BEGAN + 90 * DAY),
)


def past(number: int = 0, **fields: object) -> HistoricalReport:
    return HistoricalReport(duplicati_report(began=BEGAN + number * HOUR, **fields))  # type: ignore[arg-type] # by their names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new.sqlite"


@pytest.fixture
def client(path: Path) -> Iterator[Client]:
    """A client of a daemon that takes at most some thousand bytes."""
    with closing(Store(path)):
        pass
    settings = config.load({"database": str(path), "max_upload_bytes": str(SMALL)}, {})
    with connected(settings) as connection:
        yield connection


def outcomes(taken: list[ImportResult]) -> list[ImportOutcome]:
    return [each.outcome for each in taken]


@pytest.mark.usefixtures("command")
def test_reports_get_their_outcomes_in_order_and_in_spite_of_the_daemons_limit(
    client: Client,
) -> None:
    reports = [past(number) for number in range(20)]
    reports[3] = HistoricalReport(b"?")
    reports[7] = past(7, lines=("x" * SMALL,))
    reports[9] = past(8)
    taken = ImportClient(client, dry_run=False).import_reports(reports)
    expected = [ImportOutcome.RECORDED] * 20
    expected[3], expected[7] = ImportOutcome.NOT_UNDERSTOOD, ImportOutcome.REFUSED
    expected[9] = ImportOutcome.KNOWN
    assert outcomes(taken) == expected
    assert "max_upload_bytes" in str(taken[7].reason)
    assert taken[9].run_id == taken[8].run_id
    assert taken[0].is_backup


@pytest.mark.usefixtures("command")
def test_one_report_that_is_refused_for_its_form_keeps_no_other_out(client: Client) -> None:
    reports = [past(0), HistoricalReport(past(1).body, server=""), past(2)]
    taken = ImportClient(client, dry_run=False).import_reports(reports)
    assert outcomes(taken) == [
        ImportOutcome.RECORDED,
        ImportOutcome.REFUSED,
        ImportOutcome.RECORDED,
    ]


@pytest.mark.usefixtures("command")
def test_when_a_report_came_and_from_whom_is_sent_along(client: Client) -> None:
    body = exception_report(server=None)
    report = HistoricalReport(body, received=BEGAN, server="attic")
    ImportClient(client, dry_run=False).import_reports([report])
    (server,) = client.entries("/api/servers", "servers", {})
    assert (server["name"], server["lastReport"]) == ("attic", format_timestamp(BEGAN))


@pytest.mark.usefixtures("command")
def test_a_dry_run_records_and_plans_nothing(client: Client) -> None:
    ImportClient(client, dry_run=False).import_reports([past()])
    dry = ImportClient(client, dry_run=True)
    assert outcomes(dry.import_reports([past(), past(1)])) == [
        ImportOutcome.KNOWN,
        ImportOutcome.RECORDED,
    ]
    dry.plan(1, now() + HOUR, None)
    (job,) = client.entries("/api/jobs", "jobs", {})
    assert job["scheduleSource"] == "default"
    assert len(list(client.entries("/api/backups", "backups", {}))) == 1


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize("interval", [None, DAY])
def test_a_plan_becomes_what_is_expected(client: Client, interval: int | None) -> None:
    importer = ImportClient(client, dry_run=False)
    (result,) = importer.import_reports([past()])
    start = (now() + HOUR) // SECOND * SECOND
    assert result.job_id is not None
    importer.plan(result.job_id, start, interval)
    (job,) = client.entries("/api/jobs", "jobs", {})
    assert (job["expectedStart"], job["scheduleSource"]) == (format_timestamp(start), "reported")


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize("skew", [0, -2 * HOUR, 2 * HOUR + 1])
def test_an_error_is_told_with_how_wrong_its_clock_is(client: Client, skew: Millis) -> None:
    importer = ImportClient(client, dry_run=False)
    body = exception_report(server="attic")
    (result,) = importer.import_reports([HistoricalReport(body, received=BEGAN)])
    assert result.job_id is not None
    for after, told in ((SECOND, False), (HOUR, True)):
        importer.note_error(result.job_id, LastError(BEGAN + skew + after, "no"), skew)
        (job,) = client.entries("/api/jobs", "jobs", {})
        assert (job["duplicatiError"] is not None) == told


def saw(client: Client, seen: Seen, *, dry_run: bool = False) -> Json:
    """Return what is kept of a server after a pull that saw this."""
    (result,) = ImportClient(client, dry_run=False).import_reports([past()])
    assert result.server_id is not None
    ImportClient(client, dry_run=dry_run).note_pull(result.server_id, seen)
    (server,) = client.entries("/api/servers", "servers", {})
    pulled: Json = server["pulled"]
    return pulled


@pytest.mark.usefixtures("command")
def test_what_a_pull_saw_is_kept(client: Client) -> None:
    known = saw(client, SEEN)
    assert (
        known.items()
        >= {
            "paused": True,
            "pausedUntil": format_timestamp(BEGAN + 40 * DAY),
            "waiting": [{"backupId": "DB-2", "since": format_timestamp(BEGAN)}],
            "certificateExpires": format_timestamp(BEGAN + 90 * DAY),
        }.items()
    )
    assert saw(client, Seen()) | {"at": known["at"]} == known


@pytest.mark.usefixtures("command")
def test_a_dry_run_keeps_nothing_of_what_it_saw(client: Client) -> None:
    assert saw(client, SEEN, dry_run=True) is None


@pytest.mark.usefixtures("command")
def test_nothing_to_take_asks_nothing(client: Client) -> None:
    assert ImportClient(client, dry_run=False).import_reports([]) == []


@pytest.mark.usefixtures("command")
def test_what_was_taken_is_in_the_database(path: Path) -> None:
    with closing(Store(path)):
        pass
    with connected(config.load({"database": str(path)}, {})) as client:
        ImportClient(client, dry_run=False).import_reports([past(), past(1)])
    with closing(Store(path)) as store:
        assert [run.stored.started for run in store.runs(RunFilter(), None, 10)] == [
            BEGAN + HOUR,
            BEGAN,
        ]
        assert {server.last_report for server in store.snapshot().servers} == {
            BEGAN + HOUR + MINUTE
        }


@pytest.mark.parametrize("count", [0, 1, MAX_BATCH, MAX_BATCH + 1, 3 * MAX_BATCH])
def test_a_request_holds_so_many_reports_at_most(count: int) -> None:
    reports = [HistoricalReport(str(number).encode()) for number in range(count)]
    cut = list(batches(reports, lambda report: report.body))
    assert [report for batch in cut for report in batch] == reports
    assert all(0 < len(batch) <= MAX_BATCH for batch in cut)
    assert len(cut) == -(-count // MAX_BATCH)


def test_a_request_holds_so_much_at_most_but_always_a_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive_module, "_MAX_BYTES", 10)
    reports = [HistoricalReport(b"x" * length) for length in (4, 6, 1, 20, 20, 3, 3)]
    cut = batches(reports, lambda report: report.body)
    lengths = [[len(report.body) for report in batch] for batch in cut]
    assert lengths == [[4, 6], [1], [20], [20], [3, 3]]


def test_the_words_for_what_became_of_reports() -> None:
    told = Outcomes()
    told.add("row 1", ImportResult(ImportOutcome.RECORDED, 1, 1, 1, is_backup=True))
    told.add("row 2", ImportResult(ImportOutcome.RECORDED, 2, 1, 1, is_backup=False))
    told.add("row 3", ImportResult(ImportOutcome.KNOWN, 1, 1, 1, is_backup=True))
    for number in range(12):
        told.leave_out(f"row {number}", "makes no\x1b[2J sense")
    assert (told.total, told.left_out) == (15, 12)
    lines = list(told.lines(dry_run=True))
    assert lines[:3] == [
        "2 runs would be recorded, 1 of them not backups",
        "1 duplicate run",
        "would be skipped: 12",
    ]
    assert lines[3].startswith("  row 0: makes no")
    assert "\x1b" not in "".join(lines)
    assert lines[-1] == "  and 2 more"


def test_a_summary_says_no_more_than_there_is_to_say() -> None:
    assert list(Outcomes().lines(dry_run=False)) == ["0 runs recorded"]


@pytest.mark.usefixtures("command")
def test_a_list_is_told_unless_it_is_a_dry_run(client: Client) -> None:
    report = past(machine_id="m-1", extra={"backup-id": "DB-1"})
    ImportClient(client, dry_run=False).import_reports([report])
    listed = BackupList("https://nas.example:8200", "m-1", (ListedBackup("DB-1", "Pictures"),))
    names = []
    for dry_run in (True, False):
        ImportClient(client, dry_run=dry_run).note_list(listed)
        names += [job["name"] for job in client.entries("/api/jobs", "jobs", {})]
    assert names == ["Documents", "Pictures"]


@pytest.mark.usefixtures("command")
def test_a_list_tells_what_is_planned(client: Client) -> None:
    start = (now() + DAY) // SECOND * SECOND
    planned = ListedBackup("DB-2", "Films", JobKind.SYNC, "s3", start, DAY)
    listed = BackupList("https://nas.example:8200", "m-1", (planned,), "nas", "Linux")
    importer = ImportClient(client, dry_run=False)
    assert importer.note_list(listed) == ListOutcome(("Films",), (), 1, {"DB-2": 1})
    assert importer.note_list(listed) == ListOutcome((), (), 1, {"DB-2": 1})
    (job,) = client.entries("/api/jobs", "jobs", {})
    assert (job["name"], job["kind"], job["server"]) == ("Films", "sync", "nas")
    assert job["expectedStart"] == format_timestamp(start)
