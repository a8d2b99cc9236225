"""Runs that only Duplicati's server tells of, and the reports of the same runs.

Such a run died before it began, or its script skipped it, so there may be no report of it. If there
is one it counts instead, whichever of the two comes first. A server tells of the begin of a planned
run and of the end of one that died, a report may have either; so one of them has to agree.
"""

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.model import PULLED, Run, Status
from exporter.store.rules import read_queries, removing
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.session import Session
from exporter.times import MINUTE, Millis

SAME_RUN: Millis = MINUTE
"""How far two timestamps of one run may be apart: each is of another part of Duplicati."""

_REPORTED = """
SELECT runs.id FROM runs LEFT JOIN stand_ins ON stand_ins.run_id = runs.id
WHERE runs.job_id = :job AND runs.operation = :operation AND NOT runs.dry_run AND (
    runs.began BETWEEN :began - :span AND :began + :span
    OR (
        :died AND runs.status = 'fatal'
        AND (
            runs.ended BETWEEN :ended - :span AND :ended + :span
            OR (
                runs.ended IS NULL AND stand_ins.run_id IS NULL
                AND runs.received BETWEEN :received - :span AND :received + :span
            )
            OR (
                stand_ins.run_id IS NOT NULL AND runs.source IS NULL
                AND runs.began BETWEEN :began AND :ended + :span
            )
        )
    )
)
ORDER BY abs(coalesce(runs.began, runs.started) - :began), runs.id LIMIT 1"""
_PULLED = """
SELECT runs.id FROM stand_ins JOIN runs ON runs.id = stand_ins.run_id
WHERE runs.job_id = :job AND runs.operation = :operation AND runs.source = :pulled
AND (:reported OR (:died AND runs.status = 'interrupted')) AND (
    runs.began BETWEEN :began - :span AND :began + :span
    OR (
        :died AND runs.status = 'fatal'
        AND (
            runs.ended BETWEEN :ended - :span AND :ended + :span
            OR (:ended < 0 AND runs.received BETWEEN :received - :span AND :received + :span)
        )
    )
)
ORDER BY abs(runs.started - :received), runs.id LIMIT 1"""
_DIED_LIVE = """
SELECT runs.id FROM stand_ins JOIN runs ON runs.id = stand_ins.run_id
WHERE runs.job_id = :job AND runs.operation = :operation AND runs.source = :pulled
AND :began BETWEEN runs.began - :span AND coalesce(runs.ended, runs.began) + :span LIMIT 1"""
_ENDED = """
SELECT runs.id FROM runs LEFT JOIN stand_ins ON stand_ins.run_id = runs.id
WHERE runs.job_id = :job AND runs.status IN ('fatal', 'error') AND (
    runs.ended BETWEEN :died - :span AND :died + :span
    OR (runs.ended IS NULL AND runs.received BETWEEN :heard - :span AND :heard + :span)
    OR (
        stand_ins.run_id IS NOT NULL AND runs.ended IS NULL
        AND runs.began <= :died AND :heard <= runs.received
    )
) LIMIT 1"""
_NEVER: Millis = -(2**62)
"""In the place of a timestamp that is unknown: it agrees with none."""


def without(db: Session, job: Job, run_id: int) -> Job:
    """Remove such a run, and return its job without it. Needs a transaction."""
    before = read_queries.runs_of(db, job.id)
    removing.remove_runs(db, [run_id])
    return job.with_state(rebuilt(job.state, before, read_queries.runs_of(db, job.id)))


def known_as(db: Session, job: Job, prepared: PreparedReport) -> int | None:
    """Return the run that is the one which a server tells of; None if there is none."""
    return _found(db, _REPORTED, job, prepared)


def replaced_by(db: Session, job: Job, prepared: PreparedReport) -> int | None:
    """Return the run, known from a server alone, that a report is of; None if there is none.

    What the server tells later replaces it too if it then says that the run died: a server may be
    asked between two of its own writes.
    """
    return None if prepared.report.run.dry_run else _found(db, _PULLED, job, prepared)


def is_death_of(db: Session, job: Job, run: Run) -> bool:
    """Return whether a run that failed by its live reports is known from its server already."""
    values = {
        "job": job.id,
        "operation": run.operation,
        "began": _NEVER if run.began is None else run.began,
        "pulled": PULLED,
        "span": SAME_RUN,
    }
    return db.execute(_DIED_LIVE, values).fetchone() is not None


def is_end_of_a_run(db: Session, job: Job, died: Millis, skew: Millis) -> bool:
    """Return whether a run of a job, whatever its operation, failed at a time.

    The time is by its server's clock, as are those that the run reported, but not the arrival of
    its report. `skew` is how far the server's clock is ahead.
    """
    values = {"job": job.id, "died": died, "heard": died - skew, "span": SAME_RUN}
    return db.execute(_ENDED, values).fetchone() is not None


def _found(db: Session, query: str, job: Job, prepared: PreparedReport) -> int | None:
    run = prepared.report.run
    values = {
        "job": job.id,
        "operation": run.operation,
        "began": _NEVER if run.began is None else run.began,
        "ended": _NEVER if run.ended is None else run.ended,
        "received": prepared.delivery.received,
        "died": run.status is Status.FATAL,
        "reported": not run.is_pulled,
        "pulled": PULLED,
        "span": SAME_RUN,
    }
    row = db.execute(query, values).fetchone()
    return None if row is None else int(row[0])
