"""Pulls of what Duplicati never posts: deaths before the begin, skipped runs, and other errors."""

import json
from collections.abc import Sequence

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import ImportOutcome
from exporter.model import Status
from exporter.model.last_error import LastError
from exporter.pull.bookmarks import Bookmarks
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, format_timestamp
from tests.exporter.pull.deaths import DEATH, DIED, LAST_RUN, MESSAGE, SKIP, die, report, runs, told
from tests.exporter.pull.pulls import PullFrom
from tests.support.daemon import NOW
from tests.support.duplicati.simulator import Canned, Simulator


def test_a_run_that_died_before_it_began_is_recorded_once(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    die(duplicati)
    bookmarks = Bookmarks()
    first = pulled(bookmarks)
    assert (first.count(ImportOutcome.RECORDED), first.found[Status.FATAL]) == (1, 1)
    assert first.complete
    for _ in range(3):
        assert pulled(bookmarks).count(ImportOutcome.KNOWN) == 1
    assert told(store) == [DEATH]
    (run,) = runs(store)
    assert run.run.source == "pulled"
    (view,) = fleet.jobs()
    assert view.job.state.consecutive_failures == 1
    assert [recent.duration for recent in view.job.state.recent] == [None]
    assert view.job.state.last_error is None


def test_one_that_its_script_skipped_is_interrupted(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    duplicati.remember("2", LAST_RUN)
    assert pulled().found[Status.INTERRUPTED] == 1
    assert pulled().found[Status.INTERRUPTED] == 0
    assert told(store) == [SKIP]


@pytest.mark.parametrize(
    "state",
    [
        {"ActiveTask": {"Item1": 5, "Item2": "2"}},
        {"SchedulerQueueIds": [{"Item1": 5, "Item2": "9"}, {"Item1": 6, "Item2": "2"}]},
    ],
)
def test_one_that_runs_or_waits_was_not_skipped(
    duplicati: Simulator, pulled: PullFrom, store: Store, state: dict[str, object]
) -> None:
    duplicati.remember("2", LAST_RUN)
    duplicati.state |= state
    assert pulled().complete
    assert told(store) == []
    duplicati.state = {"ActiveTask": {"Item1": 7, "Item2": "3"}}
    pulled()
    assert told(store) == [SKIP]


@pytest.mark.parametrize(
    "answer",
    [
        Canned(401),
        Canned(403),
        Canned(500),
        Canned(200, b"<html>"),
        Canned(200, b"[]"),
        Canned(200, b'{"ActiveTask": 5}'),
        Canned(200, b'{"SchedulerQueueIds": "none"}'),
        Canned(200, b'{"Program', broken=True),
    ],
)
def test_a_server_that_cannot_say_what_it_does_skipped_nothing(
    duplicati: Simulator, pulled: PullFrom, store: Store, answer: Canned
) -> None:
    duplicati.add_backup("3", "Mail")
    duplicati.remember("2", LAST_RUN)
    die(duplicati, "3")
    duplicati.always["/serverstate"] = answer
    assert pulled().complete
    assert told(store) == [DEATH]
    del duplicati.always["/serverstate"]
    assert pulled().complete
    assert sorted(told(store), key=str) == sorted([SKIP, DEATH], key=str)


def test_an_older_server_without_that_route_has_written_what_ended(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    duplicati.remember("2", LAST_RUN)
    duplicati.always["/serverstate"] = Canned(404)
    assert pulled().complete
    assert told(store) == [SKIP]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("LastRun", []),
        ("LastErrorDate", [SKIP]),
        ("LastErrorMessage", [(*DEATH[:4], "died before it began, and Duplicati kept no message")]),
        ("Metadata", [SKIP]),
        ("Schedule", []),
        ("OperationType", [DEATH]),
        ("Time", [DEATH]),
        ("Repeat", [DEATH]),
    ],
)
def test_each_field_may_be_missing(
    duplicati: Simulator,
    pulled: PullFrom,
    store: Store,
    missing: str,
    expected: Sequence[object],
) -> None:
    die(duplicati)
    (entry,) = duplicati.backups
    for fields in (entry, entry["Backup"], entry["Backup"]["Metadata"], entry["Schedule"]):
        fields.pop(missing, None)
    assert pulled().complete
    assert told(store) == expected


def test_the_exception_is_kept_where_it_is_still_shown(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    die(duplicati)
    exception = "System.Exception: exit code 1\n   at Somewhere"
    shown = {"Type": "Error", "BackupID": "2", "Timestamp": format_timestamp(DIED + SECOND)}
    duplicati.notifications = [
        shown | {"BackupID": "3", "Message": "of another"},
        shown | {"Timestamp": format_timestamp(DIED - DAY), "Message": "of another time"},
        {"Type": "Error"},
        shown | {"Message": MESSAGE, "Exception": exception},
    ]
    pulled()
    (run,) = runs(store)
    detail = store.run(run.id)
    assert detail is not None
    assert run.run.reason == MESSAGE
    assert any(exception in line.text for line in detail.log.messages)


@pytest.mark.parametrize("answer", [Canned(404), Canned(500), Canned(200, b"{}")])
def test_errors_that_are_not_shown_keep_nothing_out(
    duplicati: Simulator, pulled: PullFrom, store: Store, answer: Canned
) -> None:
    die(duplicati)
    duplicati.always["/notifications"] = answer
    assert pulled().complete
    assert told(store) == [DEATH]


def test_a_restore_that_failed_is_no_run_but_a_note(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    data = json.loads(report(NOW - DAY))["Data"] | {"ParsedResult": "Success"}
    duplicati.add_row("2", data, Timestamp=(NOW - DAY) // SECOND)
    duplicati.remember("2", NOW - DAY, LastErrorDate=NOW - HOUR, LastErrorMessage="no such file")
    bookmarks = Bookmarks()
    for _ in range(2):
        pulled(bookmarks)
        (view,) = fleet.jobs()
        assert view.job.state.last_error == LastError(NOW - HOUR, "no such file")
        assert len(runs(store)) == 1
    row = data | {"MainOperation": "Restore", "BeginTime": format_timestamp(NOW - HOUR - MINUTE)}
    duplicati.add_row("2", row, Timestamp=(NOW - HOUR) // SECOND)
    for _ in range(2):
        pulled(bookmarks)
        (view,) = fleet.jobs()
        assert view.job.state.last_error is None


def test_a_death_that_was_recorded_is_no_note_when_later_runs_went_well(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    die(duplicati)
    pulled()
    later = json.loads(report(NOW - HOUR))["Data"] | {"ParsedResult": "Success"}
    duplicati.add_row("2", later, Timestamp=(NOW - HOUR) // SECOND)
    duplicati.remember("2", NOW - HOUR, LastBackupStarted=NOW - HOUR)
    pulled()
    (view,) = fleet.jobs()
    assert (view.job.state.total_runs, view.job.state.last_error) == (2, None)


def test_a_run_that_died_late_is_not_skipped_where_its_row_is_on_a_later_page(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    began = LAST_RUN + 3 * MINUTE  # its script took so long
    died, bookmarks = began + HOUR, Bookmarks()
    data = {"MainOperation": "Backup", "BeginTime": format_timestamp(began)}
    duplicati.add_row("2", data | {"ParsedResult": "Fatal"}, Timestamp=died // SECOND)
    duplicati.remember("2", LAST_RUN, LastErrorDate=died, LastErrorMessage=MESSAGE)
    pulled(bookmarks)
    for number in range(12):
        at = died + number * MINUTE
        data = {"MainOperation": "Restore", "BeginTime": format_timestamp(at)}
        duplicati.add_row("2", data, Timestamp=at // SECOND)
    pulled(bookmarks)
    pulled(bookmarks)
    assert [each.run.status for each in runs(store) if each.run.is_backup] == [Status.FATAL]
