"""Thirty days of the synthetic fleet: alerts are on for what befell it and for nothing else."""

from collections import defaultdict
from contextlib import closing
from typing import Any

import pytest

from exporter.conditions.evaluate import conditions
from exporter.demo import DAYS as DAYS_OF_FLEET
from exporter.fleet import Fleet
from exporter.model.conditions import Condition
from exporter.schedule.policy import SchedulePolicy
from exporter.store.sqlite import Store
from exporter.times import DAY, SECOND
from tests.docs import pages
from tests.rules.rule_files import ALERTS, RULES, Rule
from tests.support import doc_hooks
from tests.tools.synthetic.history import FleetHistory, History
from tests.tools.synthetic.scrapes import DOWN, STEP

Subjects = set[tuple[str, str]]

FILES = ("branch-north", "Files")
POINT_OF_SALE = ("branch-north", "Point of sale")
TEMPLATES = ("files", "Templates")
INVOICES = ("accounting", "Invoices")
UPLOADS = ("web-2", "Uploads")
PROJECTS = ("nas", "Projects")
RECORDINGS = ("media", "Recordings")

NOW: dict[str, Subjects] = {
    "DuplistatusBackupOverdue": {FILES, POINT_OF_SALE, TEMPLATES},
    "DuplistatusBackupTooOld": {FILES, POINT_OF_SALE, TEMPLATES, INVOICES},
    "DuplistatusBackupStalled": {POINT_OF_SALE},
    "DuplistatusBackupFailing": {INVOICES, UPLOADS, PROJECTS},
    "DuplistatusBackupNeverSucceeded": {UPLOADS},
    "DuplistatusBackupInterrupted": {("laptop-sales", "Mail")},
    "DuplistatusVerificationFailed": {("git", "Packages")},
    "DuplistatusSecondCopyMissed": {PROJECTS},
    "DuplistatusSecondCopyTooOld": {("mail", "Configuration")},
    "DuplistatusSourceShrank": {RECORDINGS},
    "DuplistatusChurnSpike": {("files", "Home folders")},
    "DuplistatusDurationAnomaly": {("db-1", "Dumps")},
    "DuplistatusDestinationFillingUp": {("media", "Videos")},
}
"""The jobs that each alert is on for at the end; alerts that are not here are off."""

OF_SEVERAL_DAEMONS = {
    "DuplistatusDatabaseUnreachable",
    "DuplistatusHistoryLost",
    "DuplistatusReplicasFew",
}
"""On for daemons over PostgreSQL alone."""

OF_CHANNELS = {"DuplistatusNotificationsFailing", "DuplistatusNotificationGivenUp"}
"""On where people are not told."""

UNTOLD = {
    "DuplistatusBackupGone",
    "DuplistatusBackupUnreported",
}
"""On where servers are pulled from, or only live reports come; the history has reports alone."""

BESIDE_REPORTS = {Condition.GONE.value, Condition.UNREPORTED.value}
"""What reports alone do not tell."""

LAPTOPS = {"laptop-design", "laptop-sales"}
"""Backed up once somebody opens them: late now and then."""

EARLIER: dict[str, Subjects] = {
    "DuplistatusBackupFailing": {("mail", "Lists")},
    "DuplistatusChurnSpike": {RECORDINGS},
}
"""The other jobs that an alert was on for some time in the thirty days."""


def subjects(found: list[dict[str, Any]]) -> Subjects:
    labels = [series["metric"] for series in found]
    return {(each["server"], each["backup"]) for each in labels}


each_alert_on_jobs = pytest.mark.parametrize(
    "alert", [alert for alert in ALERTS if alert.name in NOW], ids=lambda alert: alert.name
)


def by_name(name: str) -> Rule:
    (alert,) = [alert for alert in ALERTS if alert.name == name]
    return alert


@each_alert_on_jobs
def test_an_alert_is_on_for_what_befell_a_job_and_for_no_other(
    history: History, alert: Rule
) -> None:
    assert subjects(history.query(alert.expression)) == NOW[alert.name]


@each_alert_on_jobs
def test_in_thirty_days_it_was_on_for_no_healthy_job(history: History, alert: Rule) -> None:
    ever = subjects(history.query_range(alert.expression))
    late = {job for job in ever if job[0] in LAPTOPS} - NOW[alert.name]
    assert ever - late == NOW[alert.name] | EARLIER.get(alert.name, set())


@pytest.mark.parametrize(
    "name",
    [
        "DuplistatusMetricsAbsent",
        "DuplistatusReportsStopped",
        "DuplistatusBackupDisappeared",
        "DuplistatusClockWrong",
        "DuplistatusConfigReloadFailed",
    ],
)
def test_an_alert_on_what_never_happened_was_never_on(history: History, name: str) -> None:
    assert history.query_range(by_name(name).expression) == []


def test_the_exporter_counts_as_down_while_it_was(history: History) -> None:
    (series,) = history.query_range(by_name("DuplistatusExporterDown").expression)
    moments = [moment * SECOND for moment, _ in series["values"]]
    assert moments == list(range(DOWN.start, DOWN.stop, STEP))


def test_uploads_that_were_not_taken_are_told_for_hours(history: History) -> None:
    found = history.query_range(by_name("DuplistatusUploadsRejected").expression)
    assert {series["metric"]["outcome"] for series in found} == {"rejected", "failed"}


def test_a_fleet_that_grows_as_fleets_do_runs_into_no_limit(history: History) -> None:
    assert history.query_range(by_name("DuplistatusLimitReached").expression) == []


OF_PULLS = (
    "DuplistatusPullStopped",
    "DuplistatusDuplicatiPaused",
    "DuplistatusCertificateExpiring",
)


def test_a_daemon_that_is_not_to_pull_misses_no_pull(history: History) -> None:
    for name in OF_PULLS:
        assert history.query_range(by_name(name).expression) == []


@pytest.mark.parametrize("name", sorted(OF_CHANNELS))
def test_a_daemon_whose_channels_work_is_not_said_to_fail(history: History, name: str) -> None:
    assert history.query_range(by_name(name).expression) == []


@pytest.mark.parametrize("name", sorted(OF_SEVERAL_DAEMONS))
def test_a_single_daemon_has_nothing_of_several(history: History, name: str) -> None:
    assert history.query_range(by_name(name).expression) == []


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if not rule.is_alert], ids=lambda rule: rule.name
)
def test_a_recording_rule_finds_something_to_record(history: History, rule: Rule) -> None:
    assert history.query_range(rule.expression)


def test_every_alert_is_looked_at() -> None:
    others = {
        "DuplistatusExporterDown",
        "DuplistatusMetricsAbsent",
        "DuplistatusReportsStopped",
        "DuplistatusBackupDisappeared",
        "DuplistatusUploadsRejected",
        "DuplistatusLimitReached",
        "DuplistatusClockWrong",
        "DuplistatusConfigReloadFailed",
        "DuplistatusCollectorErrors",
        *OF_PULLS,
        *UNTOLD,
        *OF_CHANNELS,
        *OF_SEVERAL_DAEMONS,
    }
    assert {alert.name for alert in ALERTS} == {*NOW, *others}


OF_JOBS = {each.value for each in Condition}


def asking() -> dict[str, list[str]]:
    """Return the expressions of the alerts on jobs by the condition that the runbook names."""
    named = {
        alert: pages.code(condition)
        for alert, _, condition, _ in doc_hooks.rows(pages.read("docs/alerts.md"), "alerts")
    }
    found = defaultdict[str, list[str]](list)
    for alert in ALERTS:
        for word in named[f"[{alert.name}](#{pages.anchor(alert.name)})"]:
            found[word].append(alert.expression)
    return {word: expressions for word, expressions in found.items() if word in OF_JOBS}


@pytest.fixture(scope="module")
def held(history: FleetHistory) -> dict[str, Subjects]:
    """The jobs of which each condition holds at the end of the history."""
    with closing(Store(history.database)) as store:
        created = history.end - DAYS_OF_FLEET * DAY
        fleet = Fleet(SchedulePolicy(), created)
        store.follow(fleet)
        fleet.resume(store.live_runs(), history.end, created)
        found = defaultdict[str, Subjects](set)
        for view in fleet.jobs():
            for each in conditions(view, history.end):
                found[each.value].add((view.server.name, view.job.name))
    return found


@pytest.mark.parametrize("word", sorted(asking().keys() - BESIDE_REPORTS))
def test_the_alerts_of_a_condition_are_on_for_the_jobs_that_have_it(
    history: FleetHistory, held: dict[str, Subjects], word: str
) -> None:
    alerted = [subjects(history.query(each)) for each in asking()[word]]
    assert set().union(*alerted) == held[word]
    assert held[word], "the fleet has a job in every condition that has an alert"
