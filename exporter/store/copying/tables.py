"""The tables and columns that SQLite and PostgreSQL have in common.

Left out is what only one of them has: how often rows were changed, the tables for the daemons to
coordinate, and when a file was last written.
"""

from typing import NamedTuple

from exporter.model.notifications import Message
from exporter.store.rules import rows


class Table(NamedTuple):
    """A table: its columns, the first of which are its key, and which of them are yes or no.

    If it `gives_ids`, the database assigns them and never uses one twice.
    """

    name: str
    columns: tuple[str, ...]
    flags: frozenset[str] = frozenset()
    key: int = 1
    gives_ids: bool = False

    @property
    def select(self) -> str:
        """All rows in the order of their key."""
        order = ", ".join(self.columns[: self.key])
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY {order}"  # noqa: S608 - constant

    @property
    def count_rows(self) -> str:
        """The number of rows."""
        return f"SELECT count(*) FROM {self.name}"  # noqa: S608 - constant


_REJECTED = ("received", "address", "reason", "content_type", "size", "body")
_MESSAGES = tuple(name for name in Message.__struct_fields__ if name != "id")
_RUNS = ("id", "job_id", "fingerprint", "names_id", "counted", "clock", *rows.RUN_COLUMNS)

TABLES = (
    Table("servers", (*rows.SERVER_COLUMNS, "address"), gives_ids=True),
    Table("machine_ids", ("machine_id", "server_id", "fetched"), frozenset({"fetched"})),
    Table("merged_identities", ("kind", "value", "server_id"), key=2),
    Table("jobs", (*rows.JOB_COLUMNS, "apart"), frozenset({"paused", "apart"}), gives_ids=True),
    Table("former_names", ("job_id", "name", "renamed"), key=2),
    Table("counted_names", ("id", "names"), gives_ids=True),
    Table("runs", _RUNS, frozenset({"dry_run"})),
    Table("logs", ("run_id", "log")),
    Table("live_runs", ("job_id", "run")),
    Table("stand_ins", ("run_id",)),
    Table(
        "rejected",
        ("id", *_REJECTED, "live", "counts", "settled"),
        frozenset({"live", "counts"}),
        gives_ids=True,
    ),
    Table("reporters", ("id", "address"), gives_ids=True),
    Table(
        "condition_changes",
        ("id", "job_id", "run_id", "at", "held", "reason"),
        gives_ids=True,
    ),
    Table("alerts", ("channel", "subject", "condition", "alert"), key=3),
    Table("messages", ("id", *_MESSAGES), gives_ids=True),
    Table("notification_marks", ("name", "value")),
    Table("audit", rows.AUDIT_COLUMNS, gives_ids=True),
)
"""In an order in which each table comes after those that it refers to."""

META_KEYS = ("created", "clock_seen", "clock_agreed", "clock_late")
"""The facts about the whole database: when it was created, and what was noted of the clock."""
