"""A run with a second report: it counts once and has the worse status of both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from exporter.model import (
    Copying,
    CopyOutcome,
    Log,
    Message,
    SecondCopy,
    Status,
    fuller,
    fuller_log,
)
from exporter.store import Store
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import deliver, job_of
from tests.support.reports_builder import duplicati_report, text_report
from tests.support.strategies.state import BACKUPS, Kind, stored_run

BEGAN = NOW - HOUR
BACKEND = {
    "KnownFileSize": 805_671,
    "BytesUploaded": 805_671,
    "BackupListCount": 1,
    "TotalQuotaSpace": 10_000,
    "FreeQuotaSpace": 4_000,
}
DATA = {"ExaminedFiles": 40, "SizeOfExaminedFiles": 780_004}


def text(status: str = "Success") -> bytes:
    return text_report(began=BEGAN, status=status)


def whole(status: str = "Success", lines: tuple[str, ...] = ()) -> bytes:
    return duplicati_report(
        began=BEGAN + 750,
        status=status,
        data=DATA,
        backend=BACKEND,
        next_scheduled=NOW + DAY,
        lines=lines,
        extra={"backup-id": "DB-2"},
    )


def test_text_then_json_is_one_run_with_what_the_json_has(store: Store) -> None:
    first, second = deliver(store, text()), deliver(store, whole())
    assert (second.new, second.run_id, second.job.id) == (False, first.run_id, first.job.id)
    state = job_of(store, first).state
    assert state.total_runs == 1
    assert state.last is not None
    counts = state.last.run.counts
    assert (counts.examined_files, counts.stored_bytes, counts.versions) == (40, 805_671, 1)
    assert state.uploaded_bytes == 805_671
    assert [run.timestamp for run in state.reported] == [NOW + DAY]
    assert state.last.run.began == BEGAN  # both reported it


def test_json_then_text_stays_as_it_is(store: Store) -> None:
    first = deliver(store, whole())
    known = job_of(store, first)
    second = deliver(store, text())
    assert (second.new, second.run_id) == (False, first.run_id)
    assert job_of(store, first) == known


@pytest.mark.parametrize("turned", [False, True])
def test_the_worse_status_of_two_reports_counts(store: Store, *, turned: bool) -> None:
    bodies = [text("Success"), whole("Error")]
    first, _ = (deliver(store, body) for body in (reversed(bodies) if turned else bodies))
    state = job_of(store, first).state
    assert state.runs == (0, 0, 1, 0, 0, 0)
    assert (state.decided_failed, state.last_completed) == (True, None)


def test_a_late_failure_of_an_older_run_does_not_change_later_ones(store: Store) -> None:
    for day in (3, 2, 1):
        deliver(store, duplicati_report(began=NOW - day * DAY, backend={"BytesUploaded": 5}))
    worse = duplicati_report(began=NOW - 2 * DAY, status="Fatal", backend={"BytesUploaded": 5})
    recorded = deliver(store, worse)
    state = job_of(store, recorded).state
    assert state.runs == (2, 0, 0, 1, 0, 0)
    assert state.uploaded_bytes == 15
    assert state.decided_failed is False
    assert state.last_failed is not None


def test_a_retry_changes_nothing_on_disk(store: Store) -> None:
    first = deliver(store, whole())
    known, stored = job_of(store, first), store.run(first.run_id)
    deliver(store, whole(), received=NOW + MINUTE)
    assert (job_of(store, first), store.run(first.run_id)) == (known, stored)


def test_the_log_of_the_second_report_is_kept_where_the_first_had_none(store: Store) -> None:
    line = "2026-01-15 10:00:00 +00 - [Warning-Some.Tag]: look at this"
    first = deliver(store, whole())
    deliver(store, whole(lines=(line,)))
    detail = store.run(first.run_id)
    assert detail is not None
    assert [message.level for message in detail.log.messages] == ["warning"]


def test_numbers_that_only_the_second_report_counts_are_kept(store: Store) -> None:
    first = deliver(store, text())
    deliver(store, whole())
    detail = store.run(first.run_id)
    assert detail is not None
    assert detail.counted["BackendStatistics.KnownFileSize"] == 805_671


def test_of_two_logs_the_first_stays() -> None:
    one, other = Log((Message("error", "a"),)), Log((Message("error", "b"),), details=("x",))
    assert fuller_log(one, other) == one
    assert fuller_log(Log(details=("y",)), other) == replace(other, details=("y",))


MADE = Copying(CopyOutcome.COPIED, (SecondCopy("file:///a", NOW, Status.SUCCESS),))
MISSED = Copying(CopyOutcome.MISSED)
UNTOLD = Copying(CopyOutcome.UNTOLD)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (None, MADE, MADE),
        (MADE, None, MADE),
        (UNTOLD, MADE, MADE),
        (MADE, UNTOLD, MADE),
        (MISSED, MADE, replace(MADE, outcome=CopyOutcome.MISSED)),
        (MADE, MISSED, replace(MADE, outcome=CopyOutcome.MISSED)),
        (UNTOLD, MISSED, MISSED),
    ],
)
def test_second_copies_of_either_report_are_known(
    first: Copying | None, second: Copying | None, both: Copying
) -> None:
    run = stored_run(NOW).run
    merged = fuller(replace(run, copying=first), replace(run, copying=second))
    assert merged.copying == both


@given(st.sampled_from(BACKUPS), st.sampled_from(BACKUPS))
def test_what_two_reports_have_together_loses_nothing(one: Kind, other: Kind) -> None:
    first, second = one.at(NOW).run, other.at(NOW).run
    both = fuller(first, second)
    assert fuller(both, second) == fuller(both, first) == both
    assert both.status in (first.status, second.status)
    fields = dict(zip(first.__struct_fields__, astuple(first), strict=True))
    for name in fields.keys() - {"status", "counts", "copying"}:
        assert fields[name] in (None, getattr(both, name))
