"""Separating a job that counted as one renamed backup but is two."""

import pytest

from exporter.jobs.folding import rebuilt
from exporter.jobs.state import JobState
from exporter.model import Counts, Delivery, Log, Machine, Report, Run, Status
from exporter.store import RunFilter, Store, UnknownIdError
from exporter.times import DAY, HOUR
from tests.exporter.store.test_renaming import FIRST, jobs, run_names, send
from tests.support.authors import BY
from tests.support.strategies.state import by_runs


def test_a_renaming_can_be_undone(store: Store) -> None:
    for day, name in enumerate(("Photos", "Photos", "Pictures", "Pictures")):
        send(store, day, name, status="Success" if day != 3 else "Fatal")
    joined = jobs(store)["Pictures"]
    store.separate_job(joined.id, BY)
    parted = jobs(store)
    assert run_names(store) == [(0, "Photos"), (1, "Photos"), (2, "Pictures"), (3, "Pictures")]
    assert parted["Photos"].id == joined.id
    assert parted["Photos"].state.runs == (2, 0, 0, 0, 0, 0)
    assert parted["Pictures"].state.runs == (1, 0, 0, 1, 0, 0)
    assert (parted["Photos"].state.decided_failed, parted["Pictures"].state.decided_failed) == (
        False,
        True,
    )
    assert [job.formerly for job in parted.values()] == [(), ()]


def test_what_was_undone_is_not_done_again(store: Store) -> None:
    send(store, 0, "Photos")
    joined = send(store, 1, "Pictures")
    store.separate_job(joined.job.id, BY)
    send(store, 2, "Pictures")
    send(store, 3, "Photos")
    send(store, 4, "Images")
    assert set(jobs(store)) == {"Photos", "Pictures", "Images"}


def test_only_a_renaming_can_be_undone(store: Store) -> None:
    known = send(store, 0, "Photos")
    with pytest.raises(UnknownIdError, match="never renamed"):
        store.separate_job(known.job.id, BY)
    with pytest.raises(UnknownIdError, match="Job not found"):
        store.separate_job(known.job.id + 1, BY)


def test_where_another_job_has_the_old_name_the_earlier_runs_are_its_own(store: Store) -> None:
    for day, name in enumerate(("Photos", "Photos", "Pictures", "Photos")):
        send(store, day, name)
    store.separate_job(jobs(store)["Pictures"].id, BY)
    parted = jobs(store)
    assert run_names(store) == [(0, "Photos"), (1, "Photos"), (2, "Pictures"), (3, "Photos")]
    assert [job.formerly for job in parted.values()] == [(), ()]
    for job in parted.values():
        found = store.runs(RunFilter(job_id=job.id), None, 10)
        stored = sorted((run.stored for run in found), key=lambda run: run.order)
        assert by_runs(job.state) == rebuilt(JobState(), [], stored)


def test_a_placeholder_is_replaced_by_its_report_after_that_too(store: Store) -> None:
    send(store, 0, "Photos")
    joined = send(store, 1, "Pictures").job
    began = FIRST + 2 * DAY
    store.record_placeholder(joined.id, failed(began), Delivery(began + HOUR, "live"))
    store.separate_job(joined.id, BY)
    assert send(store, 2, "Pictures").job.state.runs == (2, 0, 0, 0, 0, 0)


def failed(began: int) -> Report:
    run = Run("Backup", Status.FATAL, began, None, None, Counts())
    return Report(Machine(), "Pictures", run, Log(), {})
