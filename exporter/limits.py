"""The limits on what clients send."""

from enum import Enum

from msgspec import Struct

from exporter.times import MINUTE, SECOND, Millis

_KIBIBYTE = 1024
_MEBIBYTE = 1024 * _KIBIBYTE


class Limit(Enum):
    """A limit that was hit, as it is counted."""

    UPLOAD_BYTES = "upload_bytes"
    LOG_LINES = "log_lines"
    SERVERS = "servers"
    JOBS = "jobs"
    JOBS_PER_SERVER = "jobs_per_server"
    UPLOAD_MEMORY = "upload_memory"
    REQUESTS = "requests"
    HEADER_BYTES = "header_bytes"
    REQUEST_TIME = "request_time"


class Limits(Struct, frozen=True):
    """The limits by the names of their options."""

    max_upload_bytes: int = 32 * _MEBIBYTE
    max_upload_memory: int = 256 * _MEBIBYTE
    max_log_lines: int = 1000
    max_servers: int = 10_000
    max_jobs: int = 20_000
    max_jobs_per_server: int = 1000
    max_requests: int = 900
    max_header_bytes: int = 64 * _KIBIBYTE
    request_timeout: Millis = 2 * MINUTE
    upload_patience: Millis = 50 * SECOND
