"""A fleet with every condition, and how a browser asks for pages."""

from collections.abc import Callable, Iterator

import pytest

from exporter.model import Copying, CopyOutcome, SecondCopy, Status, unnamed
from exporter.model.listed import BackupList, ListedBackup
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.live import activity
from tests.support.pages import Document
from tests.support.recording import USUAL, record
from tests.support.reports_builder import duplicati_report

Look = Callable[..., Document]

LAST = NOW - 2 * HOUR
EVERY = {
    "absent": "overdue",
    "broken": "failing",
    "rotten": "damaged",
    "forsaken": "stale",
    "silent": "stalled",
    "unheard": "unreported",
    "stopped": "interrupted",
    "emptied": "shrinking",
    "crammed": "filling",
    "uncopied": "second_copy",
    "deleted": "gone",
    "(unnamed) s3": "unnamed",
    "hectic": "unusual",
    "grumbling": "warning",
    "busy": "running",
    "begun": "waiting",
    "hushed": "muted",
    "resting": "paused",
    "unscheduled": "off",
    "quiet": "fine",
}
"""The jobs of the fleet by the condition of each; the worst comes first."""


def show(daemon: Daemon, path: str = "/", **parameters: object) -> Document:
    """Return a page that is there."""
    answer = daemon.client.simulate_get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return Document(answer)


@pytest.fixture
def look(daemon: Daemon) -> Look:
    return lambda path="/", **parameters: show(daemon, path, **parameters)


def daily(
    daemon: Daemon, name: str, *, last: Millis = LAST, server: str = "nas", **end: object
) -> None:
    """Let a job run for five days; `end` is what is other in its last run."""
    usual = {"data": {"SizeOfExaminedFiles": USUAL}}
    for day in range(4, -1, -1):
        told = usual if day else {**usual, **end}
        body = duplicati_report(
            began=last - day * DAY,
            backup=name,
            server=server,
            machine_id=f"id of {server}",
            **told,
        )
        daemon.upload(body)


def hear(daemon: Daemon, name: str, began: Millis, at: Millis, **told: object) -> None:
    """Let a live report come, when it was sent."""
    present, daemon.clock.now = daemon.clock.now, at
    body = activity(began=began, at=at, backup=name, machine_id="id of nas", **told)  # type: ignore[arg-type] # by name
    assert daemon.client.simulate_post("/api/activity", body=body).status_code == 202
    daemon.live_reports.run_once()
    daemon.clock.now = present


def delete_in_duplicati(daemon: Daemon, name: str) -> None:
    """Let the list of a server's backups have a job, and later no more."""
    for number, at in (("DB-7", LAST), ("DB-8", NOW - HOUR)):
        backup = ListedBackup(number, name if number == "DB-7" else "another")
        daemon.store.note_list(BackupList("https://nas.example", "id of nas", (backup,)), at)


def change(daemon: Daemon, name: str, **settings: object) -> None:
    """Change what holds for a job."""
    (job_id,) = [job["id"] for job in daemon.get("/api/jobs")["jobs"] if job["name"] == name]
    answer = daemon.client.simulate_patch(
        f"/api/jobs/{job_id}",
        json=settings,
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="package")
def fleet_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Return a daemon with a job of each condition, on two servers; only to be looked at."""
    with Daemon(tmp_path_factory.mktemp("all")) as daemon:
        fill_with_all(daemon)
        yield daemon


@pytest.fixture
def look_at_all(fleet_of_all: Daemon) -> Look:
    return lambda path="/", **parameters: show(fleet_of_all, path, **parameters)


def fill_with_all(daemon: Daemon) -> None:
    problem = {"Key": "a.zip.aes", "Value": ["is missing"]}
    tested = {
        "EndTime": format_timestamp(LAST),
        "ParsedResult": "Error",
        "Verifications": [problem],
    }
    tested_badly = {"SizeOfExaminedFiles": USUAL, "TestResults": tested}
    daily(daemon, "absent", last=LAST - 2 * DAY, server="laptop")
    daily(daemon, "broken", status="Error")
    daily(daemon, "rotten", data=tested_badly)
    for day in range(5, -1, -1):
        ended = Status.SUCCESS if day == 5 else Status.INTERRUPTED
        record(daemon, "forsaken", LAST - day * DAY, ended)
    daily(daemon, "silent")
    daily(daemon, "unheard")
    daily(daemon, "stopped", last=LAST - DAY)
    record(daemon, "stopped", LAST, Status.INTERRUPTED, reason="the script said: not now")
    copied = SecondCopy("s3://bucket/copy", LAST - 2 * DAY + MINUTE, Status.SUCCESS, 7, USUAL, 0)
    record(daemon, "uncopied", LAST - 2 * DAY, copying=Copying(CopyOutcome.COPIED, (copied,)))
    missed = Copying(CopyOutcome.MISSED)
    for day in (1, 0):
        record(daemon, "uncopied", LAST - day * DAY, copying=missed)
    record(daemon, unnamed("s3"), LAST, Status.SUCCESS)
    daily(daemon, "emptied", data={"SizeOfExaminedFiles": USUAL // 5})
    daily(daemon, "crammed", backend={"FreeQuotaSpace": USUAL, "TotalQuotaSpace": 40 * USUAL})
    daily(daemon, "hectic", duration=90 * MINUTE)
    daily(daemon, "grumbling", status="Warning")
    daily(daemon, "busy")
    daily(daemon, "hushed")
    daily(daemon, "resting")
    daily(daemon, "unscheduled")
    daily(daemon, "quiet", server="laptop")
    daily(daemon, "deleted")
    delete_in_duplicati(daemon, "deleted")
    hear(daemon, "silent", NOW - HOUR, NOW - 20 * MINUTE)
    hear(daemon, "unheard", NOW - HOUR, NOW - 20 * MINUTE, status="Completed")
    hear(daemon, "busy", NOW - HOUR, NOW - MINUTE, done=0.25)
    hear(daemon, "begun", NOW - HOUR, NOW - MINUTE, status="Completed")
    change(daemon, "hushed", muteFor="3d")
    change(daemon, "resting", paused=True)
    change(daemon, "unscheduled", schedule="off")
