"""Honest senders and readers, with the patience of Duplicati."""

import json
import random
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

from exporter.times import MINUTE, SECOND, Millis, now
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report
from tests.tools.soak.strangers.ledger import HONEST, Ledger, Reported

TRIES = 3
_BETWEEN_TRIES_SECONDS = 1.0
_PATIENCE_SECONDS = 100.0
"""As Duplicati has them."""

_BACKUP = "Documents"
_LINE = "2026-07-14 20:11:07 +02 - [Information-Uploading]: Uploading a file, part"
_LONG_LINES = 900
"""Some 80 KB: more than what finds room beside the bodies of all others in any case."""

_LONG_SHARE, _LIVE_SHARE = 0.05, 0.3

_PAGES = (
    "/metrics",
    "/metrics",
    "/",
    "/api/badge.svg",
    "/api/summary",
    "/api/jobs?overdue=true",
    "/api/backups?limit=20",
    "/-/healthy",
)
_READY = "/-/ready"


class Request(NamedTuple):
    """What is asked, and which answers are right."""

    method: str
    path: str
    body: bytes | None
    right: tuple[int, ...]


class Sender:
    """A machine with one backup, which runs again and again."""

    def __init__(self, port: int, number: int, ledger: Ledger) -> None:
        self._port = port
        self._machine = f"{HONEST}{number:02}"
        self._ledger = ledger
        self._began: Millis = 0

    def run(self, chance: random.Random) -> None:
        """Let its backup run, perhaps with live reports, and send its report."""
        reported = Reported(self._machine, self._next())
        if chance.random() < _LIVE_SHARE:
            self._send_live(reported)
        lines = _LONG_LINES if chance.random() < _LONG_SHARE else chance.randrange(30)
        request = Request("POST", "/api/upload", _report(reported, lines), (200,))
        began = time.monotonic()
        answer = insist(self._port, request, self._lose)
        if answer is not None:
            self._ledger.seconds.append(time.monotonic() - began)
            run_id = json.loads(answer)["data"]["backupId"]
            self._ledger.acknowledged.append((run_id, reported))

    def _next(self) -> Millis:
        """Return when the next run began: in a second of its own.

        A start in a whole second means any time within it, as the text report cuts it.
        """
        self._began = max(now() - MINUTE, self._began - self._began % SECOND + SECOND)
        return self._began

    def _send_live(self, reported: Reported) -> None:
        body = activity(
            began=reported.began,
            at=reported.began,
            machine_id=_machine_id(reported),
            server=reported.machine,
            backup=_BACKUP,
        )
        insist(self._port, Request("POST", "/api/activity", body, (202,)), self._lose)

    def _lose(self, why: str) -> None:
        self._ledger.lost.append(f"{self._machine}: {why}")


def read(port: int, ledger: Ledger, chance: random.Random) -> None:
    """Ask as Prometheus and people do. Not ready is right while the database is locked."""
    if chance.random() < 1 / len(_PAGES):
        request = Request("GET", _READY, None, (200, 503))
    else:
        request = Request("GET", chance.choice(_PAGES), None, (200,))
    insist(port, request, ledger.lost.append)


def insist(port: int, request: Request, lose: Callable[[str], None]) -> bytes | None:
    """Try as often as Duplicati does; return the answer, or None if it is reported as lost."""
    faults: list[str] = []
    while len(faults) < TRIES:
        try:
            status, body = _ask(port, request)
        except (OSError, HTTPException) as error:
            faults.append(f"{time.strftime('%X')} {error!r}")
        else:
            if status in request.right:
                return body
            faults.append(f"{time.strftime('%X')} {status} {body[:200]!r}")
        time.sleep(_BETWEEN_TRIES_SECONDS)
    lose(f"{request.path}: {', '.join(faults)}")
    return None


def _ask(port: int, request: Request) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request(request.method, request.path, request.body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _report(reported: Reported, lines: int) -> bytes:
    return duplicati_report(
        began=reported.began,
        duration=SECOND,
        server=reported.machine,
        machine_id=_machine_id(reported),
        backup=_BACKUP,
        lines=tuple(f"{_LINE} {line}" for line in range(lines)),
    )


def _machine_id(reported: Reported) -> str:
    return f"id-of-{reported.machine}"
