"""The options with which Duplicati sends its reports here.

Duplicati warns in every run of an option that it does not know, so each is only for the versions
that have it.
"""

from collections.abc import Mapping
from types import MappingProxyType

REPORTS = "--send-http-json-urls"
"""Addresses, with ``;`` between them. A backup's own ``--send-http-url`` lives beside it."""

PROGRESS = "--http-report-status-url"
"""Addresses, with ``,`` or ``;`` between them, from 2.3.0.107 on."""

RETRYING: Mapping[str, str] = MappingProxyType(
    {"--send-http-retries": "10", "--send-http-retry-delay": "30s"}
)
"""From 2.1.0.112 on: such a sender outlasts a daemon that is away for five minutes."""

PROGRESSING: Mapping[str, str] = MappingProxyType({"--http-report-status-interval": "30s"})
"""From 2.3.0.107 on."""

_LOG = ("--send-http-log-level=Information", "--send-http-max-log-lines=0")


def duplicati_options(upload_url: str) -> list[str]:
    """Return the options that every version knows, as they are pasted."""
    return [
        f"--send-http-url={upload_url}",
        "--send-http-result-output-format=Json",
        *_LOG,
    ]


def json_options(upload_url: str) -> list[str]:
    """Return the options from 2.0.9 on, which leave what is sent to another program as it is."""
    return [f"{REPORTS}={upload_url}", *_LOG]


def retrying_options(upload_url: str) -> list[str]:
    """Return the options from 2.1.0.112 on, with which a restart of the daemon loses no report."""
    return [*json_options(upload_url), *_pasted(RETRYING)]


def live_options(activity_url: str) -> list[str]:
    """Return the options from 2.3.0.107 on that report the progress of a run."""
    return [f"{PROGRESS}={activity_url}", *_pasted(PROGRESSING)]


def _pasted(options: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in options.items()]
