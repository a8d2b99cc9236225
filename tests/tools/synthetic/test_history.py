"""The history holds what its fleet is made to show."""

import pytest

from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
)
from exporter.times import HOUR
from tests.tools.synthetic.history import History
from tests.tools.synthetic.rules import alerting, recording

OF_PULLS = {
    "duplistatus_backup_gone_timestamp_seconds",
    "duplistatus_backup_unreported_timestamp_seconds",
    "duplistatus_server_certificate_expiry_timestamp_seconds",
    "duplistatus_server_pause_forgotten_timestamp_seconds",
    "duplistatus_server_paused",
    "duplistatus_server_pull_failures_total",
    "duplistatus_server_pull_interval_seconds",
    "duplistatus_server_pull_timestamp_seconds",
    "duplistatus_server_waiting_backups",
}
"""Told of servers that are pulled from, or by live reports alone; the history has reports."""

NAMES = [
    *(family.name for family in FLEET_FAMILIES),
    *(family.name for family in SERVER_FAMILIES if family.name not in OF_PULLS),
    *(family.name for family in JOB_FAMILIES),
    *(family.name for family in RUNNING_FAMILIES if family.name not in OF_PULLS),
]


def jobs(history: History, expression: str) -> set[tuple[str, str]]:
    found = (series["metric"] for series in history.query(expression))
    return {(labels["server"], labels["backup"]) for labels in found}


@pytest.mark.parametrize("name", NAMES)
def test_every_family_has_samples_at_both_ends(history: History, name: str) -> None:
    assert history.query(name, history.begin)
    assert history.query(name, history.end)


def test_every_sample_carries_the_labels_of_its_target(history: History) -> None:
    foreign = '{__name__=~".+", instance!="localhost:9666"} or {__name__=~".+", job!="duplistatus"}'
    assert history.query(foreign) == []


def test_samples_are_a_step_apart_from_start_to_end(history: History) -> None:
    (series,) = history.query_range("up")
    timestamps = [int(at * 1000) for at, _ in series["values"]]
    assert timestamps == list(range(history.begin, history.end + 1, history.step))


BEFALLEN = {
    "duplistatus_backup_overdue == 1": {
        ("files", "Templates"),
        ("branch-north", "Files"),
        ("branch-north", "Point of sale"),
    },
    "duplistatus_backup_running and duplistatus_backup_stalled == 0": {("mail", "Mailboxes")},
    "duplistatus_backup_stalled == 1": {("branch-north", "Point of sale")},
    "duplistatus_backup_consecutive_failures > 0": {
        ("accounting", "Invoices"),
        ("web-2", "Uploads"),
        ("nas", "Projects"),
    },
    "duplistatus_backup_interrupted_runs > 0": {("laptop-sales", "Mail")},
    "duplistatus_backup_second_copy_missed > 1": {("nas", "Projects")},
    """
        time() - duplistatus_backup_second_copy_timestamp_seconds
        > 2.5 * duplistatus_backup_second_copy_usual_pause_seconds
    """: {("mail", "Configuration")},
    """
        duplistatus_backup_job_info
        unless on (server_id, backup) duplistatus_backup_last_success_timestamp_seconds
    """: {("web-2", "Uploads")},
    "duplistatus_backup_source_bytes < 0.7 * duplistatus_backup_typical_source_bytes": {
        ("media", "Recordings")
    },
    """
        duplistatus_backup_last_duration_seconds
        > 2.5 * duplistatus_backup_typical_duration_seconds
    """: {("db-1", "Dumps"), ("files", "Home folders")},
    """
        duplistatus_backup_last_modified_files > 10 * duplistatus_backup_typical_changed_files
    """: {("files", "Home folders")},
    "predict_linear(duplistatus_backup_quota_free_bytes[7d], 14 * 86400) < 0": {
        ("media", "Videos")
    },
    "duplistatus_backup_last_verification_status_code > 1": {("git", "Packages")},
}


@pytest.mark.parametrize(
    "expression", BEFALLEN, ids=lambda expression: " ".join(expression.split())
)
def test_what_befell_a_job_shows(history: History, expression: str) -> None:
    assert jobs(history, expression) == BEFALLEN[expression]


def test_the_counters_of_the_daemon_grow(history: History) -> None:
    growing = 'sum by (outcome) (increase(duplistatus_uploads_total{outcome!="failed"}[30d])) > 0'
    assert len(history.query(growing)) == 3
    assert history.query("rate(process_cpu_seconds_total[1d]) > 0")


def test_the_daemon_was_down_for_a_while(history: History) -> None:
    (series,) = history.query_range("up == 0")
    first, last = series["values"][0][0], series["values"][-1][0]
    assert 0 < (last - first) * 1000 <= 2 * HOUR
    assert history.query("duplistatus_backup_jobs", int(last * 1000)) == []


def test_what_the_rules_record_is_there(history: History) -> None:
    names = {rule["record"] for group in recording() for rule in group["rules"]}
    recorded = history.query('count by (__name__) (last_over_time({__name__=~".+:.+"}[30d]))')
    assert {series["metric"]["__name__"] for series in recorded} == names


def test_alerts_that_would_have_fired_are_there(history: History) -> None:
    for rule in alerting()[0]["rules"]:
        name = rule["labels"]["alertname"]
        found = history.query(f'ALERTS{{alertname="{name}", alertstate="firing"}}')
        assert len(found) == len(history.query(rule["expr"])), name
