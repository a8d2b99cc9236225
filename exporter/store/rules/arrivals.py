"""Clock-skew correction of arrival times, with all that is computed from them.

`runs.clock` is what the clock said when a report came, if another time counts: so nothing is lost,
whichever of two clocks was wrong.
"""

from collections import defaultdict
from collections.abc import Mapping

from msgspec.structs import replace

from exporter.jobs.job import Job
from exporter.model import CLOCK_TOLERANCE, Server, StoredRun, believed
from exporter.model.clock import ClockReading, Stamp, arrival
from exporter.store.changes import Change
from exporter.store.rules import read_queries, restating
from exporter.store.session import Session
from exporter.times import Millis

_SUSPECT = """
SELECT id, job_id, received, coalesce(ended, began), clock FROM runs WHERE id IN (
    SELECT id FROM runs WHERE job_id IN (
        SELECT jobs.id FROM jobs JOIN servers ON servers.id = jobs.server_id
        WHERE servers.last_report > :future
    ) AND received > :future
    UNION SELECT id FROM runs WHERE clock IS NOT NULL
    UNION SELECT id FROM runs WHERE id > :since AND :by <> 0
)"""
_CORRECT_RUN = """
UPDATE runs SET started = ?, received = ?, clock = coalesce(clock, received) WHERE id = ?"""
_NEWEST = """
SELECT max(received) FROM runs WHERE job_id IN (SELECT id FROM jobs WHERE server_id = ?)"""
_SET_SERVER = "UPDATE servers SET last_report = ?, described = ? WHERE id = ?"
_DOUBTFUL = "SELECT EXISTS (SELECT 1 FROM runs WHERE clock IS NOT NULL AND clock < received)"
_NO_FUTURE = (
    "UPDATE former_names SET renamed = :now WHERE renamed > :future",
    "UPDATE rejected SET received = :now WHERE received > :future",
    "UPDATE meta SET value = :now WHERE key = 'created' AND value > :future",
)

_Arrivals = Mapping[int, Millis]
"""When runs came, by their ids."""


def correct_arrivals(db: Session, reading: ClockReading) -> Change:
    """Correct what a wrong clock stamped, as far as it is known by now. Needs a transaction."""
    jobs = [_correct_job(db, job_id, runs) for job_id, runs in _wrong(db, reading).items()]
    moved = {job.server_id for job in jobs}
    servers = [_correct_server(db, each, reading, moved) for each in read_queries.servers(db)]
    changed = [server for server in servers if server is not None]
    if not reading.is_future(_newest_report(db)):
        jobs = _without_future(db, reading, jobs)
    return Change(tuple(changed), tuple(jobs))


def has_doubtful(db: Session) -> bool:
    """Return whether reports came while the clock was known to be slow."""
    return bool(db.execute(_DOUBTFUL).fetchone()[0])


def _wrong(db: Session, reading: ClockReading) -> Mapping[int, dict[int, Millis]]:
    """Return the right arrival times of the runs that have a wrong one, for each job."""
    values = {"future": reading.now + CLOCK_TOLERANCE, "since": reading.since, "by": reading.by}
    wrong: defaultdict[int, dict[int, Millis]] = defaultdict(dict)
    for run_id, job_id, received, reported, clock in db.execute(_SUSPECT, values).fetchall():
        right = arrival(Stamp(run_id, received, reported, clock), reading)
        if right != received:
            wrong[job_id][run_id] = right
    return wrong


def _correct_job(db: Session, job_id: int, arrivals: _Arrivals) -> Job:
    known = read_queries.runs_of(db, job_id)
    for stored in known:
        if stored.id in arrivals:
            _correct_run(db, stored, arrivals[stored.id])
    return restating.remake(db, job_id, known)


def _correct_run(db: Session, stored: StoredRun, received: Millis) -> None:
    started = believed.start(stored.run.began, received)
    db.execute(_CORRECT_RUN, (started, received, stored.id))


def _correct_server(
    db: Session, server: Server, reading: ClockReading, moved: set[int]
) -> Server | None:
    """Correct a server's times and return it; None if they were right."""
    future = reading.is_future(server.last_report) or reading.is_future(server.described)
    if not future and server.id not in moved:
        return None
    right = _right(server, reading, db.execute(_NEWEST, (server.id,)).fetchone()[0])
    if right == server:
        return None
    db.execute(_SET_SERVER, (right.last_report, right.described, server.id))
    return right


def _right(server: Server, reading: ClockReading, newest: Millis | None) -> Server:
    last_report = server.last_report
    if not reading.is_future(last_report):
        last_report = max(last_report, newest or 0)
    elif newest is not None:
        last_report = newest
    elif reading.sure:
        last_report = reading.now
    described = min(server.described, max(last_report, reading.now))
    return replace(server, last_report=last_report, described=described)


def _newest_report(db: Session) -> Millis:
    return int(db.execute("SELECT coalesce(max(last_report), 0) FROM servers").fetchone()[0])


def _without_future(db: Session, reading: ClockReading, jobs: list[Job]) -> list[Job]:
    """Correct all other times in the future, if no arrival contradicts the clock."""
    values = {"now": reading.now, "future": reading.now + CLOCK_TOLERANCE}
    for statement in _NO_FUTURE:
        db.execute(statement, values)
    cleared = "SELECT id FROM jobs WHERE cleared > :future"
    ids = {row[0] for row in db.execute(cleared, values).fetchall()}
    db.execute("UPDATE jobs SET cleared = :now WHERE cleared > :future", values)
    others = [job for job in jobs if job.id not in ids]
    found = (read_queries.job(db, job_id) for job_id in sorted(ids))
    return [*others, *(job for job in found if job is not None)]
