"""What can hold for a job, for a server and for the daemon, and how serious it is.

One list for the page, the badge, the API, the notifications and the alert rules.
"""

from enum import Enum
from functools import cached_property
from typing import Self, TypeAlias


class Severity(Enum):
    """How serious a condition is, worst first."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"
    INFO = "info"
    OK = "ok"

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look: it is notified, and ends "all fine"."""
        return self in (Severity.CRITICAL, Severity.WARNING)

    @property
    def is_told(self) -> bool:
        """Whether it says that something is not as it should be, though nobody need look."""
        return self.is_trouble or self is Severity.NOTICE


class _Worded(Enum):
    """What holds, worst first; the value is the word for it in addresses and answers.

    A member may say, after its value, the word that people read in its place, and what a sentence
    says of one subject and of several where that is not "is" or "are" with the word.
    """

    _value_: str
    rank: int
    """The place in the order, 0 for the worst."""
    word: str
    """The word that people read."""
    of_one: str
    of_many: str
    """What a sentence says of one subject, and of several."""

    __hash__ = object.__hash__  # that of Enum hashes the name, in Python

    def __new__(cls, value: str, word: str = "", of_one: str = "", of_many: str = "") -> Self:
        """Return a member with its words, worked out where they are not given."""
        member = object.__new__(cls)
        member._value_ = value
        member.rank = len(cls.__members__)
        member.word = word or value
        member.of_one = of_one or f"is {member.word}"
        member.of_many = of_many or of_one or f"are {member.word}"
        return member


class Condition(_Worded):
    """What holds for a job. Thousands of jobs are counted by it, so nothing is worked out twice."""

    OVERDUE = "overdue"
    FAILING = "failing", "failing", "failed"
    DAMAGED = "damaged", "verification failed", "failed verification"
    STALE = "stale"
    STALLED = "stalled"
    UNREPORTED = "unreported", "unreported", "ended without a report"
    INTERRUPTED = "interrupted", "interrupted", "was interrupted", "were interrupted"
    SHRINKING = "shrinking", "shrinking", "shrank"
    FILLING = (
        "filling",
        "filling up",
        "has a destination that is filling up",
        "have destinations that are filling up",
    )
    SECOND_COPY = (
        "second_copy",
        "second copy",
        "has no recent second copy",
        "have no recent second copy",
    )
    GONE = "gone", "gone", "is no longer in Duplicati", "are no longer in Duplicati"
    UNNAMED = "unnamed", "unnamed", "sends reports without a name", "send reports without a name"
    UNUSUAL = "unusual", "unusual", "was unusual", "were unusual"
    WARNING = "warning", "warning", "ended with warnings"
    RUNNING = "running"
    WAITING = (
        "waiting",
        "waiting for the first run",
        "has no reported run",
        "have no reported run",
    )
    MUTED = "muted"
    PAUSED = "paused"
    OFF = "off", "schedule off", "has its schedule off", "have their schedules off"
    FINE = "fine"

    @cached_property
    def severity(self) -> Severity:
        """How serious it is."""
        if self.rank < Condition.STALLED.rank:
            return Severity.CRITICAL
        if self.rank < Condition.UNUSUAL.rank:
            return Severity.WARNING
        if self.rank < Condition.RUNNING.rank:
            return Severity.NOTICE
        return Severity.OK if self is Condition.FINE else Severity.INFO

    @property
    def is_critical(self) -> bool:
        """Whether a backup is missing or unreliable."""
        return self.severity is Severity.CRITICAL

    @cached_property
    def is_trouble(self) -> bool:
        """Whether somebody should look at the job."""
        return self.severity.is_trouble


class ServerCondition(_Worded):
    """What holds for a server."""

    DUPLICATI_PAUSED = (
        "duplicati_paused",
        "Duplicati paused",
        "has its Duplicati paused",
        "have their Duplicati paused",
    )
    PULL_FAILING = "pull_failing", "pull failing", "cannot be pulled"
    CERTIFICATE = (
        "certificate",
        "certificate",
        "has a certificate to look at",
        "have certificates to look at",
    )
    REPORTS_MISSING = (
        "reports_missing",
        "reports missing",
        "has runs of which no report came",
        "have runs of which no report came",
    )

    @property
    def severity(self) -> Severity:
        """How serious it is."""
        is_notice = self is ServerCondition.CERTIFICATE
        return Severity.NOTICE if is_notice else Severity.WARNING


class DaemonCondition(_Worded):
    """What is wrong with the daemon."""

    STORAGE = "storage", "not storing", "cannot store reports"
    REFUSED = "refused", "refused", "refused reports"
    CLOCK = "clock", "clock in doubt", "has a clock in doubt"
    NOTIFICATIONS = "notifications", "messages not delivered", "cannot deliver messages"
    CONFIG = "config", "configuration not in use", "cannot use its configuration"
    LIMIT = "limit", "at a limit", "is at a limit of servers or backups"

    @property
    def severity(self) -> Severity:
        """How serious it is."""
        critical = self is DaemonCondition.STORAGE
        return Severity.CRITICAL if critical else Severity.WARNING


AnyCondition: TypeAlias = Condition | ServerCondition | DaemonCondition
