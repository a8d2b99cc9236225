"""The errors of a store."""

from pathlib import Path

from exporter.limits import Limit


class StoreError(Exception):
    """The database cannot be used; the text says why and what to do."""


class StoreInUseError(StoreError):
    """Another program uses the database. `url` is where it serves, empty while it starts."""

    def __init__(self, database: Path, url: str) -> None:
        where = f"the daemon at {url}" if url else "another daemon"
        super().__init__(
            f"{database} is in use by {where}: stop that one, or choose another with --database"
        )
        self.url = url


class StoreUnavailableError(Exception):
    """The database does not answer now; the same call may succeed later."""


class StoreBusyError(StoreUnavailableError):
    """Another program is writing to the database; waiting may be enough."""


class OutboxChangedError(Exception):
    """Another daemon changed the outbox since it was loaded."""


class LimitReachedError(Exception):
    """What a report would add exceeds a limit; the text says which one and what to do."""

    def __init__(self, limit: Limit, message: str) -> None:
        super().__init__(message)
        self.limit = limit


class UnknownIdError(LookupError):
    """Nothing has this id; the text names what was looked for."""
