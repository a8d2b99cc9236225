"""Alerts on their whole way: exporter, Prometheus, Alertmanager, receiver."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.alerting import Receiver, Told, alerting
from tests.support.process import reports
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually

OVERDUE, TOO_OLD, DOWN = (
    "DuplistatusBackupOverdue",
    "DuplistatusBackupTooOld",
    "DuplistatusExporterDown",
)
OF_A_CRITICAL_ONE = ("ntfy", "mail", "webhook")
PATIENCE_SECONDS = 20.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().serving() as receiver:
        yield receiver


def test_an_alert_arrives_until_the_exporter_is_down_and_only_that_is_told(
    receiver: Receiver, tmp_path: Path
) -> None:
    def told(alert: str) -> bool:
        return {Told(name, alert, "firing") for name in OF_A_CRITICAL_ONE} <= set(receiver.told)

    with Daemon(tmp_path, *ANY_PORT) as exporter:
        exporter.upload(reports.documented())
        with alerting(exporter.port, receiver.url, tmp_path) as alertmanager:
            eventually(lambda: told(TOO_OLD), "the old backup told", PATIENCE_SECONDS)
            eventually(lambda: alertmanager.is_inhibited(OVERDUE), "its being late not told")
            exporter.kill()
            eventually(lambda: told(DOWN), "the dead exporter told", PATIENCE_SECONDS)
            eventually(lambda: alertmanager.is_inhibited(TOO_OLD), "the old backup not told")
    assert [each for each in receiver.told if each.status != "firing"] == []
