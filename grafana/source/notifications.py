"""Messages to people: do their channels take them? Empty where no channel is configured."""

from grafana_foundation_sdk.builders import timeseries

from grafana.source.boards import Row
from grafana.source.colours import GREEN, GREY, RED, YELLOW, thresholds
from grafana.source.panels import About, bars, fixed, lines
from grafana.source.queries import Query, age, of_exporters

_HALF = (12, 8)
_OUTCOMES = {"sent": GREEN, "failed": YELLOW, "given_up": RED}


def row() -> Row:
    """Return the row."""
    return Row("Notifications", [_outcomes(), _waiting()])


def _outcomes() -> timeseries.Panel:
    about = About(
        "Notifications by outcome",
        "Attempts to send a message, sent or failed, and messages that were given up after three"
        " days of attempts.",
        "none",
        thresholds(GREY, (1, GREEN)),
        *_HALF,
    )
    told = f"increase({of_exporters('duplistatus_notifications_total')}[$__rate_interval])"
    panel = bars(about, Query(f"sum by (outcome) ({told})", "{{outcome}}")).decimals(0)
    for outcome, colour in _OUTCOMES.items():
        panel.override_by_name(outcome, [fixed(colour)])
    return panel


def _waiting() -> timeseries.Panel:
    about = About(
        "Oldest waiting notification",
        "How long the oldest message has been waiting for its channel; 0 while none does.",
        "s",
        thresholds(GREEN, (600, YELLOW), (3600, RED)),
        *_HALF,
    )
    oldest = of_exporters("duplistatus_notification_oldest_waiting_timestamp_seconds")
    query = Query(f"({age(oldest)}) * ({oldest} > bool 0)", "{{instance}}")
    return lines(about, query).min(0)
