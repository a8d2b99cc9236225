"""Alertmanager's example is valid and sends each alert where its comments say."""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.docs import pages
from tests.rules.alerting import alertmanager
from tests.rules.rule_files import ALERTMANAGER, ALERTS, ROOT, load
from tests.support.process.commands import needed

GOES_TO = {
    "critical": ["ntfy", "mail", "webhook"],
    "warning": ["mail", "webhook"],
    "info": ["webhook"],
}
SECRET_KEYS = {"smtp_auth_password", "smtp_auth_secret", "password", "credentials", "bearer_token"}


def amtool(*arguments: str | Path) -> str:
    """Run amtool, which is to be content, and return what it prints."""
    done = subprocess.run(
        [needed("amtool"), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_amtool_has_nothing_to_say() -> None:
    assert "SUCCESS" in amtool("check-config", ALERTMANAGER)


@pytest.mark.parametrize("severity", GOES_TO)
def test_the_graver_an_alert_the_more_hear_of_it(severity: str) -> None:
    told = amtool(
        "config", "routes", "test", f"--config.file={ALERTMANAGER}", f"severity={severity}"
    )
    assert told.strip().split(",") == GOES_TO[severity]


def test_every_severity_of_an_alert_has_its_receivers() -> None:
    assert {alert.content["labels"]["severity"] for alert in ALERTS} == set(GOES_TO)


def test_every_receiver_hears_of_something() -> None:
    names = {receiver["name"] for receiver in load(ALERTMANAGER)["receivers"]}
    assert names == {name for names in GOES_TO.values() for name in names}


def test_secrets_stand_in_files() -> None:
    assert _keys(load(ALERTMANAGER)) & SECRET_KEYS == set()
    assert {"smtp_auth_password_file", "credentials_file"} <= _keys(load(ALERTMANAGER))


def _keys(node: object) -> set[str]:
    if isinstance(node, dict):
        return {*node, *(key for each in node.values() for key in _keys(each))}
    return {key for each in node for key in _keys(each)} if isinstance(node, list) else set()


def test_alerts_named_by_an_inhibition_exist() -> None:
    known = {alert.name for alert in ALERTS}
    for rule in load(ALERTMANAGER)["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            named = matcher.removesuffix('"').split()[-1].removeprefix('"').split("|")
            if matcher.startswith("alertname") and named != ["Duplistatus.+"]:
                assert set(named) <= known


def test_the_runbooks_commands_work(tmp_path: Path) -> None:
    lines = pages.command_lines(pages.read("docs/alerts.md"), "amtool")
    with alertmanager("http://localhost", tmp_path) as url:
        answers = [
            amtool(*shlex.split(line.replace("http://localhost:9093", url))[1:]) for line in lines
        ]
    assert [line.split()[2] for line in lines[:2]] == ["silence", "silence"]
    assert 'server="nas" backup="Photos"' in answers[1]
