"""The real daemon tells real receivers: once each, whatever befalls either of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from exporter.times import now
from tests.process.test_faults import full_disk
from tests.support.process.daemon import Daemon
from tests.support.process.notified import Notifying, channel, gets, settled, titles
from tests.support.process.waiting import eventually
from tests.support.receivers import Answer, Receiver, hang, raw, receiver, receiving, status
from tests.support.reports_builder import duplicati_report

__all__ = ["receiver"]

pytestmark = pytest.mark.not_quick
FAILED = "nas / Documents failed"
RECOVERED = "Recovered: nas / Documents is no longer failing"
CANNOT_STORE = "The daemon cannot store reports"
STORES_AGAIN = "Recovered: the daemon stores reports again"
OK = status(200)


Run = Callable[..., Daemon]


@pytest.fixture
def notifying(tmp_path: Path, receiver: Receiver) -> Notifying:
    return Notifying(tmp_path, channel(receiver.url("json")))


@pytest.fixture
def run(notifying: Notifying) -> Iterator[Callable[[], Daemon]]:
    """Starts the daemon; it ends with the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(notifying.start())


def test_a_failure_and_its_end_are_told_once_each(
    notifying: Notifying, run: Run, receiver: Receiver
) -> None:
    daemon = run()
    notifying.report(daemon, "Error")
    gets(receiver, FAILED)
    notifying.report(daemon, "Success")
    gets(receiver, FAILED, RECOVERED)
    settled(daemon)
    assert titles(receiver) == [FAILED, RECOVERED]


FAULTS: dict[str, Answer] = {
    "hanging": hang,
    "500": status(500),
    "half": raw(b"HTTP/1.1 2"),
}


def test_a_kill_right_after_the_upload_loses_and_doubles_nothing(
    notifying: Notifying, run: Run, receiver: Receiver
) -> None:
    daemon = run()
    notifying.report(daemon, "Success")
    notifying.report(daemon, "Error")
    daemon.kill()
    again = run()
    gets(receiver, FAILED)
    settled(again)
    again.kill()
    settled(run())
    assert titles(receiver) == [FAILED]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_kill_while_the_channel_takes_nothing_loses_nothing(
    notifying: Notifying, run: Run, receiver: Receiver, fault: Answer
) -> None:
    receiver.answer = fault
    daemon = run()
    notifying.report(daemon, "Error")
    eventually(lambda: receiver.posts, "an attempt", 20)
    daemon.kill()
    receiver.posts.clear()
    receiver.answer = OK
    again = run()
    gets(receiver, FAILED)
    settled(again)
    assert again.stop() == 0
    settled(run())
    assert titles(receiver) == [FAILED]


def test_a_channel_that_hangs_delays_no_other_no_upload_and_no_end(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answer = hang
    with receiving() as other:
        tables = channel(receiver.url("json"), "stuck"), channel(other.url("json"), "quick")
        notifying = Notifying(tmp_path, "".join(tables))
        with notifying.start() as daemon:
            notifying.report(daemon, "Error")
            eventually(lambda: receiver.posts, "an attempt that hangs", 20)
            gets(other, FAILED)
            notifying.report(daemon, "Success")
            gets(other, FAILED, RECOVERED)
            assert len(receiver.posts) == 1
            assert children(daemon)
            found = children(daemon)
            began = time.monotonic()
            assert daemon.stop() == 0
            assert time.monotonic() - began < 8.0
            assert_gone(found)


def test_a_kill_leaves_no_process_behind(
    notifying: Notifying, run: Run, receiver: Receiver
) -> None:
    receiver.answer = hang
    daemon = run()
    notifying.report(daemon, "Error")
    eventually(lambda: receiver.posts, "an attempt that hangs", 20)
    found = children(daemon)
    assert found
    daemon.kill()
    assert_gone(found)


def children(daemon: Daemon) -> list[int]:
    """Return the processes that a daemon started."""
    tasks = Path(f"/proc/{daemon.process.pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def assert_gone(processes: list[int]) -> None:
    """Wait until no process runs any more; who adopts it in the end is no matter of ours."""

    def gone(process: int) -> bool:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        return state == "Z"

    eventually(lambda: all(map(gone, processes)), f"the end of {processes}")


def test_a_full_disk_is_told_at_once_and_so_is_its_end(tmp_path: Path, receiver: Receiver) -> None:
    notifying = Notifying(tmp_path, channel(receiver.url("json"), on='["failing", "storage"]'))
    with notifying.start() as daemon:
        notifying.report(daemon, "Success")
        settled(daemon)
        with full_disk(daemon):
            gets(receiver, CANNOT_STORE)
            assert daemon.get("/-/ready").status_code == 503
        gets(receiver, CANNOT_STORE, STORES_AGAIN)
        notifying.report(daemon, "Error")
        gets(receiver, CANNOT_STORE, STORES_AGAIN, FAILED)
        settled(daemon)
        daemon.kill()
    with notifying.start() as again:
        settled(again)
    assert titles(receiver) == [CANNOT_STORE, STORES_AGAIN, FAILED]


def test_a_failure_before_the_disk_is_full_is_told_by_then_or_after(
    notifying: Notifying, run: Run, receiver: Receiver
) -> None:
    daemon = run()
    notifying.report(daemon, "Success")
    notifying.report(daemon, "Error")
    with full_disk(daemon):
        refused = daemon.post(duplicati_report(began=now(), backup="Photos", status="Error"))
        assert refused.status_code == 503
    gets(receiver, FAILED)
    settled(daemon)
    assert titles(receiver) == [FAILED]
