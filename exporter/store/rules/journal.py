"""Noting, with a report, that it changed what people are to be told."""

import logging
from typing import NamedTuple

from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.logs import log_fields
from exporter.model import Delivery, Server, StoredRun
from exporter.store.parts import Watch
from exporter.store.rules.workspace import Workspace

_ADD = """
INSERT INTO condition_changes (job_id, run_id, at, held, reason) VALUES (?, ?, ?, ?, ?)"""

_log = logging.getLogger(__name__)


class NewState(NamedTuple):
    """The state that a run gave a job, and the one before. The states are unpacked already."""

    server: Server
    job: Job
    stored: StoredRun
    before: JobState
    after: JobState


class Journal:
    """Writes what changed in the transaction of its report."""

    def __init__(self, workspace: Workspace, watch: Watch | None) -> None:
        self._space = workspace
        self._watch = watch

    def note(self, new: NewState, delivery: Delivery) -> None:
        """Write a row if people are to be told; what was fetched is of the past."""
        if self._watch is None or delivery.fetched:
            return
        held = self._held(self._watch, new)
        if held is not None:
            run = new.stored
            values = (new.job.id, run.id, delivery.received, " ".join(held), run.run.reason)
            self._space.db.execute(_ADD, values)

    def _held(self, watch: Watch, new: NewState) -> tuple[str, ...] | None:
        try:
            return watch(new.server, new.job, new.before, new.after)
        except Exception:  # noqa: BLE001 - the report itself is to be recorded
            _log.exception("a report was not judged", extra=log_fields(job_id=new.job.id))
            return None
