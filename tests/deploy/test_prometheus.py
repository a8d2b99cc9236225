"""The examples for Prometheus are valid with everything that they offer, and fit the rules."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from exporter.times import HOUR
from tests.deploy.files import DEPLOY, read
from tests.docs import metrics
from tests.rules.promql import named
from tests.rules.rule_files import RECORDED, RULES
from tests.support.daemon import NOW, Daemon
from tests.support.process.commands import needed
from tests.support.reports_builder import duplicati_report

ROUTE = "/api/health"
OF_PROMETHEUS = {"up", "ALERTS", "ALERTS_FOR_STATE"}
OF_POSTGRESQL = {"duplistatus_database_reachable", "duplistatus_history_lost_total"}
"""A daemon over SQLite has none of these."""
SHARDED = yaml.safe_load(read("prometheus/sharded.yml"))
FLEET, SHARD = SHARDED["scrape_configs"]
REPLICAS = yaml.safe_load(read("prometheus/replicas.yml"))


def check(config: Path) -> None:
    """Let promtool read a configuration and every file it names."""
    done = subprocess.run(
        [needed("promtool"), "check", "config", "--lint=all", "--lint-fatal", config],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["sharded.yml", "replicas.yml"])
def test_promtool_has_nothing_to_say_of_the_other_examples(name: str) -> None:
    check(DEPLOY / "prometheus" / name)


def test_the_token_can_be_switched_on(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-of-this-test")
    switched = re.sub(
        r"^    #(?=\S|  )", "    ", read("prometheus/prometheus.yml"), flags=re.MULTILINE
    )
    shutil.copytree(DEPLOY / "prometheus" / "rules", tmp_path / "rules")
    config = tmp_path / "prometheus.yml"
    config.write_text(switched.replace("/etc/prometheus/duplistatus-token", str(token)))
    check(config)
    (scrape,) = yaml.safe_load(config.read_text())["scrape_configs"]
    assert scrape["authorization"] == {"credentials_file": str(token)}


def test_the_other_examples_follow_the_same_rules() -> None:
    whole = yaml.safe_load(read("prometheus/prometheus.yml"))
    for key in ("rule_files", "alerting"):
        assert SHARDED[key] == REPLICAS[key] == whole[key]


def test_the_fleet_of_replicas_is_scraped_once_and_their_own_counters_from_each() -> None:
    fleet, own = REPLICAS["scrape_configs"]
    assert [each["params"] for each in (fleet, own)] == [{"part": ["fleet"]}, {"part": ["daemon"]}]
    assert [len(each["static_configs"][0]["targets"]) for each in (fleet, own)] == [1, 2]
    jobs = {job for rule in RULES for job in re.findall(r'job="([\w-]+)"', rule.expression)}
    assert jobs == {each["job_name"] for each in (fleet, own)}


def _families_of_no_server() -> set[str]:
    """Return what the rules ask for that no shard has."""
    asked = {name for rule in RULES for name in named(rule.expression).series}
    described = metrics.on_the_page()
    of_jobs = {name for name, each in described.items() if "server_id" in each.labels}
    return asked - of_jobs - RECORDED - OF_PROMETHEUS


def test_a_shard_asks_for_everything_of_the_fleet_that_the_rules_ask_for() -> None:
    assert _families_of_no_server() <= set(FLEET["params"]["name[]"])


@pytest.fixture
def filled(daemon: Daemon) -> Daemon:
    for number in range(1, 4):
        daemon.upload(
            duplicati_report(began=NOW - HOUR, server=f"s{number}", machine_id=f"m-{number}")
        )
    daemon.services.self_metrics.set_channels(["phone"])
    return daemon


def _scraped(daemon: Daemon, scrape: dict[str, dict[str, list[str]]]) -> str:
    answer = daemon.client.simulate_get(ROUTE, params=scrape["params"], params_csv=False)
    assert answer.status_code == 200
    return answer.text


def test_the_fleet_is_scraped_without_any_server(filled: Daemon) -> None:
    text = _scraped(filled, FLEET)
    assert "server_id=" not in text
    asked = {*FLEET["params"]["name[]"]} - OF_POSTGRESQL
    assert all(f"# TYPE {name} " in text for name in asked)


def test_a_shard_has_its_servers_and_no_other(filled: Daemon) -> None:
    text = _scraped(filled, SHARD)
    assert {f'server="s{number}"' in text for number in (1, 2)} == {True}
    assert 'server="s3"' not in text
