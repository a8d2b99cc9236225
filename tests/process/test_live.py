"""Live reports and the real process: nobody waits for the disk, and a restart knows what ran."""

import requests

from exporter.times import MINUTE, now
from tests.process.conftest import Start
from tests.support.live import activity
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import Daemon, Json
from tests.support.process.waiting import eventually


def tell(daemon: Daemon, body: bytes) -> None:
    answer = requests.post(f"{daemon.url}/api/activity", data=body, timeout=BOUND_SECONDS)
    assert answer.status_code == 202, answer.text


def running(daemon: Daemon) -> Json | None:
    jobs = daemon.data("/api/jobs")["jobs"]
    return jobs[0]["running"] if jobs else None


def test_a_new_job_shows_soon_and_a_restart_knows_that_it_runs(start: Start) -> None:
    daemon, began = start(), now() - MINUTE
    tell(daemon, activity(began=began, at=began))
    shown = eventually(lambda: running(daemon), "the job that runs")
    assert daemon.stop() == 0
    again = start()
    assert running(again) == shown
    tell(again, activity(began=began, at=began + MINUTE, status="Completed"))
    eventually(lambda: running(again) is None, "the end of the run")
