"""Declaring jobs of which no run is known yet."""

from exporter.jobs.job import Job
from exporter.model import Delivery
from exporter.model.audit import JOB_EXPECT, Author
from exporter.model.declared import Declaration, Declared
from exporter.store.changes import DeclaredJob
from exporter.store.rules import audit
from exporter.store.rules.recorder import Recorder
from exporter.store.rules.sender import Sender, identity_of

NOT_REPORTED = 0
"""When the newest report came of a server that has sent none."""


def sender_of(declaration: Declaration) -> Sender:
    """Return who would send the first report of a declared job, as one that was pulled.

    Only what has an identity may be a job that was renamed: it shows that by the time.
    """
    machine, declared = declaration.machine, declaration.declared
    identity = identity_of(machine, declaration.backup_id, declaration.destination_type)
    began = None if identity is None else declared.since
    delivery = Delivery(NOT_REPORTED, "", fetched=True)
    return Sender(machine, declaration.backup, began, identity, delivery, declaration.kind)


def declare(recorder: Recorder, declaration: Declaration, author: Author | None) -> DeclaredJob:
    """Let a job be expected, created if missing; one with a known run stays as it is.

    Without an `author` no audit entry is written, as for a job that a report creates.

    Raises:
        LimitReachedError: its server or job is new and exceeds a limit.
        UnknownIdError: there is no server of this id.
    """
    sender = sender_of(declaration)
    server, job = recorder.places.find_expected(declaration.server_id, sender)
    expected = _expected(job, declaration.declared)
    is_new = job.state.declared is None and expected is not job
    if expected is not job:
        expected = recorder.keep(server, expected, sender)
    if is_new and author is not None:
        audit.note(recorder.db, author, JOB_EXPECT, (server, expected))
    machine_id = sender.machine.machine_id
    return DeclaredJob(is_new, server, expected, machine_id, recorder.places.new_others())


def _expected(job: Job, declared: Declared) -> Job:
    state = job.state
    if state.is_backup:
        return job
    found = declared if state.declared is None else state.declared.again(declared)
    return job if found == state.declared else job.with_state(state.with_declared(found))
