"""How a run ended."""

from enum import Enum


class Status(Enum):
    """How a run ended: the position in this order is the code in metrics.

    A run completed, failed, or was interrupted: cut short or never started, it did neither.
    """

    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"
    FATAL = "fatal"
    UNKNOWN = "unknown"
    INTERRUPTED = "interrupted"

    @property
    def code(self) -> int:
        """The number of this status in a metric."""
        return _CODES[self]

    @property
    def completed(self) -> bool:
        """Whether the source was read to its end and can be restored as it was."""
        return self is Status.SUCCESS or self is Status.WARNING

    @property
    def failed(self) -> bool:
        """Whether it went wrong, or is not known to have gone well."""
        return self is not Status.INTERRUPTED and not self.completed

    @property
    def is_cut_short(self) -> bool:
        """Whether what it counted is of a part of the source only."""
        return self in (Status.FATAL, Status.INTERRUPTED)

    def worse(self, other: "Status") -> "Status":
        """Return the worse of two: where two reports of one run disagree, that one counts."""
        return max(self, other, key=_FROM_BEST_TO_WORST.index)


_CODES = {status: code for code, status in enumerate(Status)}

_FROM_BEST_TO_WORST = (
    Status.SUCCESS,
    Status.WARNING,
    Status.INTERRUPTED,
    Status.UNKNOWN,
    Status.ERROR,
    Status.FATAL,
)
