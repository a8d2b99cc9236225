"""Reports that share a commit have the same result as in commits of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Delivery, Report, StoredRun
from exporter.reports import read_report
from exporter.store import RunFilter, Store
from exporter.store.rules.prepared_report import PreparedReport
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver, job_of
from tests.support.reports_builder import documented_report, duplicati_report, exception_report
from tests.support.stores import Engine
from tests.support.strategies.state import by_runs, fold

Sent = tuple[Report, Delivery]


@st.composite
def reports(draw: st.DrawFn) -> Sent:
    """Draw a report of few servers, jobs and times, so that many are of the same job or run."""
    began = NOW - draw(st.integers(0, 5)) * HOUR + draw(st.sampled_from([0, 0, 500, 3 * DAY]))
    name, backup = draw(st.sampled_from(["nas", "old", None])), draw(st.sampled_from(["A", "B"]))
    counts = draw(st.sampled_from([{}, {"AddedFiles": 3}, {"AddedFiles": 4, "Odd": 2**40}]))
    whole = duplicati_report(
        began=began,
        server=name,
        machine_id=draw(st.sampled_from(["m-1", "m-2", None])),
        backup=backup,
        status=draw(st.sampled_from(["Success", "Error"])),
        lines=draw(st.sampled_from([(), ("[Warning-x]: careful",)])),
        data=counts,
    )
    documented = documented_report(began=began, server="nas", backup=backup)
    failed = exception_report(server=name, backup=backup)
    sender = draw(st.sampled_from(["192.0.2.1", "192.0.2.2"]))
    delivery = Delivery(NOW + draw(st.integers(0, 30)) * MINUTE, sender)
    return read_report(draw(st.sampled_from([whole, documented, failed]))), delivery


def by_start(sent: list[Sent]) -> list[Sent]:
    """Return reports in the order in which those of one commit are recorded."""
    return sorted(sent, key=lambda each: PreparedReport.from_report(*each).started)


def content(store: Store) -> list[object]:
    """Return what is stored, without ids; check that each job is what its runs add up to."""
    names = {server.id: server.name for server in store.snapshot().servers}
    found: list[object] = [(each.name, each.machine_id) for each in store.snapshot().servers]
    for job in store.snapshot().jobs:
        details = [store.run(stored.id) for stored in _runs(store, job.id)]
        runs = [each for each in details if each is not None]
        assert by_runs(job.state) == fold(sorted((each.stored for each in runs), key=_id))
        contents = [(each.stored.started, each.stored.run, each.counted, each.log) for each in runs]
        found.append((names[job.server_id], job.name, contents))
    return found


def _runs(store: Store, job_id: int) -> list[StoredRun]:
    return [run.stored for run in store.runs(RunFilter(job_id=job_id), None, 1000)]


def _id(stored: StoredRun) -> int:
    return stored.id


@pytest.mark.not_quick
@given(sent=st.lists(reports(), max_size=12).map(by_start), data=st.data())
def test_they_leave_what_each_would_have_left_alone(
    engine: Engine, sent: list[Sent], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(sent)))
    with engine.emptied() as one, engine.emptied() as other:
        alone, together = one.open(), other.open()
        outcomes = [alone.record(*each).new for each in sent]
        shared = [*together.record_all(sent[:cut]), *together.record_all(sent[cut:])]
        assert [each.new for each in shared] == outcomes
        assert content(together) == content(alone)
        assert content(other.reopen(together)) == content(alone)


def test_a_known_server_is_found_by_its_name_after_a_report_with_its_id(store: Store) -> None:
    known = deliver(store, duplicati_report(began=NOW - DAY))
    bodies = [
        duplicati_report(began=NOW - HOUR),
        documented_report(began=NOW - MINUTE, server="nas", backup="Documents"),
    ]
    sent = [(read_report(body), Delivery(NOW, SENDER)) for body in bodies]
    assert [each.job.id for each in store.record_all(sent)] == [known.job.id] * 2
    assert job_of(store, known).state.total_runs == 3
