"""What a check is told of a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Counts, Log, Message, Status, StoredRun
from exporter.notifications.pinging import MAX_BODY_BYTES
from exporter.notifications.run_pings import MAX_LINES, body_of, of_end, of_start, run_id
from exporter.times import HOUR, MINUTE
from tests.support.strategies.state import START, histories, stored_run

NOTHING = Log()


@pytest.mark.parametrize(
    ("status", "suffix"),
    [
        (Status.SUCCESS, ""),
        (Status.WARNING, ""),
        (Status.ERROR, "/fail"),
        (Status.FATAL, "/fail"),
        (Status.UNKNOWN, "/fail"),
        (Status.INTERRUPTED, "/fail"),
    ],
)
def test_a_run_that_completed_is_a_success_and_any_other_a_failure(
    status: Status, suffix: str
) -> None:
    stored = stored_run(START, status=status)
    assert of_end("Photos of nas", stored, NOTHING, None).suffix == suffix
    assert of_end("Photos of nas", stored, NOTHING, "an-id").suffix == f"{suffix}?rid=an-id"


def test_a_start_has_no_body() -> None:
    assert of_start("an-id") == ("/start?rid=an-id", "")


def test_an_id_is_that_of_one_run_of_one_job() -> None:
    assert run_id(1, START) == run_id(1, START)
    assert len({run_id(1, START), run_id(1, START + 1), run_id(2, START)}) == 3


def test_a_body_says_how_it_ended_what_was_counted_and_why() -> None:
    counts = Counts(
        examined_files=12345,
        added_files=3,
        modified_files=0,
        deleted_files=1,
        uploaded_bytes=2**21,
        warnings=1,
        errors=2,
    )
    stored = stored_run(
        START,
        status=Status.ERROR,
        duration=2 * HOUR + 5 * MINUTE,
        counts=counts,
        reason="no route to host",
    )
    log = Log((Message("warning", "slow"), Message("error", "no route\n\tto host")))
    counted = (
        "files examined 12,345, added 3, modified 0, deleted 1, warnings 1, errors 2, "
        "uploaded 2.00 MiB"
    )
    assert body_of("Photos of nas", stored, log).splitlines() == [
        "Photos of nas: error",
        "started 2026-01-01 00:00:00 UTC, took 2 h 5 min",
        counted,
        "no route to host",
        "",
        "warning: slow",
        "error: no route to host",
    ]


def test_a_run_that_reported_nothing_has_a_short_body() -> None:
    stored = stored_run(START, status=Status.INTERRUPTED, duration=None)
    assert body_of("Photos of nas", stored, NOTHING).splitlines() == [
        "Photos of nas: interrupted",
        "started 2026-01-01 00:00:00 UTC",
    ]


def test_of_many_lines_the_gravest_are_kept_and_of_these_the_last() -> None:
    lines = [Message("information", f"step {number}") for number in range(100)]
    lines[10] = Message("error", "broken")
    lines[50] = Message("warning", "odd")
    told = body_of("Photos of nas", stored_run(START), Log(tuple(lines))).splitlines()
    kept = told[told.index("") + 1 :]
    assert kept[:2] == ["error: broken", "warning: odd"]
    assert kept[2:] == [f"information: step {number}" for number in range(82, 100)]
    assert len(kept) == MAX_LINES


TEXTS = st.text(st.characters(), max_size=3000)
LINES = st.builds(Message, st.sampled_from(["error", "warning", "information"]), TEXTS)
LOGS = st.builds(Log, st.lists(LINES, max_size=30).map(tuple))


@given(histories(least=1, most=1), LOGS, TEXTS)
def test_any_body_is_short_text_without_control_characters(
    runs: list[StoredRun], log: Log, title: str
) -> None:
    body = body_of(title, runs[0], log)
    assert len(body.encode()) <= MAX_BODY_BYTES
    assert body.replace("\n", "").isprintable()
    assert len(body.splitlines()) <= MAX_LINES + 6
