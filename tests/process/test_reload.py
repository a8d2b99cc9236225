"""The real daemon takes another configuration while it serves, whole or not at all."""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from exporter.times import MINUTE, now
from tests.support.process import reports
from tests.support.process.commands import BOUND_SECONDS, run
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.notified import Notifying, channel, gets
from tests.support.process.waiting import eventually
from tests.support.receivers import Receiver, receiver, receiving
from tests.support.reports_builder import duplicati_report

__all__ = ["receiver"]

pytestmark = pytest.mark.not_quick
ADMIN = "admin-token-5d1f90"
OTHER_ADMIN = "admin-token-77e2ab"
SUCCESSFUL = "duplistatus_config_last_reload_successful"
OVERDUE = "duplistatus_overdue_backups"
FAILED = "nas / Documents failed"
RELOADS = 100
SENDERS = 4


class Configured:
    """A daemon in a folder that follows a file; its admin token is in the file, too."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.file = folder / "duplistatus.toml"
        self.write(*lines)
        self.daemon = Daemon(folder, *ANY_PORT, "--config", str(self.file))

    def write(self, *lines: str, admin: str = ADMIN) -> None:
        written = "\n".join([f'admin_token = "{admin}"', *lines])
        self.file.write_text(written, encoding="utf-8")

    def reload(self, admin: str = ADMIN) -> requests.Response:
        return requests.post(
            f"{self.daemon.url}/-/reload",
            headers={"Authorization": f"Bearer {admin}"},
            timeout=4 * BOUND_SECONDS,
        )

    def metric(self, name: str) -> float:
        lines = self.daemon.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    def post(self, number: int, token: str) -> int:
        """Post a report of a backup of this number; return the status of the answer."""
        body = reports.documented(backup=f"backup-{number}")
        return self.daemon.post(body, params={"token": token}).status_code


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[Configured]:
    made = Configured(tmp_path)
    with made.daemon:
        yield made


def test_sighup_applies_another_tolerance_at_once(configured: Configured) -> None:
    configured.daemon.upload(duplicati_report(began=now() - MINUTE, duration=1000))
    assert configured.metric(OVERDUE) == 0
    configured.write('expected_interval = "1s"', 'tolerance = "1s"')
    configured.daemon.signal(signal.SIGHUP)
    eventually(lambda: configured.metric(OVERDUE) == 1, "an overdue backup")
    assert configured.daemon.data("/api/status")["conditions"]["overdue"] == 1


def test_what_is_expected_is_declared_at_a_start_and_by_a_reload(tmp_path: Path) -> None:
    jobs = "duplistatus_backup_jobs"
    table = '[[expect]]\nserver = "{}"\nbackup = "Photos"\nschedule = "every 12h"'
    configured = Configured(tmp_path, table.format("nas"))
    with configured.daemon:
        eventually(lambda: configured.metric(jobs) == 1, "an expected backup")
        configured.write(table.format("nas"), table.format("laptop"))
        assert configured.reload().status_code == 200
        eventually(lambda: configured.metric(jobs) == 2, "another one")
        ran = duplicati_report(began=now() - MINUTE, backup="Photos", server="nas")
        configured.daemon.upload(ran)
        told = {each["server"]: each for each in configured.daemon.data("/api/jobs")["jobs"]}
        assert {name: job["conditions"] for name, job in told.items()} == {
            "nas": ["fine"],
            "laptop": ["waiting"],
        }
        assert [job["schedule"] for job in told.values()] == ["every 12h"] * 2
        configured.write()
        assert configured.reload().status_code == 200
        left = configured.daemon.data("/api/jobs")["jobs"]
        assert [job["schedule"] for job in left] == ["auto"] * 2


def test_of_a_configuration_with_faults_each_is_named_and_nothing_is_used(
    configured: Configured,
) -> None:
    loaded = configured.metric("duplistatus_config_last_reload_success_timestamp_seconds")
    configured.write('tolerance = "soon"', "nonsense = 1", 'read_tokens = "x"', admin=OTHER_ADMIN)
    answer = configured.reload()
    assert answer.status_code == 400
    told = " ".join(each["message"] for each in answer.json()["details"])
    assert len(answer.json()["details"]) == 3
    assert all(word in told for word in ("nonsense", "tolerance", "read_tokens"))
    assert configured.metric(SUCCESSFUL) == 0
    assert configured.reload(OTHER_ADMIN).status_code == 403
    (fault,) = configured.daemon.data("/api/status")["daemon"]
    assert fault["condition"] == "config"
    assert "The configuration cannot be used" in configured.daemon.get("/").text
    events = [each for each in configured.daemon.events() if each["level"] == "error"]
    assert [each["event"] for each in events] == ["configuration refused"] * 3
    configured.write()
    assert configured.reload().status_code == 200
    assert configured.metric(SUCCESSFUL) == 1
    loaded_again = configured.metric("duplistatus_config_last_reload_success_timestamp_seconds")
    assert loaded_again > loaded
    assert configured.daemon.data("/api/status")["daemon"] == []


def test_what_needs_a_restart_refuses_all_that_changed_with_it(configured: Configured) -> None:
    configured.write('database = "other.sqlite"', "max_requests = 17", "page = false")
    answer = configured.reload()
    assert answer.status_code == 400
    messages = [each["message"] for each in answer.json()["details"]]
    assert [each.split()[0] for each in messages] == ["database", "max_requests"]
    assert all("restart" in each for each in messages)
    assert configured.daemon.get("/jobs").status_code == 200, "the page is still there"


def test_another_admin_token_is_the_only_one_and_ends_the_sessions_of_the_old_one(
    configured: Configured,
) -> None:
    url, closed = configured.daemon.url, 'read_tokens = "read-token-0b7c31"'
    configured.write(closed)
    assert configured.reload().status_code == 200
    with requests.Session() as person:
        person.post(f"{url}/sign-in", data={"token": ADMIN}, timeout=BOUND_SECONDS)
        assert configured.reload().status_code == 200
        assert person.get(url, timeout=BOUND_SECONDS).status_code == 200
        configured.write(closed, admin=OTHER_ADMIN)
        assert configured.reload().status_code == 200
        assert person.get(url, timeout=BOUND_SECONDS).status_code == 401
    assert configured.reload().status_code == 403
    assert configured.reload(OTHER_ADMIN).status_code == 200


def test_who_reloaded_is_in_the_audit_log(configured: Configured) -> None:
    configured.write(admin=f"{ADMIN} Kim")
    assert configured.reload().status_code == 200
    assert configured.reload().status_code == 200
    answer = configured.daemon.get("/api/audit", Authorization=f"Bearer {ADMIN}")
    entries = answer.json()["data"]["audit"]
    assert [(each["what"], each["who"]) for each in entries] == [
        ("config.reload", "Kim"),
        ("config.reload", "admin"),
    ]


def test_no_upload_is_lost_while_tokens_come_and_go(configured: Configured) -> None:
    """One token stays and one comes and goes: the answers are those of one of both files."""
    kept, other = "upload-token-that-stays", "upload-token-that-goes"
    files = (f'upload_tokens = ["{kept}", "{other}"]', f'upload_tokens = ["{kept}"]')
    configured.write(files[1])
    assert configured.reload().status_code == 200
    stopping = threading.Event()

    def send(sender: int) -> list[tuple[str, int]]:
        answers: list[tuple[str, int]] = []
        while not stopping.is_set():
            token = (kept, other)[len(answers) % 2]
            number = sender * 100_000 + len(answers)
            answers.append((token, configured.post(number % 250 + sender * 250, token)))
        return answers

    with ThreadPoolExecutor(SENDERS) as pool:
        sending = [pool.submit(send, number) for number in range(SENDERS)]
        try:
            for number in range(RELOADS):
                configured.write(files[number % 2])
                assert configured.reload().status_code == 200
        finally:
            stopping.set()
        answers = [answer for each in sending for answer in each.result()]
    assert {status for token, status in answers if token == kept} == {200}
    assert {status for token, status in answers if token == other} <= {200, 401, 403}
    taken = sum(status == 200 for _, status in answers)
    counted = configured.daemon.get("/metrics").text
    uploads = [line for line in counted.splitlines() if line.startswith("duplistatus_uploads_tot")]
    stored = {line.split('"')[1]: float(line.split()[1]) for line in uploads}
    assert stored["recorded"] + stored["duplicate"] == taken
    assert stored["failed"] == stored["rejected"] == 0
    assert configured.post(1, other) in (401, 403)
    assert configured.post(1, kept) == 200


def test_those_who_ask_at_once_are_all_answered(configured: Configured) -> None:
    configured.write('timezone = "Europe/Berlin"')
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(configured.reload) for _ in range(8)]
        for _ in range(20):
            configured.daemon.signal(signal.SIGHUP)
        assert [each.result().status_code for each in asking] == [200] * 8
    done = [
        each for each in configured.daemon.events() if each["event"] == "configuration reloaded"
    ]
    assert 1 <= len(done) <= 28
    assert configured.daemon.get("/-/ready").status_code == 200


def test_a_reload_does_not_keep_the_daemon_from_stopping(configured: Configured) -> None:
    configured.write('tolerance = "3h"')
    configured.daemon.signal(signal.SIGHUP)
    configured.daemon.signal(signal.SIGTERM)
    configured.daemon.signal(signal.SIGHUP)
    assert configured.daemon.wait() == 0


def test_below_a_prefix_that_a_reload_brings_the_daemon_answers(configured: Configured) -> None:
    configured.write('route_prefix = "/backups"')
    assert configured.reload().status_code == 200
    below = requests.post(
        f"{configured.daemon.url}/backups/-/reload",
        headers={"Authorization": f"Bearer {ADMIN}"},
        timeout=BOUND_SECONDS,
    )
    assert below.status_code == 200
    assert configured.daemon.get("/backups/metrics").status_code == 200


def test_the_command_reloads_a_running_daemon_and_prints_each_fault(
    configured: Configured, tmp_path: Path
) -> None:
    variables = {"DUPLISTATUS_ADMIN_TOKEN": ADMIN}
    done = run("reload", folder=tmp_path, variables=variables)
    assert (done.returncode, done.stdout) == (0, "The configuration is reloaded.\n"), done.stderr
    configured.write('tolerance = "soon"', "nonsense = 1")
    refused = run("reload", folder=tmp_path, variables=variables)
    assert refused.returncode == 2
    assert "nonsense" in refused.stderr
    assert "tolerance" in refused.stderr


def test_a_message_goes_to_the_channel_that_a_reload_brings(
    tmp_path: Path, receiver: Receiver
) -> None:
    notifying = Notifying(tmp_path, channel(receiver.url("json")))
    with ExitStack() as stack:
        other = stack.enter_context(receiving())
        daemon = stack.enter_context(notifying.start())
        notifying.report(daemon, "Error")
        gets(receiver, FAILED)
        path = tmp_path / "told.toml"
        path.write_text(channel(other.url("json"), "other"), encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        daemon.wait_for_event("configuration reloaded")
        gets(other, FAILED)  # a channel that is new is told of what lasts
        notifying.report(daemon, "Error", "Photos")
        gets(other, FAILED, "nas / Photos failed")
        assert len(receiver.posts) == 1
        assert 'channel="other"' in daemon.get("/metrics").text
        assert 'channel="hook"' not in daemon.get("/metrics").text


def test_channels_that_stay_go_on_undisturbed(tmp_path: Path, receiver: Receiver) -> None:
    notifying = Notifying(tmp_path, channel(receiver.url("json")))
    with notifying.start() as daemon:
        notifying.report(daemon, "Error")
        gets(receiver, FAILED)
        path = tmp_path / "told.toml"
        path.write_text(f'tolerance = "2h"\n{notifying.config}', encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        daemon.wait_for_event("configuration reloaded")
        sent = 'duplistatus_notifications_total{channel="hook",outcome="sent"} 1.0'
        assert sent in daemon.get("/metrics").text
        notifying.report(daemon, "Error", "Photos")
        gets(receiver, FAILED, "nas / Photos failed")
