"""The transaction, of either database, that the rules work in."""

from typing import Protocol

from exporter.jobs.job import Job
from exporter.model import Server, StoredRun
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.write_cache import WriteCache
from exporter.store.session import Session


class RowBatch(Protocol):
    """Rows that wait to be written together, one statement for each table."""

    def add_run(
        self, job_id: int, stored: StoredRun, names_id: int | None, prepared: PreparedReport
    ) -> None:
        """Add a run and its log."""
        ...

    def put(self, server: Server, job: Job) -> None:
        """Replace what is stored of a server and a job."""
        ...


class Workspace(Protocol):
    """What a transaction offers to the rules."""

    @property
    def cache(self) -> WriteCache:
        """What was known of the database before."""
        ...

    @property
    def fresh(self) -> WriteCache:
        """What the transaction changes of it."""
        ...

    @property
    def batch(self) -> RowBatch:
        """What waits to be written."""
        ...

    @property
    def db(self) -> Session:
        """The database, with all that waits in the batch written to it."""
        ...

    @property
    def written(self) -> Session:
        """The database without what waits in the batch, which is not written for this."""
        ...

    def next_run_id(self) -> int:
        """Return the id of one more run."""
        ...

    def hold(self, server: Server) -> Server:
        """Lock a server that was found in the database; return it as it is."""
        ...
