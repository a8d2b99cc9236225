"""What a pull tells of a server and its jobs beside their runs."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager

from exporter.model.last_error import LastError
from exporter.model.listed import BackupList
from exporter.model.pulled import Pulled
from exporter.store.changes import Change
from exporter.store.rules import admin, listing, storable
from exporter.store.scope import Scope
from exporter.store.session import Session
from exporter.times import Millis


class PulledFacts(ABC):
    """The part of a store that keeps what Duplicati's own server said."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Session]:
        """Return a session that reads what was committed, for use in a `with` statement."""

    @abstractmethod
    def _change(self, work: Callable[[Session], Change], scope: Scope) -> None:
        """Run work that changes servers or jobs, in its own transaction; otherwise as `_write`."""

    def plan_job(self, job_id: int, start: Millis, interval: Millis | None, asked: Millis) -> None:
        """Apply what Duplicati's own scheduler plans for a job. Raises `UnknownIdError`."""
        self._change(
            lambda db: admin.plan_job(db, job_id, start, interval, asked), Scope(jobs=(job_id,))
        )

    def note_pulled(self, server_id: int, edit: Callable[[Pulled | None], Pulled | None]) -> None:
        """Change what is known of a server by pulling. Raises `UnknownIdError`."""
        scope = Scope(servers=(server_id,))
        self._change(lambda db: admin.note_pulled(db, server_id, edit), scope)

    def note_error(self, job_id: int, error: LastError | None, skew: Millis = 0) -> None:
        """Keep the last error of a job's Duplicati, if no run has it. Raises `UnknownIdError`."""
        self._change(lambda db: admin.note_error(db, job_id, error, skew), Scope(jobs=(job_id,)))

    def note_list(self, listed: BackupList, asked: Millis) -> None:
        """Apply the list of a server's backups: what was renamed, and what is gone."""
        backups = storable.backup_list(listed)
        with self._reading() as db:
            scope = listing.scope_of(db, backups, asked)
        if scope is not None:
            self._change(lambda db: listing.note_list(db, backups, asked), scope)
