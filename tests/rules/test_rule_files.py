"""The rules are valid, tried, explained, and about what the exporter has."""

import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import promql_parser as promql
import pytest

from tests.docs import metrics, pages
from tests.rules.promql import Named, kept, named, nodes
from tests.rules.rule_files import (
    ALERTS,
    PROMETHEUS,
    RECORDED,
    RECORDED_TEST,
    RULE_FILES,
    RULES,
    UNIT_TESTS,
    Rule,
    load,
)
from tests.support.process.commands import needed

RUNBOOK = "docs/alerts.md"
PUBLISHED = "https://github.com/duplistatus/exporter/blob/main/"
OF_PROMETHEUS = {"up"}
TARGET_LABELS = {"job", "instance"}
OF_KUBERNETES = {"pod"}
MAX_RAW_RANGE = timedelta(hours=6)


def promtool(*arguments: str | Path) -> None:
    """Run promtool and show what it says where it is not content."""
    done = subprocess.run(
        [needed("promtool"), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_has_nothing_to_say() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", *RULE_FILES)


def test_the_configuration_names_the_files_that_there_are() -> None:
    config = PROMETHEUS / "prometheus.yml"
    promtool("check", "config", "--lint=all", "--lint-fatal", config)
    assert {PROMETHEUS / name for name in load(config)["rule_files"]} == set(RULE_FILES)


@pytest.mark.parametrize("path", [*UNIT_TESTS, RECORDED_TEST], ids=lambda path: path.stem)
def test_alerts_fire_and_stay_silent_as_their_unit_tests_say(path: Path) -> None:
    promtool("test", "rules", path)


def test_the_unit_tests_of_alerts_are_such_as_vmalert_tool_reads_too() -> None:
    known = {"name", "interval", "input_series", "alert_rule_test"}
    assert {key for path in UNIT_TESTS for test in load(path)["tests"] for key in test} == known


def cases() -> Iterator[tuple[str, bool]]:
    """Yield the alert of each case of the unit tests, and whether it fires there."""
    for path in UNIT_TESTS:
        for test in load(path)["tests"]:
            for case in test["alert_rule_test"]:
                yield case["alertname"], bool(case.get("exp_alerts"))


def test_every_alert_has_a_firing_and_a_silent_case() -> None:
    assert set(cases()) == {(alert.name, fires) for alert in ALERTS for fires in (True, False)}


def test_no_two_rules_have_one_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_the_projects_prefix(rule: Rule) -> None:
    pattern = r"Duplistatus([A-Z][a-z]+)+" if rule.is_alert else r"duplistatus:\w+:\w+"
    assert re.fullmatch(pattern, rule.name)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_says_how_grave_it_is_and_what_it_means(alert: Rule) -> None:
    assert alert.content["labels"].keys() == {"severity"}
    assert alert.content["labels"]["severity"] in ("critical", "warning", "info")
    assert alert.content["annotations"].keys() == {"summary", "description", "runbook_url"}


def _until_down_is_told() -> timedelta:
    (down,) = [alert for alert in ALERTS if alert.name == "DuplistatusExporterDown"]
    windows = [node for node in nodes(down.expression) if isinstance(node, promql.MatrixSelector)]
    assert len(windows) == 1
    return windows[0].range / 2 + promql.parse_duration(down.content["for"])


@pytest.mark.parametrize(
    "alert",
    [alert for alert in ALERTS if "$labels.backup" in alert.content["annotations"]["summary"]],
    ids=lambda alert: alert.name,
)
def test_an_alert_on_a_job_outlives_its_series_until_the_exporter_is_told_of(alert: Rule) -> None:
    """Else "resolved" would be sent while nothing is known; scrapes and evaluations take time."""
    kept_for = promql.parse_duration(alert.content["keep_firing_for"])
    assert kept_for >= _until_down_is_told() + timedelta(minutes=3)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_leads_to_its_section_of_the_runbook(alert: Rule) -> None:
    page, _, anchor = alert.content["annotations"]["runbook_url"].partition("#")
    assert (page, anchor) == (PUBLISHED + RUNBOOK, pages.anchor(alert.name))
    assert alert.name in pages.sections(pages.read(RUNBOOK))


def _of_the_page() -> Named:
    families = metrics.on_the_page()
    labels = {label for family in families.values() for label in family.labels}
    return Named(frozenset(families), frozenset(labels))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_only_what_is_documented(rule: Rule) -> None:
    documented, asked = _of_the_page(), named(rule.expression)
    assert asked.series - documented.series - RECORDED - OF_PROMETHEUS == set()
    assert asked.labels - documented.labels - TARGET_LABELS - OF_KUBERNETES == set()
    told = " ".join(rule.content.get("annotations", {}).values())
    assert set(re.findall(r"\$labels\.(\w+)", told)) <= documented.labels | TARGET_LABELS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_keeps_exporters_apart(rule: Rule) -> None:
    assert [labels for labels in kept(rule.expression) if not labels >= TARGET_LABELS] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_days_are_read_from_hourly_samples(rule: Rule) -> None:
    """A scrape every 30 seconds of 10,000 jobs leaves 200 million samples of one family a week."""
    for node in nodes(rule.expression):
        if isinstance(node, promql.MatrixSelector) and node.range > MAX_RAW_RANGE:
            assert (node.vector_selector.name or "").endswith(":hourly")


def test_every_recorded_series_is_used_by_a_rule() -> None:
    assert {name for rule in RULES for name in named(rule.expression).series} >= RECORDED
