"""The options: their names, defaults, help, and how each is read.

The flags, the environment's names, the file's keys and the help all come from this list.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from exporter import auth
from exporter.config import parsers
from exporter.limits import Limits
from exporter.model.live import STALL_AFTER
from exporter.schedule.policy import SchedulePolicy
from exporter.times import format_duration, parse_duration

ENVIRONMENT_PREFIX = "DUPLISTATUS_"

_FILE_SUFFIX = "_FILE"
_MEBIBYTE = 1024 * 1024
_DEFAULTS = Limits()
_POLICY = SchedulePolicy()


class Option(NamedTuple):
    """One option: its key in the file, its default as a person writes it, what it does."""

    name: str
    default: str
    metavar: str
    help: str
    parse: Callable[[str], Any]
    secret: bool = False

    @property
    def flag(self) -> str | None:
        """The option on the command line, where every user of the machine can read it."""
        return None if self.secret else "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The option in the environment."""
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def file_variable(self) -> str | None:
        """The variable that names a file with the option's value, which only a secret has."""
        return self.variable + _FILE_SUFFIX if self.secret else None


OPTIONS = (
    Option(
        "listen",
        "*:9666",
        "HOST:PORT",
        "address and port to serve; * is every interface",
        parsers.parse_address,
    ),
    Option(
        "database",
        "duplistatus.sqlite",
        "PATH",
        "the SQLite file that keeps the reports; made where there is none",
        parsers.parse_path,
    ),
    Option(
        "log_format",
        "human",
        "FORMAT",
        "how events are written to stderr: human or json",
        parsers.choice_parser("human", "json"),
    ),
    Option(
        "log_level",
        "info",
        "LEVEL",
        "the least grave events to write: debug, info, warning or error",
        parsers.choice_parser("debug", "info", "warning", "error"),
    ),
    Option(
        "max_upload_bytes",
        str(_DEFAULTS.max_upload_bytes),
        "BYTES",
        "the largest report to accept",
        parsers.integer_parser(1024, 1024 * _MEBIBYTE),
    ),
    Option(
        "max_upload_memory",
        str(_DEFAULTS.max_upload_memory),
        "BYTES",
        "the memory for all reports that arrive; never less than two of the largest",
        parsers.integer_parser(_MEBIBYTE, 64 * 1024 * _MEBIBYTE),
    ),
    Option(
        "max_log_lines",
        str(_DEFAULTS.max_log_lines),
        "LINES",
        "how many log lines of a run to keep",
        parsers.integer_parser(0, _DEFAULTS.max_log_lines),
    ),
    Option(
        "max_servers",
        str(_DEFAULTS.max_servers),
        "SERVERS",
        "how many servers may report",
        parsers.integer_parser(1, 1_000_000),
    ),
    Option(
        "max_jobs",
        str(_DEFAULTS.max_jobs),
        "JOBS",
        "how many backups there may be of all servers",
        parsers.integer_parser(1, 1_000_000),
    ),
    Option(
        "max_jobs_per_server",
        str(_DEFAULTS.max_jobs_per_server),
        "JOBS",
        "how many backups a server may have",
        parsers.integer_parser(1, 1_000_000),
    ),
    Option(
        "max_requests",
        str(_DEFAULTS.max_requests),
        "REQUESTS",
        "how many requests may wait for their answers at once",
        parsers.integer_parser(16, 100_000),
    ),
    Option(
        "max_header_bytes",
        str(_DEFAULTS.max_header_bytes),
        "BYTES",
        "the largest head of a request to accept",
        parsers.integer_parser(4096, _MEBIBYTE),
    ),
    Option(
        "request_timeout",
        format_duration(_DEFAULTS.request_timeout),
        "TIME",
        "how long a request may take to arrive",
        parse_duration,
    ),
    Option(
        "upload_patience",
        format_duration(_DEFAULTS.upload_patience),
        "TIME",
        "how long a report waits where another program locks the database",
        parse_duration,
    ),
    Option(
        "keep_runs",
        parsers.FOREVER,
        "TIME",
        "how long to keep runs; counters and last runs stay",
        parsers.parse_retention,
    ),
    Option(
        "keep_messages",
        "90d",
        "TIME",
        "how long to keep the log lines of runs",
        parsers.parse_retention,
    ),
    Option(
        "expected_interval",
        format_duration(_POLICY.expected_interval),
        "TIME",
        "how often a backup is expected that reports no schedule: 12h, 1d, 1w",
        parse_duration,
    ),
    Option(
        "tolerance",
        format_duration(_POLICY.tolerance),
        "TIME",
        "how late a backup may be before it is overdue: 30m, 2h",
        parse_duration,
    ),
    Option(
        "stall_after",
        format_duration(STALL_AFTER),
        "TIME",
        "how long a running backup may be silent before it is stalled: 10m, 1h",
        parse_duration,
    ),
    Option(
        "pull_interval",
        parsers.NEVER,
        "TIME",
        "interval between pulls from the [[pull]] servers: 15m, 1h",
        parsers.parse_poll_interval,
    ),
    Option(
        "upload_tokens",
        "",
        "TOKENS",
        "what reports must carry; empty takes them from everybody",
        auth.read_entries,
        secret=True,
    ),
    Option(
        "read_tokens",
        "",
        "TOKENS",
        "what asking for JSON must carry; empty answers everybody",
        auth.read_tokens,
        secret=True,
    ),
    Option(
        "metrics_tokens",
        "",
        "TOKENS",
        "what scrapes must carry; empty answers everybody",
        auth.read_tokens,
        secret=True,
    ),
    Option(
        "admin_token",
        "",
        "TOKENS",
        "what changes must carry; empty makes one in PATH.admin-token",
        auth.read_tokens,
        secret=True,
    ),
    Option(
        "trusted_proxies",
        "",
        "NETWORKS",
        "proxies whose X-Forwarded-For is believed: 127.0.0.1, 10.0.0.0/8",
        parsers.parse_networks,
    ),
    Option(
        "allowed_origins",
        "",
        "ORIGINS",
        "sites whose pages may read and send: https://page.example",
        parsers.parse_origins,
    ),
    Option(
        "allowed_hosts",
        "",
        "HOSTS",
        "host names to answer under, beside addresses and localhost; empty is any",
        parsers.parse_hosts,
    ),
    Option(
        "page",
        "true",
        "BOOLEAN",
        "whether to serve the page for people at /: true or false",
        parsers.parse_boolean,
    ),
)
