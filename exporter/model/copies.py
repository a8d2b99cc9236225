"""Second copies: what a run reports of synchronizing its destination with others."""

from enum import Enum

from msgspec import Struct

from exporter.model.status import Status
from exporter.times import Millis


class CopyOutcome(Enum):
    """What a run reports of its second copies: the synchronizations with other destinations."""

    COPIED = "copied"
    """It names what was copied, and nothing that went wrong."""

    MISSED = "missed"
    """A copy failed, or was skipped because of how the backup went."""

    NOT_DUE = "not due"
    """A destination was left out that is due by interval or by count."""

    UNTOLD = "untold"
    """It could have reported copies and reported none."""


class SecondCopy(Struct, frozen=True, array_like=True, gc=False):
    """One synchronization with a second destination, whose URL has no user, password or query."""

    destination: str
    at: Millis
    status: Status
    copied_files: int | None = None
    copied_bytes: int | None = None
    failed_verifications: int | None = None


class Copying(Struct, frozen=True, array_like=True):
    """What a run reported of its second copies: those that it named, and the outcome."""

    outcome: CopyOutcome
    copies: tuple[SecondCopy, ...] = ()
