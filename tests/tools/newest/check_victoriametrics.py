"""VictoriaMetrics's programs read what is shipped, run as the documentation says."""

import shlex
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ROOT
from tests.docs import pages
from tests.rules.alerting import Receiver, Told, alertmanager, quick_configuration
from tests.support.process import reports
from tests.support.process.commands import needed
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually
from tests.tools.newest import victoriametrics

PAGE = pages.read("docs/prometheus.md")
SCRAPED = DEPLOY / "prometheus" / "prometheus.yml"
CONFIGURATIONS = sorted((DEPLOY / "prometheus").glob("*.yml"))
OF_A_CRITICAL_ONE = ("ntfy", "mail", "webhook")
PATIENCE_SECONDS = 60.0


def documented(program: str) -> list[str]:
    """Return the only command line of the page for a program, as words."""
    (line,) = pages.command_lines(PAGE, program)
    name, *words = shlex.split(line)
    return [needed(name), *words]


def run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def with_file(command: list[str], path: Path) -> list[str]:
    shown = str(SCRAPED.relative_to(ROOT))
    assert any(shown in word for word in command)
    return [word.replace(shown, str(path)) for word in command]


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.stem)
def test_a_configuration_is_read_with_the_documented_flag(path: Path) -> None:
    command = with_file(documented("vmagent"), path)
    run([*command, "-promscrape.config.dryRun"])
    (flag,) = [word for word in command if word.endswith("strictParse=false")]
    run([needed("victoria-metrics"), f"-promscrape.config={path}", flag, "-dryRun"])


def test_the_documented_scrape_configuration_needs_no_flag(tmp_path: Path) -> None:
    path = tmp_path / "scrape.yml"
    path.write_text(pages.blocks(PAGE, "yaml")[0].text, encoding="utf-8")
    command = [word for word in documented("vmagent") if "strictParse" not in word]
    run([*with_file(command, path), "-promscrape.config.dryRun"])


def test_vmalert_has_nothing_to_say_of_the_rules() -> None:
    run([*documented("vmalert"), "-dryRun"])


def test_alerts_fire_and_stay_silent_as_their_unit_tests_say() -> None:
    run(documented("vmalert-tool"))


def test_what_is_recorded_is_what_its_unit_test_says(tmp_path: Path) -> None:
    """vmalert-tool calls a test of an expression by another name."""
    text = (ROOT / "tests/rules/recorded.yml").read_text(encoding="utf-8")
    path = tmp_path / "recorded.yml"
    renamed = text.replace("promql_expr_test", "metricsql_expr_test")
    path.write_text(renamed.replace("../..", str(ROOT)), encoding="utf-8")
    (*command, files) = documented("vmalert-tool")
    assert files.startswith("--files=")
    run([*command, f"--files={path}"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as receiver:
        yield receiver


def test_an_alert_arrives_by_vmagent_victoriametrics_vmalert_and_alertmanager(
    receiver: Receiver, tmp_path: Path
) -> None:
    def told(alert: str) -> bool:
        return {Told(name, alert, "firing") for name in OF_A_CRITICAL_ONE} <= set(receiver.told)

    with (
        Daemon(tmp_path, *ANY_PORT) as exporter,
        alertmanager(receiver.url, tmp_path) as notified,
        victoriametrics.running(tmp_path) as url,
    ):
        exporter.upload(reports.documented())
        config = quick_configuration(exporter.port, notified, tmp_path)
        with _scraping(config, url, tmp_path), _evaluating(url, notified, tmp_path):
            eventually(
                lambda: told("DuplistatusBackupTooOld"), "the old backup told", PATIENCE_SECONDS
            )
            exporter.kill()
            eventually(
                lambda: told("DuplistatusExporterDown"), "the dead exporter told", PATIENCE_SECONDS
            )


def _scraping(config: Path, url: str, folder: Path) -> AbstractContextManager[str]:
    command = with_file(documented("vmagent"), config)
    moved = [word.replace("http://localhost:8428", url) for word in command]
    queue = f"-remoteWrite.tmpDataPath={folder / 'vmagent'}"
    often = "-remoteWrite.flushInterval=100ms"
    return victoriametrics.listening([*moved, queue, often], folder / "vmagent.log")


def _evaluating(url: str, notified: str, folder: Path) -> AbstractContextManager[str]:
    shown = "deploy/prometheus/rules/"
    moved = [
        word.replace(shown, f"{folder}/rules/")
        .replace("http://localhost:8428", url)
        .replace("http://localhost:9093", notified)
        for word in documented("vmalert")
    ]
    quick = ["-evaluationInterval=200ms", "-rule.evalDelay=0s", "-remoteWrite.flushInterval=100ms"]
    return victoriametrics.listening([*moved, *quick], folder / "vmalert.log")
