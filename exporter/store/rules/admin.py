"""What people change: names, schedules, merged and deleted servers and jobs.

Each function needs a transaction and returns what it changed.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import astuple, replace

from exporter.jobs.job import Job
from exporter.jobs.joining import merge_states
from exporter.model import JobSettings, Server
from exporter.model import audit as actions
from exporter.model.audit import Author
from exporter.model.last_error import LastError
from exporter.model.mutes import later_mute
from exporter.model.pulled import Pulled
from exporter.model.run_json import Json
from exporter.model.tags import united
from exporter.store.changes import Change
from exporter.store.errors import UnknownIdError
from exporter.store.rules import (
    audit,
    doubles,
    live_runs,
    naming,
    pulled_runs,
    read_queries,
    removing,
    rows,
    write_queries,
)
from exporter.store.session import Session
from exporter.times import Millis

_ADD_IDENTITY = """
INSERT INTO merged_identities (kind, value, server_id) VALUES (?, ?, ?)
ON CONFLICT (kind, value) DO UPDATE SET server_id = excluded.server_id"""
_SET_SERVER = """
UPDATE servers SET alias = ?, note = ?, possible_duplicate_of = ?, muted = ?, tags = ?, url = ?
WHERE id = ?"""
_SET_JOB = """
UPDATE jobs SET schedule = ?, tolerance = ?, paused = ?, cleared = ?, muted = ?, tags = ?
WHERE id = ?"""
_SET_PULLED = "UPDATE servers SET pulled = ? WHERE id = ?"
_SET_MERGED = """
UPDATE servers SET last_report = ?, muted = ?, tags = ?, url = ?, pulled = ? WHERE id = ?"""
_JOIN = "UPDATE jobs SET state = ?, muted = ?, tags = ? WHERE id = ?"
_JOIN_FORMER_NAMES = """
UPDATE former_names SET job_id = :job WHERE job_id = :other
AND name NOT IN (SELECT name FROM former_names WHERE job_id = :job)"""


def set_server(
    db: Session, server_id: int, edit: Callable[[Server], Server], author: Author
) -> Change:
    """Change a server's alias, note, mute, tags and address."""
    server = _server(db, server_id)
    edited = edit(server)
    own = (edited.alias, edited.note, edited.possible_duplicate_of, edited.muted)
    db.execute(_SET_SERVER, (*own, rows.pack_tags(edited.tags), edited.url, server_id))
    changed = audit.differences(audit.of_server(server), audit.of_server(edited))
    if changed:
        audit.note(db, author, actions.SERVER_SET, (server, None), changed)
    return Change(servers=(edited,))


def note_pulled(
    db: Session, server_id: int, edit: Callable[[Pulled | None], Pulled | None]
) -> Change:
    """Change what is known of a server by pulling."""
    server = _server(db, server_id)
    noted = replace(server, pulled=edit(server.pulled))
    if noted == server:
        return Change()
    db.execute(_SET_PULLED, (rows.pack_pulled(noted.pulled), server_id))
    return Change(servers=(noted,))


def set_job(
    db: Session, job_id: int, edit: Callable[[JobSettings], JobSettings], author: Author
) -> Change:
    """Change what people set for a job."""
    job = _job(db, job_id)
    settings = edit(job.settings)
    *own, tags = astuple(settings)
    db.execute(_SET_JOB, (*own, rows.pack_tags(tags), job_id))
    changed = audit.differences(audit.of_settings(job.settings), audit.of_settings(settings))
    if changed:
        audit.note(db, author, actions.JOB_SET, _subject(db, job), changed)
    return Change(jobs=(replace(job, settings=settings),))


def plan_job(
    db: Session, job_id: int, start: Millis, interval: Millis | None, asked: Millis
) -> Change:
    """Apply what Duplicati's own scheduler plans for a job."""
    job = _job(db, job_id)
    planned = job.with_state(job.state.with_plan(start, interval, asked))
    if planned.packed != job.packed:
        db.execute("UPDATE jobs SET state = ? WHERE id = ?", (planned.packed, job_id))
    return Change(jobs=(planned,))


def note_error(db: Session, job_id: int, error: LastError | None, skew: Millis) -> Change:
    """Keep the last error that Duplicati remembers of a job, unless it is that of a stored run."""
    job = _job(db, job_id)
    state = job.state
    is_known = error is None or pulled_runs.is_end_of_a_run(db, job, error.at, skew)
    noted = job.with_state(replace(state, last_error=None if is_known else error))
    if noted.packed == job.packed:
        return Change()
    db.execute("UPDATE jobs SET state = ? WHERE id = ?", (noted.packed, job_id))
    return Change(jobs=(noted,))


def forget_copy(db: Session, job_id: int, destination: str, author: Author) -> Change:
    """Forget a second destination of a job."""
    job = _job(db, job_id)
    state = job.state
    if all(known.copy.destination != destination for known in state.copies.known):
        raise UnknownIdError("The job has no second copy there")
    forgetting = job.with_state(state.without_destination(destination))
    db.execute("UPDATE jobs SET state = ? WHERE id = ?", (forgetting.packed, job_id))
    told = {"destination": destination}
    audit.note(db, author, actions.JOB_FORGET_COPY, _subject(db, job), told)
    return Change(jobs=(forgetting,))


def delete_job(db: Session, job_id: int, author: Author) -> Change:
    """Remove a job with its runs."""
    job = _job(db, job_id)
    audit.note(db, author, actions.JOB_DELETE, _subject(db, job))
    removing.remove_job(db, job_id)
    return Change(jobs=tuple(naming.settle(db, job.server_id)), removed_jobs=(job_id,))


def delete_server(db: Session, server_id: int, author: Author) -> Change:
    """Remove a server with its jobs and runs."""
    server, jobs = _server(db, server_id), list(read_queries.jobs_of(db, server_id))
    audit.note(db, author, actions.SERVER_DELETE, (server, None), {"jobs": len(jobs)})
    removing.remove_server(db, server_id)
    others = _no_longer_duplicates(db, server_id)
    gone = tuple(job.id for job in jobs)
    return Change(servers=others, removed_servers=(server_id,), removed_jobs=gone)


def merge_servers(db: Session, target_id: int, source_ids: Sequence[int], author: Author) -> Change:
    """Merge servers: their jobs, runs and identities become the target's.

    Jobs of the same name are merged, too, of two mutes the later one remains, and tags are united.
    Later reports of the sources go to the target, whether they are identified by machine-id, by
    name or by address.
    """
    target = _server(db, target_id)
    joined: list[tuple[int, int]] = []
    others: dict[int, Server] = {}
    merged: list[Json] = []
    for source_id in source_ids:
        source = _server(db, source_id)
        merged.append({"id": source.id, "name": source.shown_name})
        joined += _move_jobs(db, source_id, target_id)
        _move_identities(db, source, target_id)
        target = _united(target, source)
        removing.remove_server(db, source_id)
        others.update((server.id, server) for server in _no_longer_duplicates(db, source_id))
    others = {key: each for key, each in others.items() if key not in (target_id, *source_ids)}
    own = (target.last_report, target.muted, rows.pack_tags(target.tags), target.url)
    db.execute(_SET_MERGED, (*own, rows.pack_pulled(target.pulled), target_id))
    audit.note(db, author, actions.SERVER_MERGE, (target, None), {"from": merged})
    naming.settle(db, target_id)
    jobs = tuple(read_queries.jobs_of(db, target_id))
    identities = tuple(each for each in read_queries.machine_ids(db) if each[1] == target_id)
    servers = (target, *others.values())
    gone = tuple(job_id for job_id, _ in joined)
    return Change(servers, jobs, identities, tuple(source_ids), gone, tuple(joined))


def _united(target: Server, source: Server) -> Server:
    """Return a server with what another one has that becomes part of it."""
    duplicated = target.possible_duplicate_of
    return replace(
        target,
        last_report=max(target.last_report, source.last_report),
        muted=later_mute(target.muted, source.muted),
        tags=united(target.tags, source.tags),
        url=target.url or source.url,
        pulled=_newer(target.pulled, source.pulled),
        possible_duplicate_of=None if duplicated == source.id else duplicated,
    )


def _newer(one: Pulled | None, other: Pulled | None) -> Pulled | None:
    return max(filter(None, (one, other)), key=lambda each: each.at, default=None)


def _no_longer_duplicates(db: Session, server_id: int) -> tuple[Server, ...]:
    """Clear the note that a server may be the same machine as one that is gone."""
    gone = "SELECT id FROM servers WHERE possible_duplicate_of = ?"
    ids = [row[0] for row in db.execute(gone, (server_id,))]
    for each in ids:
        db.execute("UPDATE servers SET possible_duplicate_of = NULL WHERE id = ?", (each,))
    return tuple(_server(db, each) for each in ids)


def _move_jobs(db: Session, source_id: int, target_id: int) -> list[tuple[int, int]]:
    """Move jobs to a server, whose names have to be settled then; return those that joined one."""
    joined = []
    known = list(read_queries.jobs_of(db, target_id))
    own, taken = {(job.kind, job.own_name): job for job in known}, {job.name for job in known}
    for job in list(read_queries.jobs_of(db, source_id)):
        twin = own.get((job.kind, job.own_name))
        if twin is None:
            if job.name in taken:
                naming.call(db, job.id, job.own_name)
            db.execute("UPDATE jobs SET server_id = ? WHERE id = ?", (target_id, job.id))
        else:
            _join(db, twin, job)
            joined.append((job.id, twin.id))
    return joined


def _join(db: Session, job: Job, other: Job) -> None:
    job, other = doubles.remove(db, job, other)
    db.execute("UPDATE runs SET job_id = ? WHERE job_id = ?", (job.id, other.id))
    db.execute(_JOIN_FORMER_NAMES, {"job": job.id, "other": other.id})
    state = merge_states(job.state, other.state, write_queries.runs_after(lambda: db, job.id))
    muted = later_mute(job.settings.muted, other.settings.muted)
    whole = job.with_state(state)
    tags = rows.pack_tags(united(job.settings.tags, other.settings.tags))
    db.execute(_JOIN, (whole.packed, muted, tags, job.id))
    live_runs.join(db, other.id, job.id)
    removing.remove_job(db, other.id)


def _move_identities(db: Session, source: Server, target_id: int) -> None:
    for table in ("machine_ids", "merged_identities"):
        db.execute(
            f"UPDATE {table} SET server_id = ? WHERE server_id = ?",  # noqa: S608 - constant
            (target_id, source.id),
        )
    if source.machine_id is None:
        db.execute(_ADD_IDENTITY, ("unclaimed", source.name, target_id))
    address = db.execute("SELECT address FROM servers WHERE id = ?", (source.id,)).fetchone()[0]
    kind = "name" if address is None else "address"
    db.execute(_ADD_IDENTITY, (kind, address or source.name, target_id))


def _subject(db: Session, job: Job) -> audit.Subject:
    return read_queries.server(db, job.server_id), job


def _server(db: Session, server_id: int) -> Server:
    server = read_queries.server(db, server_id)
    if server is None:
        raise UnknownIdError("Server not found")
    return server


def _job(db: Session, job_id: int) -> Job:
    job = read_queries.job(db, job_id)
    if job is None:
        raise UnknownIdError("Job not found")
    return job
