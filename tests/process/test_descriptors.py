"""The files that a daemon may open: as many as the system allows, and what happens without any."""

import resource
import socket
from contextlib import ExitStack
from pathlib import Path

from tests.process.conftest import Start
from tests.support.process import raw
from tests.support.process.commands import program
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually

ASK = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"
FILES = resource.RLIMIT_NOFILE


def limits(daemon: Daemon) -> tuple[int, int]:
    return resource.prlimit(daemon.process.pid, FILES)


def open_files(daemon: Daemon) -> int:
    return sum(1 for _ in Path(f"/proc/{daemon.process.pid}/fd").iterdir())


def processor_ticks(daemon: Daemon) -> int:
    fields = Path(f"/proc/{daemon.process.pid}/stat").read_text(encoding="utf-8").split()
    return int(fields[13]) + int(fields[14])


def test_the_soft_limit_is_raised_to_the_hard_one(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(FILES)
    command = ["sh", "-c", 'ulimit -Sn 256 && exec "$0" "$@"', program()]
    with Daemon(tmp_path, *ANY_PORT, command=command) as daemon:
        assert limits(daemon) == (hard, hard)


def test_connections_are_bounded_by_the_files_that_are_left(tmp_path: Path) -> None:
    command = ["sh", "-c", 'ulimit -n 256 && exec "$0" "$@"', program()]
    with Daemon(tmp_path, *ANY_PORT, command=command) as daemon, ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(raw.connect(daemon))
        eventually(lambda: "connection limit" in str(daemon.events()), "the bound reached")
        assert open_files(daemon) < 256 // 2
        stack.close()
        assert daemon.get("/-/ready").status_code == 200


def test_without_a_descriptor_connections_wait_and_nothing_spins(start: Start) -> None:
    daemon = start()
    before = limits(daemon)
    _, ticks = daemon.get("/-/ready"), processor_ticks(daemon)
    resource.prlimit(daemon.process.pid, FILES, (open_files(daemon) + 2, before[1]))
    with ExitStack() as stack:
        asking: list[socket.socket] = []
        for _ in range(8):
            asking.append(stack.enter_context(raw.connect(daemon)))
            asking[-1].sendall(ASK)
        daemon.wait_for_event("connections wait")
        answered = [raw.receive(each).status for each in asking[:2]]
        resource.prlimit(daemon.process.pid, FILES, before)
        answered += [raw.receive(each).status for each in asking[2:]]
    assert answered == [200] * len(asking)
    told = [event for event in daemon.events() if event["level"] != "info"]
    assert [event["event"] for event in told] == ["connections wait"]
    assert processor_ticks(daemon) - ticks < 100
