"""docs/alerts.md says of every alert what to do, with commands and requests that work."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from falcon.testing import TestClient

from exporter.cli import main
from tests.docs import daemon, pages
from tests.rules.rule_files import ALERTS, PROMETHEUS, Rule, load
from tests.support import doc_hooks
from tests.support.process.commands import needed

PAGE = pages.read("docs/alerts.md")

PARTS = ("Meaning", "Diagnosis", "Mitigation", "False positives", "Silencing")


def commands(program: str) -> list[list[str]]:
    """Return the words of every command of the page that calls a program."""
    return [shlex.split(line) for line in pages.command_lines(PAGE, program)]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_the_section_of_an_alert_says_everything_in_its_order(alert: Rule) -> None:
    section = pages.sections(PAGE)[alert.name]
    assert tuple(re.findall(r"^\*\*(.+?)\.\*\*", section, re.MULTILINE)) == PARTS
    assert pages.blocks(section, "bash", "promql")


def test_the_table_has_every_alert_and_its_severity() -> None:
    severities = {alert: severity for alert, severity, *_ in doc_hooks.rows(PAGE, "alerts")}
    assert severities == {
        f"[{alert.name}](#{pages.anchor(alert.name)})": alert.content["labels"]["severity"]
        for alert in ALERTS
    }


@pytest.mark.parametrize("words", commands("curl"), ids=lambda words: words[-1])
def test_a_request_is_answered(words: list[str], client: TestClient) -> None:
    url = urlsplit(words[-1])
    answer = client.simulate_get(url.path, query_string=url.query)
    assert answer.status_code == 200, answer.text


@pytest.mark.usefixtures("root_log")
@pytest.mark.parametrize("words", commands("duplistatus"), ids=" ".join)
def test_a_command_works(words: list[str], filled_database: Path, tmp_path: Path) -> None:
    copy = daemon.database_in(tmp_path)
    shutil.copy(filled_database, copy)
    unasked = ["--yes"] if "delete" in words else []
    assert main([*words[1:], *unasked, "--database", str(copy)]) == 0


def test_the_lines_for_an_own_configuration_are_those_of_the_projects() -> None:
    (block,) = pages.blocks(PAGE, "yaml")
    whole = load(PROMETHEUS / "prometheus.yml")
    shown = yaml.safe_load(block.text)
    assert shown == {key: whole[key] for key in ("rule_files", "alerting")}


def test_the_links_to_the_runbook_can_be_given_an_address(tmp_path: Path) -> None:
    (line,) = pages.command_lines(PAGE, "sed")
    shutil.copytree(PROMETHEUS, tmp_path / "deploy" / "prometheus")
    subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True)
    copied = tmp_path / "deploy" / "prometheus"
    alerts = (copied / "rules" / "alerts.yml").read_text(encoding="utf-8")
    urls = re.findall(r"runbook_url: (.*)", alerts)
    assert [urlsplit(url).hostname for url in urls] == ["git.example.org"] * len(ALERTS)
    tried = copied / "tests" / "unusual.yml"
    subprocess.run([needed("promtool"), "test", "rules", tried], check=True)
