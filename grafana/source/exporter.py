"""The exporter itself: is it there, does it accept the reports, do its messages arrive?"""

from grafana_foundation_sdk.builders import stat, timeseries
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.source import links, notifications, replicas, variables
from grafana.source.boards import Board, Row, put_together
from grafana.source.colours import GREEN, GREY, PURPLE, RED, YELLOW, named, thresholds
from grafana.source.panels import About, bars, figure, fixed, lines
from grafana.source.queries import Query, age, of_exporters

_GIB = 2.0**30
_FIGURE = (4, 4)
_HALF = (12, 8)
_THIRD = (8, 8)
_EXPORTER = "{{instance}}"

_BOARD = Board(
    uid=links.EXPORTER,
    title="Duplistatus exporter",
    description="Is the exporter there, does it accept the reports, and what does it cost?",
    since="now-24h",
    refresh="1m",
    variables=(variables.datasource(), *variables.daemons()),
)


def dashboard() -> Dashboard:
    """Return the dashboard."""
    rows = [_now(), _scrapes(), _uploads(), notifications.row(), replicas.row(), _process()]
    return put_together(_BOARD, rows)


def _now() -> Row:
    return Row("Now", [_up(), _version(), _running_for(), _refused(), _jobs(), _database()])


def _up() -> stat.Panel:
    about = About(
        "Up",
        "Whether the last scrape succeeded.",
        "none",
        thresholds(RED, (1, GREEN)),
        *_FIGURE,
    )
    names = named({"0": ("down", RED), "1": ("up", GREEN)})
    return figure(about, Query(of_exporters("up"), _EXPORTER)).mappings(names)


def _version() -> stat.Panel:
    about = About(
        "Version",
        "Version of the running daemon.",
        "none",
        thresholds(RED, (1, GREEN)),
        *_FIGURE,
    )
    query = Query(of_exporters("duplistatus_build_info"), "{{version}}")
    return figure(about, query).text_mode(options.BigValueTextMode.NAME)


def _running_for() -> stat.Panel:
    about = About(
        "Running for",
        "Time since the process started. Short again and again: it crashes.",
        "dtdurations",
        thresholds(YELLOW, (3600, GREEN)),
        *_FIGURE,
    )
    query = Query(age(of_exporters("process_start_time_seconds")), _EXPORTER)
    return figure(about, query).decimals(1)


def _refused() -> stat.Panel:
    about = About(
        "Uploads not accepted",
        "Uploads of this time range that the chosen daemons answered with an error. A rejected one,"
        " and one that found no room, is kept at /api/rejected with the reason; a failed one"
        " Duplicati sends again, but not for ever.",
        "none",
        thresholds(GREEN, (1, YELLOW), (10, RED)),
        *_FIGURE,
    )
    not_taken = of_exporters("duplistatus_uploads_total", 'outcome=~"rejected|limited|failed"')
    query = Query(f"sum(increase({not_taken}[$__range]))")
    return figure(about, query).decimals(0)


def _jobs() -> stat.Panel:
    about = About(
        "Jobs",
        "Jobs that have made a backup.",
        "none",
        thresholds(RED, (1, GREEN)),
        *_FIGURE,
    )
    return figure(about, Query(of_exporters("duplistatus_backup_jobs"), _EXPORTER))


def _database() -> stat.Panel:
    about = About(
        "Database",
        "Size of the SQLite file, without its write-ahead log.",
        "bytes",
        thresholds(GREEN, (5 * _GIB, YELLOW), (20 * _GIB, RED)),
        *_FIGURE,
    )
    return figure(about, Query(of_exporters("duplistatus_database_bytes"), _EXPORTER))


def _scrapes() -> Row:
    return Row("Scrapes", [_scrape_duration(), _samples(), _collector()])


def _scrape_duration() -> timeseries.Panel:
    about = About(
        "Scrape duration",
        "How long Prometheus waited for the metrics. At ten seconds it gives up by default.",
        "s",
        thresholds(GREEN, (2, YELLOW), (10, RED)),
        *_THIRD,
    )
    return lines(about, Query(of_exporters("scrape_duration_seconds"), _EXPORTER)).min(0)


def _samples() -> timeseries.Panel:
    about = About(
        "Scrape size",
        "Samples of a scrape: some 38 for each job that reports everything.",
        "locale",
        thresholds(RED, (1, GREEN)),
        *_THIRD,
    )
    return lines(about, Query(of_exporters("scrape_samples_scraped"), _EXPORTER)).min(0)


def _collector() -> timeseries.Panel:
    about = About(
        "Time to collect",
        "Duration of rendering the samples of the fleet in the exporter itself.",
        "s",
        thresholds(GREEN, (1, YELLOW), (5, RED)),
        *_THIRD,
    )
    return lines(
        about, Query(of_exporters("duplistatus_collector_duration_seconds"), _EXPORTER)
    ).min(0)


def _uploads() -> Row:
    return Row("Uploads", [_outcomes(), _latency()])


def _outcomes() -> timeseries.Panel:
    about = About(
        "Uploads by outcome",
        "Reports that came: recorded, duplicate (known already), rejected (not understood),"
        " limited (no room for a new server or backup) and failed (could not be stored).",
        "none",
        thresholds(GREY, (1, GREEN)),
        *_HALF,
    )
    uploads = f"increase({of_exporters('duplistatus_uploads_total')}[$__rate_interval])"
    panel = bars(about, Query(f"sum by (outcome) ({uploads})", "{{outcome}}")).decimals(0)
    for outcome, colour in _OUTCOMES.items():
        panel.override_by_name(outcome, [fixed(colour)])
    return panel


_OUTCOMES = {
    "recorded": GREEN,
    "duplicate": GREY,
    "rejected": YELLOW,
    "limited": PURPLE,
    "failed": RED,
}


def _latency() -> timeseries.Panel:
    about = About(
        "Upload latency",
        "Time from an upload's arrival to its answer, which comes once the report is safe on disk.",
        "s",
        thresholds(GREEN, (1, YELLOW), (5, RED)),
        *_HALF,
    )
    buckets = (
        f"rate({of_exporters('duplistatus_upload_duration_seconds_bucket')}[$__rate_interval])"
    )
    quantiles = (0.5, 0.95, 0.99)
    return lines(about, *(_quantile(each, buckets) for each in quantiles)).min(0)


def _quantile(share: float, buckets: str) -> Query:
    return Query(f"histogram_quantile({share}, sum by (le) ({buckets}))", f"{share:.0%}")


def _process() -> Row:
    return Row("Process", [_memory(), _cpu(), _files(), _growth()])


def _memory() -> timeseries.Panel:
    about = About(
        "Memory",
        "Memory that the process occupies.",
        "bytes",
        thresholds(GREEN, (0.5 * _GIB, YELLOW), (1 * _GIB, RED)),
        *_HALF,
    )
    return lines(about, Query(of_exporters("process_resident_memory_bytes"), _EXPORTER)).min(0)


def _cpu() -> timeseries.Panel:
    about = About(
        "CPU",
        "Share of one core that the process uses.",
        "percentunit",
        thresholds(GREEN, (0.5, YELLOW), (0.9, RED)),
        *_HALF,
    )
    busy = f"rate({of_exporters('process_cpu_seconds_total')}[$__rate_interval])"
    return lines(about, Query(busy, _EXPORTER)).min(0)


def _files() -> timeseries.Panel:
    about = About(
        "Open files",
        "Share of the files and connections that the process may have open.",
        "percentunit",
        thresholds(GREEN, (0.5, YELLOW), (0.9, RED)),
        *_HALF,
    )
    share = f"{of_exporters('process_open_fds')} / {of_exporters('process_max_fds')}"
    return lines(about, Query(share, _EXPORTER)).min(0)


def _growth() -> timeseries.Panel:
    about = About(
        "Database size",
        "Size of the SQLite file over time. It grows with each report and its log.",
        "bytes",
        thresholds(GREEN, (5 * _GIB, YELLOW), (20 * _GIB, RED)),
        *_HALF,
    )
    return lines(about, Query(of_exporters("duplistatus_database_bytes"), _EXPORTER)).min(0)
