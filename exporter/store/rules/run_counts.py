"""What the backup runs of a span add up to, job by job, in one query."""

from exporter.model import MAX_INT64
from exporter.store.rules import rows
from exporter.store.session import Session
from exporter.store.values import EarlierRun, RunCounts
from exporter.times import Millis

_NEAR = 20
"""An earlier run is looked for among so many: a job may have thousands that measured nothing."""

_MEASURED = f"""
{rows.COUNTS} AND status NOT IN ('fatal', 'interrupted')
AND examined_bytes IS NOT NULL"""
"""As `exporter.jobs.added.measures`: such a run counted its source as a whole."""

_BEFORE = f"""
SELECT before.id FROM (
    SELECT * FROM runs WHERE job_id = counted.job_id AND started < :since
    ORDER BY started DESC, id DESC LIMIT {_NEAR}
) AS before WHERE {_MEASURED} ORDER BY before.started DESC, before.id DESC LIMIT 1"""  # noqa: S608 - constant

_FIRST = f"""
SELECT first.id FROM (
    SELECT * FROM runs WHERE job_id = counted.job_id AND started >= :since AND started < :until
    ORDER BY started, id LIMIT {_NEAR}
) AS first WHERE {_MEASURED} ORDER BY first.started, first.id LIMIT 1"""  # noqa: S608 - constant

_VALUES = ", ".join(
    f"(SELECT earlier.{column} FROM runs AS earlier WHERE earlier.id = earlier_id)"  # noqa: S608 - constant
    for column in ("started", "examined_bytes", "stored_bytes")
)
"""Not a join: for that PostgreSQL reads all runs ever."""

_COUNTS = f"""
WITH counted AS (
    SELECT +job_id AS job_id, count(*) AS runs,
        sum(CASE WHEN status IN ('error', 'fatal', 'unknown') THEN 1 ELSE 0 END) AS failed,
        sum(CASE WHEN status = 'interrupted' THEN 1 ELSE 0 END) AS interrupted,
        sum(CAST(uploaded_bytes AS double precision)) AS uploaded
    FROM runs WHERE started >= :since AND started < :until AND {rows.COUNTS}
    GROUP BY +job_id
), found AS MATERIALIZED (
    SELECT counted.*, coalesce(({_BEFORE}), ({_FIRST})) AS earlier_id FROM counted
)
SELECT job_id, runs, failed, interrupted, uploaded, {_VALUES} FROM found
ORDER BY job_id"""  # noqa: S608 - constant
"""`+job_id` keeps SQLite from reading all runs ever in the order of their jobs, which needs no
sorting, MATERIALIZED either from looking for the earlier run once a column. Sums of integers fail
where they are too large for the database; those of floats do not."""


def run_counts(db: Session, since: Millis, until: Millis) -> list[RunCounts]:
    """Return what the backup runs that started in a span add up to, by job."""
    values = {"since": since, "until": until}
    return [
        RunCounts(
            job_id,
            runs,
            failed,
            interrupted,
            None if uploaded is None else min(int(uploaded), MAX_INT64),
            None if earlier[0] is None else EarlierRun(*earlier),
        )
        for job_id, runs, failed, interrupted, uploaded, *earlier in db.execute(_COUNTS, values)
    ]
