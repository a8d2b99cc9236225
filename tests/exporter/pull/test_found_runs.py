"""What is known of runs that are in no log, by tables: which times decide what."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Status
from exporter.model.last_error import LastError
from exporter.pull.client.metadata import Remembered
from exporter.pull.client.reports import Ran
from exporter.pull.client.server import Backup
from exporter.pull.found_runs import SCRIPT_TIMEOUT, SKIPPED, Findings, FoundRun, find
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.daemon import NOW

LAST_RUN: Millis = NOW - 3 * HOUR + 345
SECOND_OF_IT: Millis = LAST_RUN - 345
MESSAGE = "The script returned exit code 1"


def found(
    rows: Sequence[Ran] = (), *, idle: bool = True, operation: str = "Backup", **told: object
) -> Findings:
    remembered = Remembered(**{"error": MESSAGE, **told})  # type: ignore[arg-type] # by their names
    backup = Backup("2", "Photos", "s3", None, operation, remembered)
    return find(backup, rows, idle=idle)


def ended(findings: Findings) -> list[tuple[str, Status, Millis, Millis]]:
    return [(run.operation, run.status, run.began, run.ended) for run in findings.runs]


def row(began: Millis | None, operation: str | None = "Backup", took: Millis = MINUTE) -> Ran:
    return Ran(operation, began, None if began is None else began + took)


@pytest.mark.parametrize("after", [0, SECOND, MINUTE, SCRIPT_TIMEOUT])
def test_a_planned_run_whose_error_followed_died_before_it_began(after: Millis) -> None:
    error_at = SECOND_OF_IT + after
    run = FoundRun("Backup", Status.FATAL, LAST_RUN, max(error_at, LAST_RUN), MESSAGE)
    assert found(last_run=LAST_RUN, error_at=error_at) == Findings((run,))


@pytest.mark.parametrize("after", [-DAY, -SECOND, SCRIPT_TIMEOUT + SECOND, DAY])
def test_an_error_of_another_time_is_not_its_death(after: Millis) -> None:
    error_at = SECOND_OF_IT + after
    findings = found(last_run=LAST_RUN, error_at=error_at)
    skipped = FoundRun("Backup", Status.INTERRUPTED, LAST_RUN, LAST_RUN, SKIPPED)
    assert findings == Findings((skipped,), LastError(error_at, MESSAGE))


def test_a_backup_that_runs_or_waits_was_not_skipped() -> None:
    assert found(last_run=LAST_RUN, idle=False) == Findings(unclear=True)
    died = found(last_run=LAST_RUN, error_at=SECOND_OF_IT + MINUTE, idle=False)
    assert [run.status for run in died.runs] == [Status.FATAL]


@pytest.mark.parametrize(
    "rows",
    [
        [row(LAST_RUN + 5)],
        [row(SECOND_OF_IT)],
        [row(LAST_RUN + HOUR)],
        [Ran("Backup", None, LAST_RUN + HOUR)],
        [Ran(None, None, LAST_RUN + HOUR)],
        [row(LAST_RUN - DAY), row(LAST_RUN + 5), row(LAST_RUN + HOUR, "Test")],
    ],
)
def test_a_row_from_then_on_says_what_became_of_it(rows: list[Ran]) -> None:
    assert found(rows, last_run=LAST_RUN) == Findings()
    assert found(rows, last_run=LAST_RUN, error_at=SECOND_OF_IT + MINUTE).runs == ()


@pytest.mark.parametrize("started", [SECOND_OF_IT, LAST_RUN + SECOND, LAST_RUN + DAY])
def test_so_does_the_start_that_is_remembered(started: Millis) -> None:
    assert found(last_run=LAST_RUN, started=started) == Findings()


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(SECOND_OF_IT - SECOND)],
        [row(LAST_RUN + MINUTE, "Restore")],
        [Ran("Backup", LAST_RUN - HOUR, LAST_RUN + MINUTE)],
    ],
)
def test_nothing_else_does(rows: list[Ran]) -> None:
    findings = found(rows, last_run=LAST_RUN, started=SECOND_OF_IT - SECOND)
    assert [run.status for run in findings.runs] == [Status.INTERRUPTED]


def test_an_error_without_a_planned_run_is_no_run() -> None:
    assert found(error_at=NOW - HOUR) == Findings((), LastError(NOW - HOUR, MESSAGE))
    assert found(error_at=NOW - HOUR, error=None) == Findings()


@pytest.mark.parametrize("operation", ["Restore", "Test", "Backup"])
@pytest.mark.parametrize("apart", [-MINUTE, 0, MINUTE])
def test_the_error_of_a_row_is_that_operations(operation: str, apart: Millis) -> None:
    rows = [row(NOW - HOUR - MINUTE + apart, operation)]
    assert found(rows, error_at=NOW - HOUR) == Findings()
    others = [row(NOW - HOUR + 2 * apart - SECOND, operation, took=0)] if apart else []
    assert found(others, error_at=NOW - HOUR).error == LastError(NOW - HOUR, MESSAGE)


def test_a_restore_that_died_after_a_skipped_run_is_not_the_death_of_it() -> None:
    error_at = SECOND_OF_IT + 5 * MINUTE
    findings = found([row(error_at - MINUTE, "Restore")], last_run=LAST_RUN, error_at=error_at)
    assert ended(findings) == [("Backup", Status.INTERRUPTED, LAST_RUN, LAST_RUN)]
    assert findings.error is None


def test_a_sync_tells_its_runs_by_what_is_remembered() -> None:
    began = NOW - DAY
    ok = found(operation="Sync", started=began, finished=began + HOUR, duration=HOUR - 1)
    assert ok == Findings((FoundRun("Sync", Status.SUCCESS, began, began + HOUR, None, HOUR - 1),))
    died = found(operation="Sync", started=began, finished=began - DAY, error_at=began + MINUTE)
    death = FoundRun("Sync", Status.FATAL, began, began + MINUTE, MESSAGE, MINUTE)
    assert died == Findings((death,))
    assert found(operation="Sync", started=began, finished=began - DAY) == Findings()
    assert found(operation="Sync", started=began, error_at=began - SECOND).runs == ()
    # A later operation died: the sync itself ended well.
    later = found(operation="Sync", started=began, finished=began, error_at=began + HOUR)
    assert [run.status for run in later.runs] == [Status.SUCCESS]
    assert later.error == LastError(began + HOUR, MESSAGE)


def test_a_planned_sync_dies_before_it_begins_as_a_backup_does() -> None:
    began = NOW - DAY
    findings = found(
        operation="Sync",
        started=began,
        finished=began + HOUR,
        last_run=LAST_RUN,
        error_at=SECOND_OF_IT + SECOND,
    )
    assert ended(findings) == [
        ("Sync", Status.SUCCESS, began, began + HOUR),
        ("Sync", Status.FATAL, LAST_RUN, SECOND_OF_IT + SECOND),
    ]


def test_one_error_is_not_the_death_of_two_runs() -> None:
    findings = found(
        operation="Sync", started=NOW - DAY, last_run=LAST_RUN, error_at=SECOND_OF_IT + SECOND
    )
    assert [run.began for run in findings.runs] == [LAST_RUN]


_TIMES = st.one_of(st.none(), st.integers(0, 40).map(lambda step: NOW - step * MINUTE))
_ROWS = st.lists(
    st.builds(Ran, st.sampled_from(["Backup", "Restore", "Sync", None]), _TIMES, _TIMES), max_size=4
)


@given(
    _ROWS,
    st.booleans(),
    st.sampled_from(["Backup", "Sync"]),
    st.fixed_dictionaries(dict.fromkeys(("last_run", "started", "finished", "error_at"), _TIMES)),
)
def test_whatever_is_remembered_an_error_counts_once_and_no_run_ends_before_it_begins(
    rows: list[Ran], idle: object, operation: str, told: dict[str, Millis | None]
) -> None:
    findings = found(rows, idle=idle is True, operation=operation, **told)
    deaths = [run for run in findings.runs if run.status is Status.FATAL]
    assert len(deaths) + (findings.error is not None) <= 1
    assert all(run.began <= run.ended for run in findings.runs)
    assert len({run.began for run in findings.runs}) == len(findings.runs)
