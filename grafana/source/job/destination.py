"""What is stored at a job's destination, and the space left."""

from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from grafana.source.boards import Row
from grafana.source.colours import GREEN, RED, YELLOW, thresholds
from grafana.source.panels import About, limited, lines
from grafana.source.queries import NAME, Query, age, chosen

_THIRD = (8, 8)
_HALF = (12, 8)
_DAY = 86400.0
_COPY = "{{destination}} of {{server}} · {{backup}}"


def row() -> Row:
    """Return the row."""
    return Row("Destination", [_versions(), _free(), _space(), _copy_age(), _copied()])


def _versions() -> timeseries.Panel:
    about = About(
        "Versions",
        "Versions kept at the destination: how far one can go back.",
        "none",
        thresholds(RED, (1, YELLOW), (2, GREEN)),
        *_THIRD,
    )
    return limited(lines(about, Query(chosen("versions"), NAME))).decimals(0).min(0)


def _free() -> timeseries.Panel:
    about = About(
        "Free space",
        "Share of the destination that is free, where it is reported.",
        "percentunit",
        thresholds(RED, (0.1, YELLOW), (0.2, GREEN)),
        *_THIRD,
    )
    query = Query(f"{chosen('quota_free_bytes')} / {chosen('quota_total_bytes')}", NAME)
    return limited(lines(about, query)).min(0).max(1)


def _space() -> timeseries.Panel:
    about = About(
        "Quota",
        "Total space at the destination, and the free part of it.",
        "bytes",
        thresholds(RED, (1, GREEN)),
        *_THIRD,
    )
    return lines(
        about,
        Query(chosen("quota_total_bytes"), f"in all {NAME}"),
        Query(chosen("quota_free_bytes"), f"left {NAME}"),
    ).min(0)


def _copy_age() -> timeseries.Panel:
    about = About(
        "Age of second copies",
        "How long ago the destination was last synchronized with each second one. One that failed"
        " or is no longer due grows older, whatever the others do.",
        "dtdurations",
        thresholds(GREEN, (3 * _DAY, YELLOW), (15 * _DAY, RED)),
        *_HALF,
    )
    return lines(about, Query(age(chosen("second_copy_timestamp_seconds")), _COPY)).min(0)


def _copied() -> timeseries.Panel:
    about = About(
        "Copied to second destinations",
        "What the last copy to each second destination sent, and the files that it found other than"
        " they should be.",
        "bytes",
        thresholds(GREEN, (1, RED)),
        *_HALF,
    )
    failed = "failed verifications {{destination}}"
    panel = lines(
        about,
        Query(chosen("second_copy_copied_bytes"), _COPY),
        Query(chosen("second_copy_failed_verifications"), failed),
    )
    return panel.override_by_regexp("/^failed verifications/", [DynamicConfigValue("unit", "none")])
