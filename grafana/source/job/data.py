"""What a job backs up, and how much of it changes."""

from grafana_foundation_sdk.builders import timeseries

from grafana.source.boards import Row
from grafana.source.colours import GREEN, GREY, RED, YELLOW, thresholds
from grafana.source.habits import changed_files
from grafana.source.panels import About, bars, limited, lines
from grafana.source.queries import NAME, Query, chosen

_HALF = (12, 8)


def row() -> Row:
    """Return the row."""
    return Row("Data", [_sizes(), _uploaded(), _files(), _churn()])


def _sizes() -> timeseries.Panel:
    about = About(
        "Source and stored size",
        "Files examined at the source against what the backup takes up at its destination with"
        " all versions. A source that drops may be a disk that is not mounted.",
        "bytes",
        thresholds(RED, (1, GREEN)),
        *_HALF,
    )
    return lines(
        about,
        Query(chosen("source_bytes"), f"source {NAME}"),
        Query(chosen("storage_bytes"), f"stored {NAME}"),
    )


def _uploaded() -> timeseries.Panel:
    about = About(
        "Uploaded",
        "What runs sent to the destination, when they reported it.",
        "bytes",
        thresholds(GREY, (1, GREEN)),
        *_HALF,
    )
    uploaded = f"increase({chosen('uploaded_bytes_total')}[$__rate_interval])"
    return bars(about, Query(uploaded, NAME))


def _files() -> timeseries.Panel:
    about = About(
        "Files added, modified, deleted",
        "What the last run found changed at the source.",
        "locale",
        thresholds(GREY, (1, GREEN)),
        *_HALF,
    )
    kinds = ("added", "modified", "deleted")
    return lines(about, *(Query(chosen(f"last_{kind}_files"), f"{kind} {NAME}") for kind in kinds))


def _churn() -> timeseries.Panel:
    about = About(
        "Churn",
        "Share of the source's files that the last run found added, modified or deleted. A spike"
        " may be ransomware; look which files it were before you believe it.",
        "percentunit",
        thresholds(GREEN, (0.2, YELLOW), (0.5, RED)),
        *_HALF,
    )
    query = Query(f"{changed_files()} / ({chosen('source_files')} > 0)", NAME)
    return limited(lines(about, query)).min(0)
