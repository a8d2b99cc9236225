"""What people are told: what changed, what each channel knows of it, and the messages."""

from enum import Enum
from typing import NamedTuple

from msgspec import Struct

from exporter.times import Millis

CHANGES_KEPT = 3
"""How many of the newest changes of an alert are kept: so many in an hour are flapping."""


class ConditionChange(Struct, frozen=True):
    """What held for a job after a report that changed it: a row written with the report.

    `held` are the values of the conditions that the runs of the job alone decide, worst first.
    `reason` is what the run says of its failure.
    """

    id: int
    job_id: int
    run_id: int
    at: Millis
    held: tuple[str, ...]
    reason: str | None = None


class SubjectKind(Enum):
    """What a condition can hold for."""

    JOB = "job"
    SERVER = "server"
    DAEMON = "daemon"


class AlertKey(NamedTuple):
    """A condition of a job, a server or the daemon, as a channel is told of it.

    `subject` is `job:7`, `server:nas` (the name of a pull) or `daemon`.
    """

    channel: str
    subject: str
    condition: str

    @property
    def kind(self) -> SubjectKind:
        """What the condition holds for."""
        return SubjectKind(self.subject.partition(":")[0])


class Alert(Struct, frozen=True):
    """What a channel knows of a condition.

    It `began` then, is `due` to be told from then on, was last `told` then, and `ended` then; None
    where that has not happened. `changes` are its newest beginnings and ends, the oldest first.
    `told_over` is true once the channel knows that it ended, `flapping` once it knows that the
    condition comes and goes. `reason` is what the newest failed run says.
    """

    key: AlertKey
    began: Millis
    due: Millis
    told: Millis | None = None
    ended: Millis | None = None
    told_over: bool = False
    flapping: bool = False
    changes: tuple[Millis, ...] = ()
    reason: str | None = None


class MessageKind(Enum):
    """What a message is, and so how it is delivered."""

    ALERT = "alert"
    RECOVERY = "recovery"
    """Like an alert, but all that it says is over: many services show that in green."""

    DIGEST = "digest"
    CHECK = "check"
    """The ping of a check that another service keeps for a job."""


class MessageOutcome(Enum):
    """How the delivery of a message ended."""

    SENT = "sent"
    GIVEN_UP = "given_up"


class Message(Struct, frozen=True):
    """A message to a channel, kept until the channel took it or it was given up.

    `html` is empty where there is only plain text. `attempts` were begun so far, the next one is
    at `next_attempt`; `error` is what the last failed one came to, without any secret. `outcome`
    and `ended` are None while it waits. `id` is 0 until it is stored.
    """

    channel: str
    kind: MessageKind
    created: Millis
    title: str
    text: str
    html: str = ""
    attempts: int = 0
    next_attempt: Millis = 0
    error: str | None = None
    outcome: MessageOutcome | None = None
    ended: Millis | None = None
    id: int = 0


class OutboxUpdate(Struct, frozen=True):
    """What one decision of the notifier changes, in one transaction.

    `read_up_to` is the id of the newest `ConditionChange` that was read: up to it they are done.
    `alerts` are added or replaced, those of `gone` removed, `messages` added. `marks` are times by
    name: when the daemon was last alive, when a digest was last sent.
    """

    read_up_to: int = 0
    alerts: tuple[Alert, ...] = ()
    gone: tuple[AlertKey, ...] = ()
    messages: tuple[Message, ...] = ()
    marks: tuple[tuple[str, Millis], ...] = ()
