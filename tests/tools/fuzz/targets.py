"""What is tried with any bytes: they are refused or read, and what is read can be kept."""

from collections.abc import Callable

import msgspec

from exporter.jobs.added import none_after
from exporter.jobs.folding import with_run
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import Delivery, JobSettings, Report, Server
from exporter.model.live import LiveReport
from exporter.reports import ReportError, duplicati_text, read_live_status, read_report
from exporter.schedule import expect
from exporter.schedule.policy import SchedulePolicy
from exporter.store.rules.prepared_report import PreparedReport
from exporter.times import Millis

NOW: Millis = 1_800_000_000_000

_SERVER = Server(1, "nas", None, None, None, None, None, described=0, last_report=0)

Target = Callable[[bytes], None]


def body(raw: bytes) -> None:
    """Read a body of whatever shape, as the upload route does."""
    try:
        report = read_report(raw, "Photos")
    except ReportError:
        return
    _keep(report)


def text_report(raw: bytes) -> None:
    """Read a body as text, whatever it looks like."""
    try:
        report = duplicati_text.read(raw.decode(errors="replace"), "Photos")
    except ReportError:
        return
    _keep(report)


def live(raw: bytes) -> None:
    """Read a body as a live report."""
    try:
        report = read_live_status(raw)
    except ReportError:
        return
    kept = msgspec.msgpack.encode(report)
    assert msgspec.msgpack.decode(kept, type=LiveReport) == report


def _keep(report: Report) -> None:
    """Pack a report, count it into the state of its job, and ask when the next one is due."""
    prepared = PreparedReport.from_report(report, Delivery(NOW, "192.0.2.7", None))
    state = with_run(JobState(), prepared.stored(1), none_after)
    job = Job.of(1, 1, report.backup, state, JobSettings())
    schedule = SchedulePolicy().schedule(_SERVER, job.name, job.settings)
    expectation = expect(job.state, schedule)
    assert expectation is None or not expectation.overdue(0)


TARGETS: dict[str, Target] = {"body": body, "text": text_report, "live": live}
