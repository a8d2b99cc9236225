"""Which values of a run are shown as they were reported but not trusted.

They are of wrong clocks, or more than a run can have.
"""

from exporter.model import StoredRun, believed
from exporter.times import Millis


def not_believed(stored: StoredRun) -> list[str]:
    """Return the fields of a run for which another value counts than the reported one, or none."""
    run, test = stored.run, believed.verification(stored)
    values = {
        "startTime": (run.began, None if run.began is None else stored.started),
        "endTime": (run.ended, believed.ended(stored)),
        "duration": (run.duration, believed.length(stored)),
        "nextScheduled": (run.next_scheduled, _plan(stored)),
        "uploaded": (run.counts.uploaded_bytes, believed.uploaded(stored)),
        "newestVersion": (run.newest_version, _timestamp(stored, run.newest_version)),
        "verified": (run.verification and run.verification.at, test and test.at),
    }
    return [name for name, (reported, counts) in values.items() if reported != counts]


def _timestamp(stored: StoredRun, reported: Millis | None) -> Millis | None:
    return None if reported is None else believed.timestamp(stored, reported)


def _plan(stored: StoredRun) -> Millis | None:
    right = believed.next_start(stored)
    return right if right is None or believed.planned(stored.started, right) else None
