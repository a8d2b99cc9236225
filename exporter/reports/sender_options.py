"""The options with which Duplicati sends its reports here.

Duplicati warns in every run of an option that it does not know, so each is only for the versions
that have it.
"""

_LOG = ("--send-http-log-level=Information", "--send-http-max-log-lines=0")


def duplicati_options(upload_url: str) -> list[str]:
    """Return the options that every version knows, as they are pasted."""
    return [
        f"--send-http-url={upload_url}",
        "--send-http-result-output-format=Json",
        *_LOG,
    ]


def retrying_options(upload_url: str) -> list[str]:
    """Return the options from 2.1.0.112 on, with which a restart of the daemon loses no report.

    They leave `--send-http-url`, and what it sends to another program, as they are.
    """
    return [
        f"--send-http-json-urls={upload_url}",
        *_LOG,
        "--send-http-retries=10",
        "--send-http-retry-delay=30s",
    ]


def live_options(activity_url: str) -> list[str]:
    """Return the options from 2.3.0.107 on that report the progress of a run."""
    return [
        f"--http-report-status-url={activity_url}",
        "--http-report-status-interval=30s",
    ]
