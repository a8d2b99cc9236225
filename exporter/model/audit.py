"""Who changed what, and when: an entry for each change that a person made."""

from typing import Any

from msgspec import Struct

from exporter.times import Millis

KEPT_ENTRIES = 100_000
"""Of more only the newest are kept."""

JOB_SET, JOB_DELETE, JOB_SEPARATE = "job.set", "job.delete", "job.separate"
JOB_FORGET_COPY, JOB_EXPECT = "job.forget_copy", "job.expect"
SERVER_SET, SERVER_MERGE, SERVER_DELETE = "server.set", "server.merge", "server.delete"
REFUSED_CLEAR = "refused.clear"
CONFIG_RELOAD = "config.reload"

ACTIONS = (
    JOB_SET,
    JOB_DELETE,
    JOB_SEPARATE,
    JOB_FORGET_COPY,
    JOB_EXPECT,
    SERVER_SET,
    SERVER_MERGE,
    SERVER_DELETE,
    REFUSED_CLEAR,
    CONFIG_RELOAD,
)
"""What can be done: the subject and the verb."""


class Author(Struct, frozen=True):
    """Who makes a change, by the name of the token, and when."""

    who: str
    at: Millis


class AuditEntry(Struct, frozen=True):
    """A change: what was done to which server or job, named as at that time.

    `details` is JSON; of what was set it has under the name of each field its `old` and its `new`
    value.
    """

    at: Millis
    who: str
    what: str
    server_id: int | None = None
    server: str | None = None
    job_id: int | None = None
    job: str | None = None
    details: dict[str, Any] = {}
    id: int = 0


class AuditFilter(Struct, frozen=True):
    """The entries that a listing shows; None shows all. Those of a server are also its jobs'."""

    server_id: int | None = None
    job_id: int | None = None
