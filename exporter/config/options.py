"""The options: their names, defaults, help texts and parsers.

The flags, the environment's names, the file's keys and the help all come from this list.
"""

from exporter import auth, route_prefix
from exporter.config import parsers
from exporter.config.database import parse_database
from exporter.config.notification_options import NOTIFICATION_OPTIONS
from exporter.config.option import Option
from exporter.config.web_config import parse_web_config
from exporter.limits import Limits
from exporter.model.live import STALL_AFTER
from exporter.schedule.policy import SchedulePolicy
from exporter.store.retention import RetentionPolicy
from exporter.times import DAY, Millis, format_duration, parse_duration

_MEBIBYTE = 1024 * 1024
_DEFAULTS = Limits()
_POLICY = SchedulePolicy()
_RETENTION = RetentionPolicy()


def _kept(length: Millis | None) -> str:
    """Write how long something is kept, in the unit of the shortest."""
    return parsers.FOREVER if length is None else f"{length // DAY}d"


OPTIONS = (
    Option(
        "listen",
        "*:9666",
        "HOST:PORT",
        "address and port to serve; * is every interface",
        parsers.parse_address,
        aliases=("--web.listen-address",),
        needs_restart=True,
    ),
    Option(
        "database",
        "duplistatus.sqlite",
        "DATABASE",
        "SQLite database file, created if missing; or postgresql://HOST/NAME for several daemons",
        parse_database,
        may_hold_secret=True,
        needs_restart=True,
    ),
    Option(
        "log_format",
        "human",
        "FORMAT",
        "format of the log on stderr: human or json",
        parsers.OneOf("human", "json"),
    ),
    Option(
        "log_level",
        "info",
        "LEVEL",
        "minimum log level: debug, info, warning or error",
        parsers.OneOf("debug", "info", "warning", "error"),
    ),
    Option(
        "max_upload_bytes",
        str(_DEFAULTS.max_upload_bytes),
        "BYTES",
        "maximum size of a report",
        parsers.integer_parser(1024, 1024 * _MEBIBYTE),
        needs_restart=True,
    ),
    Option(
        "max_upload_memory",
        str(_DEFAULTS.max_upload_memory),
        "BYTES",
        "memory for all reports that arrive at once; at least two of the largest",
        parsers.integer_parser(_MEBIBYTE, 64 * 1024 * _MEBIBYTE),
        needs_restart=True,
    ),
    Option(
        "max_log_lines",
        str(_DEFAULTS.max_log_lines),
        "LINES",
        "maximum number of log lines stored for a run",
        parsers.integer_parser(0, _DEFAULTS.max_log_lines),
    ),
    Option(
        "max_servers",
        str(_DEFAULTS.max_servers),
        "SERVERS",
        "maximum number of servers",
        parsers.integer_parser(1, 1_000_000),
    ),
    Option(
        "max_jobs",
        str(_DEFAULTS.max_jobs),
        "JOBS",
        "maximum number of jobs, of all servers",
        parsers.integer_parser(1, 1_000_000),
    ),
    Option(
        "max_jobs_per_server",
        str(_DEFAULTS.max_jobs_per_server),
        "JOBS",
        "maximum number of jobs of a server",
        parsers.integer_parser(1, 1_000_000),
    ),
    Option(
        "max_requests",
        str(_DEFAULTS.max_requests),
        "REQUESTS",
        "maximum number of requests in flight",
        parsers.integer_parser(16, 100_000),
        needs_restart=True,
    ),
    Option(
        "max_header_bytes",
        str(_DEFAULTS.max_header_bytes),
        "BYTES",
        "maximum size of the request headers",
        parsers.integer_parser(4096, _MEBIBYTE),
        needs_restart=True,
    ),
    Option(
        "request_timeout",
        format_duration(_DEFAULTS.request_timeout),
        "DURATION",
        "time for a request to arrive",
        parse_duration,
        needs_restart=True,
    ),
    Option(
        "upload_patience",
        format_duration(_DEFAULTS.upload_patience),
        "DURATION",
        "time that a report waits for a database that is locked or away",
        parse_duration,
    ),
    Option(
        "keep_runs",
        _kept(_RETENTION.runs),
        "DURATION",
        "how long to keep runs; counters and last runs stay",
        parsers.parse_retention,
    ),
    Option(
        "keep_messages",
        _kept(_RETENTION.messages),
        "DURATION",
        "how long to keep the log lines of runs",
        parsers.parse_retention,
    ),
    Option(
        "expected_interval",
        format_duration(_POLICY.expected_interval),
        "DURATION",
        "default interval for jobs without a schedule: 12h, 1d, 1w",
        parse_duration,
    ),
    Option(
        "tolerance",
        format_duration(_POLICY.tolerance),
        "DURATION",
        "grace period before a job is overdue: 30m, 2h",
        parse_duration,
    ),
    Option(
        "stall_after",
        format_duration(STALL_AFTER),
        "DURATION",
        "time without progress reports before a run is stalled: 10m, 1h",
        parse_duration,
    ),
    Option(
        "pull_interval",
        parsers.NEVER,
        "DURATION",
        "interval between pulls from the [[pull]] servers: 15m, 1h",
        parsers.parse_poll_interval,
    ),
    Option(
        "upload_tokens",
        "",
        "TOKENS",
        "tokens accepted for uploads; empty disables upload authentication",
        auth.read_entries,
        secret=True,
    ),
    Option(
        "read_tokens",
        "",
        "TOKENS",
        "tokens accepted for reading; empty disables read authentication",
        auth.read_tokens,
        secret=True,
    ),
    Option(
        "metrics_tokens",
        "",
        "TOKENS",
        "tokens accepted for scrapes; empty disables scrape authentication",
        auth.read_tokens,
        secret=True,
    ),
    Option(
        "admin_token",
        "",
        "TOKENS",
        "admin token; generated into PATH.admin-token if empty",
        auth.read_admin_tokens,
        secret=True,
    ),
    Option(
        "web_config_file",
        "",
        "FILE",
        "web configuration file of Prometheus: users who may read and scrape, with a password",
        parse_web_config,
        aliases=("--web.config.file",),
    ),
    Option(
        "trusted_proxies",
        "",
        "NETWORKS",
        "trusted proxies (addresses or networks): 127.0.0.1, 10.0.0.0/8",
        parsers.parse_networks,
    ),
    Option(
        "allowed_origins",
        "",
        "ORIGINS",
        "allowed CORS origins: https://page.example",
        parsers.parse_origins,
    ),
    Option(
        "allowed_hosts",
        "",
        "HOSTS",
        "allowed host names, beside addresses and localhost; empty allows any",
        parsers.parse_hosts,
    ),
    Option(
        "page",
        "true",
        "BOOLEAN",
        "serve the status page at /: true or false",
        parsers.parse_boolean,
    ),
    Option(
        "route_prefix",
        "",
        "PATH",
        "path below which a reverse proxy shows the daemon: /backups",
        route_prefix.parse,
    ),
    Option(
        "timezone",
        parsers.MACHINE,
        "ZONE",
        "time zone of the page where no script runs: Europe/Berlin, or machine for this machine's",
        parsers.parse_timezone,
    ),
    *NOTIFICATION_OPTIONS,
)
