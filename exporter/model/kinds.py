"""The kinds of jobs: a backup, and a Sync, which mirrors its source without versions."""

from enum import StrEnum

from exporter.model.runs import BACKUP, SYNC


class JobKind(StrEnum):
    """What a job's runs do. Only runs of these two operations count."""

    BACKUP = "backup"
    SYNC = "sync"

    @property
    def operation(self) -> str:
        """The operation that the job's counted runs have."""
        return SYNC if self is JobKind.SYNC else BACKUP


_BY_OPERATION = {kind.operation: kind for kind in JobKind}


def kind_of(operation: str) -> JobKind | None:
    """Return the kind of job that runs an operation; None for one that never counts."""
    return _BY_OPERATION.get(operation)
