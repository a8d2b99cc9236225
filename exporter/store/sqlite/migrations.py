"""The steps that made the schema what it is. Append only: a step that was released never changes.

Times are milliseconds since 1970-01-01 UTC, sizes bytes. `runs.started` orders the runs of a job;
`runs.began` is what the report said; `runs.clock` is what the daemon's own clock said when it came,
if another time counts as its arrival. `jobs.state` is a `JobState` as MessagePack,
`runs.counted` are the numbers of a report under the names of `names_id`.
"""

import time

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from exporter.store.sqlite.upgrades import (
    audit,
    counted,
    counters,
    interrupted,
    kinds,
    lengths,
    names,
    outbox,
    spaces,
    states,
    telling,
)

migrations = Migrations("duplistatus")

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    alias TEXT,
    note TEXT,
    machine_id TEXT,
    address TEXT UNIQUE,
    version TEXT,
    os TEXT,
    described INTEGER NOT NULL,
    last_report INTEGER NOT NULL
) STRICT;
CREATE INDEX servers_by_name ON servers (name, last_report);

CREATE TABLE machine_ids (
    machine_id TEXT PRIMARY KEY,
    server_id INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_ids_by_server ON machine_ids (server_id);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server_id INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE,
    name TEXT NOT NULL,
    state BLOB NOT NULL,
    UNIQUE (server_id, name)
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    operation TEXT NOT NULL,
    status TEXT NOT NULL,
    started INTEGER NOT NULL,
    received INTEGER NOT NULL,
    began INTEGER,
    ended INTEGER,
    duration INTEGER,
    dry_run INTEGER NOT NULL,
    next_scheduled INTEGER,
    verified INTEGER,
    verification_status TEXT,
    backup_id TEXT,
    destination_type TEXT,
    examined_files INTEGER,
    examined_bytes INTEGER,
    added_files INTEGER,
    modified_files INTEGER,
    deleted_files INTEGER,
    error_files INTEGER,
    uploaded_bytes INTEGER,
    downloaded_bytes INTEGER,
    stored_bytes INTEGER,
    versions INTEGER,
    quota_free_bytes INTEGER,
    quota_total_bytes INTEGER,
    warnings INTEGER,
    errors INTEGER,
    fingerprint BLOB,
    counted BLOB
) STRICT;
CREATE INDEX runs_by_job ON runs (job_id, started);
CREATE INDEX runs_by_start ON runs (started);
CREATE INDEX runs_with_odd_begin ON runs (job_id, began) WHERE began <> started;
CREATE INDEX runs_without_begin ON runs (job_id, fingerprint) WHERE fingerprint IS NOT NULL;

CREATE TABLE logs (
    run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    log BLOB NOT NULL
) STRICT;

CREATE TABLE rejected (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received INTEGER NOT NULL,
    address TEXT NOT NULL,
    reason TEXT NOT NULL,
    content_type TEXT,
    size INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
"""


_SETTINGS = """
ALTER TABLE jobs ADD COLUMN schedule TEXT;
ALTER TABLE jobs ADD COLUMN tolerance INTEGER;
ALTER TABLE jobs ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;

CREATE TABLE merged_identities (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    server_id INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE,
    PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX merged_identities_by_server ON merged_identities (server_id);
"""

_LIVE_RUNS = """
CREATE TABLE live_runs (
    job_id INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    run BLOB NOT NULL
) STRICT;
CREATE TABLE stand_ins (run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE) STRICT;
"""


_REFUSALS = """
ALTER TABLE rejected ADD COLUMN live INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rejected ADD COLUMN counts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rejected ADD COLUMN settled INTEGER;

CREATE TABLE reporters (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO reporters (address)
SELECT address FROM servers WHERE address IS NOT NULL ORDER BY last_report;
"""

_CLOCKS = """
ALTER TABLE runs ADD COLUMN clock INTEGER;
CREATE INDEX runs_of_a_wrong_clock ON runs (id) WHERE clock IS NOT NULL;
"""

_MUTES = """
ALTER TABLE servers ADD COLUMN muted INTEGER;
ALTER TABLE jobs ADD COLUMN muted INTEGER;
"""


_PULLED = "ALTER TABLE runs ADD COLUMN source TEXT"


@migrations()
def reports(db: Database) -> None:
    """Servers, their jobs, the runs of the jobs and what could not be understood."""
    db.executescript(_FIRST)
    now = time.time_ns() // 1_000_000
    db.execute("INSERT INTO meta VALUES ('created', ?), ('probed', ?)", [now, now])


@migrations()
def settings(db: Database) -> None:
    """What people set for jobs, and by what merged servers were known.

    A kind of identity is name, address, or unclaimed: a name for the first machine-id that
    comes with it.
    """
    db.executescript(_SETTINGS)


@migrations()
def counted_names(db: Database) -> None:
    """The names under which reports count, once each: they are the same from run to run."""
    counted.share(db)


@migrations()
def live_runs(db: Database) -> None:
    """The newest live run of each job, and which runs are placeholders for a report."""
    db.executescript(_LIVE_RUNS)


@migrations()
def telling_more(db: Database) -> None:
    """More values of a run, the identity of a job, and runs that were interrupted.

    Runs that were interrupted had been recorded as warnings. States that include them are marked
    as outdated: they are rebuilt when all steps are done.
    """
    telling.add(db)
    interrupted.mark(db)
    states.extend(db)


@migrations()
def refusals(db: Database) -> None:
    """Which refused bodies count as reports, and the addresses with an accepted report."""
    db.executescript(_REFUSALS)


@migrations()
def due_again(db: Database) -> None:
    """What deadlines need of the last runs."""
    lengths.renew(db)


@migrations()
def clocks(db: Database) -> None:
    """What the daemon's own clock said when a report came, if another time counts.

    Counters that an impossible run had stopped continue.
    """
    db.executescript(_CLOCKS)
    counters.thaw(db)


@migrations()
def short_names(db: Database) -> None:
    """No name or identity is longer than 255 bytes."""
    names.shorten(db)


@migrations()
def mutes(db: Database) -> None:
    """Until when nobody is notified of a server or a job."""
    db.executescript(_MUTES)


@migrations()
def told(db: Database) -> None:
    """What reports changed, what people know of it, and the messages to them."""
    outbox.create(db)


@migrations()
def audited(db: Database) -> None:
    """Tags, the addresses of Duplicati, and who changed what."""
    audit.create(db)


@migrations()
def free_space(db: Database) -> None:
    """What the last runs found free at the destination."""
    spaces.gather(db)


@migrations()
def job_kinds(db: Database) -> None:
    """Sync jobs beside backups."""
    kinds.add(db)


@migrations()
def pulled(db: Database) -> None:
    """Which runs only Duplicati's server tells of, and no report."""
    db.execute(_PULLED)


@migrations()
def servers_pulled(db: Database) -> None:
    """What the last pull of a server knew of it, a `Pulled` as MessagePack."""
    db.execute("ALTER TABLE servers ADD COLUMN pulled BLOB")
