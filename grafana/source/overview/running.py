"""The runs by their live reports: in progress, stalled, or ended and not reported."""

from grafana_foundation_sdk.builders import stat, table
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from grafana.source.boards import Row
from grafana.source.colours import BLUE, GREEN, GREY, RED, YELLOW, thresholds
from grafana.source.links import row_to_job
from grafana.source.panels import About, figure
from grafana.source.queries import JOB, Query, age, chosen, of_exporters
from grafana.source.tables import JOBS, Column, Rows, listing

_COUNT = "duplistatus_running_backups"
_FIGURE = (3, 7)
_SILENCE = thresholds(GREEN, (300, YELLOW), (600, RED))
_ANY = thresholds(GREY, (1, BLUE))


def row() -> Row:
    """Return the row."""
    return Row("Running now", [_running(), _stalled(), _unreported(), _runs()])


def _running() -> stat.Panel:
    about = About(
        "Running",
        "Jobs with a run in progress, stalled ones included. Counts the whole fleet of each chosen"
        " exporter, whichever servers and backups are chosen above. Needs the live reports of"
        " Duplicati 2.3.1 and later.",
        "none",
        _ANY,
        *_FIGURE,
    )
    return figure(about, Query(of_exporters(_COUNT), "{{instance}}"))


def _stalled() -> stat.Panel:
    about = About(
        "Stalled",
        "Chosen jobs with a run that has sent no live report for ten minutes, or for stall_after of"
        " the exporter.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_FIGURE,
    )
    return figure(about, Query(f"sum({chosen('stalled')}) or 0 * max({of_exporters(_COUNT)})"))


def _unreported() -> stat.Panel:
    about = About(
        "Unreported",
        "Chosen jobs with a run that ended well by its live reports, and no report of it or of a"
        " later one came in ten minutes.",
        "none",
        thresholds(GREEN, (1, RED)),
        *_FIGURE,
    )
    missing = f"count({chosen('unreported_timestamp_seconds')})"
    return figure(about, Query(f"{missing} or 0 * max({of_exporters(_COUNT)})"))


def _runs() -> table.Panel:
    about = About(
        "Runs under way",
        "The chosen jobs with a run in progress: for how long, the time since the last live report,"
        " the progress and the phase, in Duplicati's words. Click a row for its job.",
        "none",
        _SILENCE,
        15,
        7,
    )
    panel = listing(about, Rows({**JOBS, "phase": "Phase"}, sorted_by="Running for"), *_of_run())
    panel.override_by_name("Phase", [DynamicConfigValue("custom.width", 190)])
    return panel.data_links([row_to_job()]).no_value("Nothing runs while the exporter is up")


def _of_run() -> tuple[Column, ...]:
    """Return the metrics of a run in progress."""
    return (
        Column("Running for", _with_phase(age(chosen("running_start_timestamp_seconds"))), "s"),
        Column(
            "Silent for", _with_phase(age(chosen("last_activity_timestamp_seconds"))), "s", _SILENCE
        ),
        Column("Progress", _with_phase(chosen("progress_ratio")), "percentunit"),
        Column("Files", _with_phase(chosen("running_files")), "locale"),
        Column("Size", _with_phase(chosen("running_bytes")), "bytes"),
    )


def _with_phase(expr: str) -> str:
    """Return an expression with the phase of each job beside it."""
    joined = f"{chosen('running_phase_info')} * on ({JOB}) group_left () ({expr})"
    return f"max by ({JOB}, phase) ({joined})"
