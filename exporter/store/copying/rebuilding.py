"""Reports rebuilt from their stored runs, to be recorded in another database."""

from collections.abc import Sequence
from typing import NamedTuple

from exporter.jobs.job import Job
from exporter.model import Delivery, Machine, Report, Server, StoredRun
from exporter.store.rules import read_queries, rows
from exporter.store.session import Row, Session

_RUNS = f"""
SELECT jobs.id, runs.fingerprint, runs.clock, counted_names.names, runs.counted, logs.log,
    stand_ins.run_id, {", ".join(f"runs.{column}" for column in rows.STORED_RUN_COLUMNS)}
FROM runs JOIN jobs ON jobs.id = runs.job_id
LEFT JOIN counted_names ON counted_names.id = runs.names_id
LEFT JOIN logs ON logs.run_id = runs.id LEFT JOIN stand_ins ON stand_ins.run_id = runs.id
WHERE runs.id IN ({{marks}}) ORDER BY runs.received, runs.id"""  # noqa: S608 - constant
_ADDRESSES = "SELECT id, address FROM servers WHERE address IS NOT NULL"
_FETCHED = "SELECT machine_id FROM machine_ids WHERE fetched"


class Rebuilt(NamedTuple):
    """A report as it came; a placeholder is of a run that failed without a report."""

    report: Report
    delivery: Delivery
    is_placeholder: bool


class _Known(NamedTuple):
    """What is known about the senders of the reports."""

    servers: dict[int, Server]
    jobs: dict[int, Job]
    addresses: dict[int, str]
    fetched: frozenset[str]


def rebuilt(db: Session, run_ids: Sequence[int]) -> list[Rebuilt]:
    """Return the reports of the runs that exist, in the order in which they came."""
    known = _Known(
        {server.id: server for server in read_queries.servers(db)},
        {job.id: job for job in read_queries.jobs(db)},
        dict(db.execute(_ADDRESSES).fetchall()),
        frozenset(row[0] for row in db.execute(_FETCHED).fetchall()),
    )
    statement = _RUNS.format(marks=", ".join("?" * len(run_ids)))
    return [_rebuilt(row, known) for row in db.execute(statement, run_ids).fetchall()]


def _rebuilt(row: Row, known: _Known) -> Rebuilt:
    job_id, fingerprint, clock, names, counted, log, placeholder, *run = row
    job, stored = known.jobs[job_id], rows.stored_run(run)
    server = known.servers[job.server_id]
    report = Report(
        machine=_machine(server, job, stored, known),
        backup=job.own_name,
        run=stored.run,
        log=rows.unpack_log(log),
        counted=rows.unpack_counted(names, counted),
        fingerprint=fingerprint,
    )
    address = known.addresses.get(server.id, "")
    fetched = report.machine.machine_id in known.fetched
    delivery = Delivery(stored.received, address, fetched=fetched, clock=clock)
    is_placeholder = placeholder is not None and not stored.run.is_pulled
    return Rebuilt(report, delivery, is_placeholder)


def _machine(server: Server, job: Job, stored: StoredRun, known: _Known) -> Machine:
    """Return the machine of a report; only the server's newest one has its version and system."""
    if server.id in known.addresses:
        return Machine()
    identity = job.identity
    own = identity is not None and identity.backup_id == stored.run.backup_id
    machine_id = identity.machine_id if identity is not None and own else server.machine_id
    if stored.started < server.described:
        return Machine(machine_id, server.name)
    return Machine(machine_id, server.name, server.version, server.os)
