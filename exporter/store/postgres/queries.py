"""The queries for the commits of other daemons, and for the rows that these name."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from exporter.store.changes import Change
from exporter.store.postgres.memory import News, Revisions
from exporter.store.postgres.schema import NOW
from exporter.store.postgres.session import PgSession
from exporter.store.rules import live_runs, rows
from exporter.store.session import Row
from exporter.times import Millis

HEADS = 500
"""The number of commits of a daemon that are read at once."""

_HEADS = f"""
WITH seen (writer, stamp) AS (SELECT * FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[])))
SELECT clock.now, clock.listening_since,
    heads.writer, heads.stamp, heads.token, heads.servers, heads.jobs, heads.live
FROM (
    SELECT {NOW} AS now,
        (SELECT value FROM meta WHERE key = 'listening_since') AS listening_since
) AS clock
LEFT JOIN (
    SELECT writers.id AS writer, found.* FROM writers LEFT JOIN seen ON seen.writer = writers.id
    CROSS JOIN LATERAL (
        SELECT stamp, token, servers, jobs, live FROM commits
        WHERE commits.writer = writers.id AND commits.stamp >= coalesce(seen.stamp, 0)
        ORDER BY stamp LIMIT {HEADS}
    ) AS found
) AS heads ON TRUE"""  # noqa: S608 - constant
"""LATERAL with a LIMIT, as the planner cannot know how little is new: without it 50 times as long.

`>=`, so that the last one that was seen is among them: if it is a different one, history was lost.
"""

_REFUSED = "SELECT max(id), count(*), count(settled) FROM rejected"
"""Not a part of the query for commits, which structural changes ask under their lock, one after the
other: 80 new servers after an outage took three times as long."""

_SERVERS = f"SELECT {', '.join(rows.SERVER_COLUMNS)}, revision FROM servers"  # noqa: S608 - constant
_JOBS = f"""
SELECT ARRAY(
    SELECT former_names.name FROM former_names WHERE job_id = jobs.id ORDER BY renamed
), EXISTS (
    SELECT 1 FROM stand_ins JOIN runs ON runs.id = stand_ins.run_id WHERE runs.job_id = jobs.id
), newest, revision, {", ".join(rows.JOB_COLUMNS)} FROM jobs"""  # noqa: S608 - constant
_MACHINE_IDS = "SELECT machine_id, server_id, fetched FROM machine_ids"
_LIVE_RUNS = "SELECT job_id, run FROM live_runs"
_LAST_HEADS = """
SELECT DISTINCT ON (writer) writer, stamp, token FROM commits ORDER BY writer, stamp DESC"""

Seen = dict[int, tuple[int, int]]
"""The number and the token of the last commit seen of each daemon."""


class Head(NamedTuple):
    """A commit of a daemon: its running number, its token, and the rows that it changed.

    `live` are the jobs of which it received live reports.
    """

    writer: int
    stamp: int
    token: int
    servers: Sequence[int]
    jobs: Sequence[int]
    live: Sequence[int]


class Asked(NamedTuple):
    """The query before each answer: the time, since when any daemon listened, and commits."""

    now: Millis
    listening_since: Millis
    heads: list[Head]


def heads(db: PgSession, seen: Seen) -> Asked:
    """Return the last commit seen of each daemon and the first ones after it."""
    return _asked(db.execute(_HEADS, _known(seen)).fetchall())


def question(db: PgSession, seen: Seen) -> tuple[Asked, tuple[int | None, ...]]:
    """Return the same, and what changes whenever what was refused does, in one round trip."""
    with db.together():
        commits = db.execute(_HEADS, _known(seen))
        refused = db.execute(_REFUSED)
    return _asked(commits.fetchall()), tuple(refused.fetchall()[0])


def _known(seen: Seen) -> tuple[list[int], list[int]]:
    return list(seen), [stamp for stamp, _ in seen.values()]


def _asked(found: Sequence[Row]) -> Asked:
    now, since, *_ = found[0]
    return Asked(now, since, [Head(*head) for _, _, *head in found if head[0] is not None])


def all_heads(db: PgSession, seen: Seen) -> list[Head]:
    """Return the last commit seen of each daemon and all after it. Needs a transaction."""
    found = page = heads(db, seen).heads
    while any(count >= HEADS for count in Counter(head.writer for head in page).values()):
        last = seen | {head.writer: (head.stamp, head.token) for head in found}
        page = heads(db, last).heads
        found = found + [head for head in page if head.stamp > last.get(head.writer, (0, 0))[0]]
    return found


def news(
    db: PgSession, servers: Sequence[int], jobs: Sequence[int], live: Sequence[int] = ()
) -> News:
    """Return servers and jobs as they are now; what is not found counts as removed.

    `live` are the jobs whose live run is read, too.
    """
    with db.together():
        of_servers = db.execute(f"{_SERVERS} WHERE id = ANY(?)", (list(servers),))
        of_ids = db.execute(f"{_MACHINE_IDS} WHERE server_id = ANY(?)", (list(servers),))
        of_jobs = db.execute(f"{_JOBS} WHERE id = ANY(?)", (list(jobs),))
        of_live = db.execute(f"{_LIVE_RUNS} WHERE job_id = ANY(?)", (list(live),))
    found = _news(of_servers.fetchall(), of_ids.fetchall(), of_jobs.fetchall())
    change = found.change
    gone_servers = set(servers) - {server.id for server in change.servers}
    gone_jobs = set(jobs) - {job.id for job in change.jobs}
    return found._replace(
        change=Change(
            change.servers,
            change.jobs,
            change.machine_ids,
            tuple(sorted(gone_servers)),
            tuple(sorted(gone_jobs)),
        ),
        live=tuple(live_runs.decoded(of_live.fetchall())),
    )


def everything(db: PgSession) -> tuple[News, Seen]:
    """Return all that there is, and each daemon's last commit. Needs a repeatable read."""
    last = {writer: (stamp, token) for writer, stamp, token in db.execute(_LAST_HEADS)}
    found = _news(
        db.execute(f"{_SERVERS} ORDER BY id").fetchall(),
        db.execute(_MACHINE_IDS).fetchall(),
        db.execute(f"{_JOBS} ORDER BY id").fetchall(),
    )
    live = live_runs.decoded(db.execute(_LIVE_RUNS).fetchall())
    return found._replace(live=tuple(live)), last


def _news(servers: Sequence[Row], machine_ids: Sequence[Row], jobs: Sequence[Row]) -> News:
    change = Change(
        servers=tuple(rows.server(row[:-1]) for row in servers),
        jobs=tuple(rows.job(tuple(row), former) for former, _, _, _, *row in jobs),
        machine_ids=tuple((machine_id, owner) for machine_id, owner, _ in machine_ids),
    )
    revisions = Revisions(
        servers={row[0]: row[-1] for row in servers},
        jobs={job_id: revision for _, _, _, revision, job_id, *_ in jobs},
    )
    return News(
        change,
        revisions,
        fetched_ids=frozenset(each for each, _, fetched in machine_ids if fetched),
        posted_ids=frozenset(each for each, _, fetched in machine_ids if not fetched),
        with_placeholder=frozenset(job_id for _, held, _, _, job_id, *_ in jobs if held),
        newest={job_id: each for _, _, each, _, job_id, *_ in jobs if each is not None},
    )
