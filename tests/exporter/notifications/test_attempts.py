"""Attempts with real receivers, and every fault of theirs."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from exporter.config.notifications import SecretUrl
from exporter.model.notifications import MessageKind
from exporter.notifications.attempts import STOPPED, Sender
from tests.exporter.notifications.messages import message
from tests.support.duplicati.certificate import Certificate
from tests.support.process.commands import needed
from tests.support.process.ports import free_port
from tests.support.process.waiting import eventually
from tests.support.receivers import (
    Answer,
    Receiver,
    drip,
    flood,
    hang,
    raw,
    receiving,
    status,
)

pytestmark = pytest.mark.not_quick
ROOT = Path(__file__).parents[3]
TITLE, TEXT = "Ünï «nas» is overdue", "line 1\nline 2 <b>&amp; 🦆 :smile:"


def run(program: str, limit: float = 10.0, text: str = TEXT) -> str | None:
    """Attempt with a program of a test in the place of the real one."""
    sender = Sender(limit, (sys.executable, "-c", program))
    return sender(SecretUrl("json://127.0.0.1/x"), message(TITLE, text))


def test_a_webhook_gets_title_and_text_as_they_are(receiver: Receiver) -> None:
    assert Sender()(receiver.url("json"), message(TITLE, TEXT, "<p>no mail</p>")) is None
    (post,) = receiver.posts
    assert (post.json["title"], post.json["message"]) == (TITLE, TEXT)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (MessageKind.ALERT, "failure"),
        (MessageKind.RECOVERY, "success"),
        (MessageKind.DIGEST, "info"),
    ],
)
def test_a_service_gets_to_know_whether_it_is_bad_news(
    receiver: Receiver, kind: MessageKind, shown: str
) -> None:
    assert Sender()(receiver.url("json"), replace(message(), kind=kind)) is None
    (post,) = receiver.posts
    assert post.json["type"] == shown


def test_ntfy_gets_what_its_server_understands(receiver: Receiver) -> None:
    """As https://docs.ntfy.sh/publish/#publish-as-json has it; no picture comes from elsewhere."""
    assert Sender()(receiver.url("ntfy", "backups"), message(TITLE, TEXT)) is None
    (post,) = receiver.posts
    assert post.path == "/"
    assert post.json == {"topic": "backups", "title": TITLE, "message": TEXT}
    assert "X-Icon" not in post.headers


def test_each_of_several_topics_is_told_without_a_pause(receiver: Receiver) -> None:
    assert Sender(5.0)(receiver.url("ntfy", "one/two/three"), message()) is None
    assert {post.json["topic"] for post in receiver.posts} == {"one", "two", "three"}


def test_a_title_is_one_line(receiver: Receiver) -> None:
    hostile = "a\r\nX-Click: http://evil.example\x00\N{LINE SEPARATOR}b\ud800"
    assert Sender()(receiver.url("ntfy", "backups"), message(hostile, "\ud800")) is None
    (post,) = receiver.posts
    assert post.json["title"] == "a X-Click: http://evil.example b"
    assert post.json["message"] == "?"


def test_a_long_text_is_cut_where_the_service_would_refuse_it(receiver: Receiver) -> None:
    assert Sender()(receiver.url("ntfy", "backups"), message("t", "word " * 100_000)) is None
    (post,) = receiver.posts
    assert 1_000 < len(post.json["message"]) < 10_000


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(401), "401"),
        (status(413), "413"),
        (status(500), "500"),
        (raw(b""), "aborted"),
        (
            raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
            "4 bytes read, 96 more expected",
        ),
        (raw(b"HTTP/1.1 2"), "BadStatusLine"),
        (raw(b"\x00\xff garbage"), "BadStatusLine"),
        (flood, "not accepted: "),
    ],
)
def test_a_fault_is_told(receiver: Receiver, answer: Answer, told: str) -> None:
    receiver.answer = answer
    error = Sender()(receiver.url("json", "very-secret"), message())
    assert error is not None
    assert told in error
    assert "very-secret" not in error
    assert len(error) <= 300


def test_nobody_listens() -> None:
    url = SecretUrl(f"json://anna:very-secret@127.0.0.1:{free_port()}/very-secret")
    error = Sender()(url, message())
    assert error is not None
    assert error.endswith("[Errno 111] Connection refused")
    assert "very-secret" not in error


@pytest.mark.parametrize("answer", [hang, drip])
def test_what_takes_too_long_is_ended(receiver: Receiver, answer: Answer) -> None:
    receiver.answer = answer
    began = time.monotonic()
    error = Sender(1.5)(receiver.url("json", "x?rto=60"), message())
    assert error == "took longer than 1.5 seconds"
    assert 1.5 <= time.monotonic() - began < 5.0


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Certificate) -> None:
    with receiving(certificate) as secure:
        error = Sender()(secure.url("jsons", "very-secret"), message())
        assert error is not None
        assert "CERTIFICATE_VERIFY_FAILED" in error
        assert "very-secret" not in error
        assert secure.posts == []
        assert Sender()(secure.url("jsons", "x?verify=no"), message()) is None


@pytest.mark.parametrize(
    "address", ["nope://very-secret/x", "very-secret", "json://", "tgram://very-secret"]
)
def test_an_unknown_address_is_told_without_it(address: str) -> None:
    error = Sender()(SecretUrl(address), message())
    assert error is not None
    assert error.startswith("Apprise does not know this kind of address")
    assert "very" not in error


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("raise SystemExit(3)", "the process that sends it ended with exit code 3 and no answer"),
        ("print('no JSON')", "the process that sends it ended with exit code 0 and no answer"),
        ("print([1])", "the process that sends it ended with exit code 0 and no answer"),
        (
            "import os; os.kill(os.getpid(), 11)",
            "the process that sends it was ended by signal 11, for example for want of memory",
        ),
    ],
)
def test_a_crash_is_told(program: str, told: str) -> None:
    assert run(program) == told


def test_a_crash_before_all_was_handed_over_is_told() -> None:
    more_than_a_pipe_holds = "x" * 300_000
    told = run("raise SystemExit(3)", text=more_than_a_pipe_holds)
    assert told == "the process that sends it ended with exit code 3 and no answer"


def test_an_answer_without_an_end_is_not_read_to_it() -> None:
    assert run("while True: print('x' * 65536)") is not None


def test_what_it_started_is_ended_with_it() -> None:
    started = "import subprocess, sys; print(1); subprocess.run(['sleep', '60'])"
    assert run(started, limit=0.5) == "took longer than 0.5 seconds"


def test_no_process_can_be_started() -> None:
    sender = Sender(program=("/nowhere/python",))
    error = sender(SecretUrl("json://127.0.0.1/x"), message())
    assert error == "no process could be started to send it: No such file or directory"


def test_without_apprise_it_is_said_what_to_install() -> None:
    """Without the site's packages, as where the extra is not installed."""
    sender = Sender(program=(sys.executable, "-S", "-m", "exporter.notifications.sender"))
    error = sender(SecretUrl("json://127.0.0.1/x"), message())
    assert error == "the extra is not installed: install duplistatus-exporter[notify]"


def test_where_the_system_lets_nobody_set_limits_it_is_sent_nevertheless(
    receiver: Receiver,
) -> None:
    """The unit has a filter of system calls, ``~@resources``, that answers EPERM."""
    calls = "setpriority,prlimit64,setrlimit"
    traced = ("-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}")
    refused = (needed("strace"), *traced, "-e", f"inject={calls}:error=EPERM")
    sender = Sender(30.0, (*refused, sys.executable, "-m", "exporter.notifications.sender"))
    assert sender(receiver.url("json"), message()) is None
    assert len(receiver.posts) == 1


def test_an_attempt_in_flight_can_be_ended(receiver: Receiver) -> None:
    receiver.answer = hang
    sender = Sender()
    errors: list[str | None] = []
    url = receiver.url("json")
    thread = threading.Thread(target=lambda: errors.append(sender(url, message())))
    thread.start()
    eventually(lambda: receiver.posts, "the request")
    sender.abort()
    thread.join(5)
    assert errors == [STOPPED]
    assert sender(url, message()) == STOPPED
    assert len(receiver.posts) == 1


SHOWING = """
import json, os, sys
sys.stdin.readline()
print(json.dumps({"ok": False, "came_back": " ".join(sorted(os.listdir("/proc/self/fd")))}))
"""


def test_it_inherits_no_descriptor_and_no_terminal() -> None:
    read_end, write_end = os.pipe()
    os.set_inheritable(read_end, True)  # noqa: FBT003 - its only argument
    try:
        assert run(SHOWING) == "0 1 2 3"  # 3 is the folder that is listed
    finally:
        os.close(read_end)
        os.close(write_end)
    session = "import json, os; print(json.dumps({'came_back': os.getsid(0) == os.getpid()}))"
    assert run(session) == "True"


PARENT = """
import sys
from exporter.config.notifications import SecretUrl
from exporter.model.notifications import Message, MessageKind
from exporter.notifications.attempts import Sender
Sender()(SecretUrl(sys.argv[1]), Message("phone", MessageKind.ALERT, 0, "title", "text"))
"""


def _senders(url: str) -> list[int]:
    """Return the processes that send, of those whose parent a test started; none has the URL."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes()
            variables = (folder / "environ").read_bytes()
        except OSError:
            continue
        if (
            b"exporter.notifications.sender" in arguments
            and b"OF_TEST=" + url.encode() in variables
        ):
            assert url.encode() not in arguments
            found.append(int(folder.name))
    return found


@pytest.fixture
def parent(receiver: Receiver) -> Callable[[], "subprocess.Popen[bytes]"]:
    """Start a process with an attempt that hangs."""
    receiver.answer = hang

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-c", PARENT, receiver.url("json").secret],
            env={**os.environ, "OF_TEST": str(receiver.port), "PYTHONPATH": str(ROOT)},
        )

    return start


def test_it_ends_with_a_parent_that_is_killed(
    receiver: Receiver, parent: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    with parent() as process:
        eventually(lambda: receiver.posts, "the request")
        (child,) = _senders(str(receiver.port))
        assert os.getpriority(os.PRIO_PROCESS, child) == min(
            os.getpriority(os.PRIO_PROCESS, process.pid) + 10, 19
        )
        process.send_signal(signal.SIGKILL)
    eventually(lambda: not _senders(str(receiver.port)), "the end of the child", seconds=5.0)
