import hashlib
import json
import os
import subprocess
import sys
from itertools import islice, pairwise
from pathlib import Path

import pytest

from exporter.demo import DAYS, arrivals
from exporter.model import BACKUP, RESTORE, SYNC
from exporter.times import DAY, HOUR, Millis, parse_timestamp
from tests.exporter.demo import past
from tests.exporter.demo.past import PRESENT

pytestmark = pytest.mark.not_quick

PAYLOAD = Path(__file__).parents[2] / "support" / "payloads" / "json-2.3.1.0.json"

DIGEST = f"""
from hashlib import sha256
from itertools import islice
from exporter.demo import arrivals
print(sha256(b"".join(arrival.body for arrival in islice(arrivals({PRESENT}), 500))).hexdigest())
"""


def test_the_same_present_gives_the_same_bytes_in_every_process() -> None:
    bodies = b"".join(arrival.body for arrival in islice(arrivals(PRESENT), 500))
    told = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == hashlib.sha256(bodies).hexdigest()


def test_another_present_moves_the_story_along() -> None:
    later = PRESENT + 7 * DAY
    moved = [arrival.at - 7 * DAY for arrival in past.up_to(later)]
    assert len(moved) == pytest.approx(len(past.up_to(PRESENT)), rel=0.01)
    assert moved[0] == pytest.approx(PRESENT - DAYS * DAY, abs=HOUR)


_OF_SYNC = {
    "FoldersCreated",
    "FoldersDeleted",
    "FilesUploaded",
    "UnchangedFiles",
    "FilesDeleted",
    "SourceFiles",
    "SizeOfSourceFiles",
    "SizeOfUploadedFiles",
    "SizeOfDeletedFiles",
}


@pytest.mark.parametrize("present", ["2028-02-29T23:59:59Z", "2026-03-29T01:30:00Z"])
def test_there_are_twelve_servers_with_forty_backups_whatever_the_present(present: str) -> None:
    jobs = past.runs(parse_timestamp(present))
    assert len({server for server, _ in jobs}) == 12
    assert len(jobs) == 40


def test_reports_arrive_in_the_order_of_time_over_ninety_days() -> None:
    timestamps = [arrival.at for arrival in past.up_to(PRESENT)]
    assert timestamps == sorted(timestamps)
    assert timestamps[0] < PRESENT - DAYS * DAY + HOUR
    assert timestamps[-1] > PRESENT - HOUR


def test_a_report_arrives_when_its_run_is_over() -> None:
    for arrival, report in zip(past.up_to(PRESENT), past.reports(), strict=True):
        assert (report.run.ended or report.run.began or arrival.at) < arrival.at


def test_every_report_tells_all_its_names() -> None:
    for report in past.reports():
        machine, run = report.machine, report.run
        assert run.operation in (BACKUP, RESTORE, SYNC)
        assert None not in (machine.machine_id, machine.name, machine.version, machine.os)
        assert None not in (run.began, run.backup_id, run.destination_type)
        assert report.log.messages


def test_reports_have_no_field_that_duplicati_does_not_send() -> None:
    known = json.loads(PAYLOAD.read_text(encoding="utf-8"))
    for arrival in past.up_to(PRESENT):
        body = json.loads(arrival.body)
        data, tested = body["Data"], body["Data"].get("TestResults") or {}
        assert body.keys() == known.keys()
        assert data.keys() <= known["Data"].keys() | _OF_SYNC
        assert data.get("BackendStatistics", {}).keys() <= known["Data"]["BackendStatistics"].keys()
        assert (data.get("CompactResults") or {}).keys() <= known["Data"]["CompactResults"].keys()
        assert tested.keys() <= known["Data"]["TestResults"].keys()
        assert body["Extra"].keys() == known["Extra"].keys()


def test_some_reports_come_twice_as_after_a_missed_answer() -> None:
    bodies = [arrival.body for arrival in past.up_to(PRESENT)]
    assert 0 < len(bodies) - len(set(bodies)) < 0.03 * len(bodies)


def test_a_scheduled_run_begins_soon_after_the_moment_that_the_one_before_told() -> None:
    for runs in past.runs().values():
        for earlier, later in pairwise(runs):
            assert later.began is not None
            if earlier.next_scheduled is not None:
                assert 0 <= later.began - earlier.next_scheduled <= 60_000


def test_reports_keep_coming_behind_the_present() -> None:
    coming = (arrival.at for arrival in arrivals(PRESENT) if arrival.at > PRESENT)
    timestamps: list[Millis] = list(islice(coming, 50))
    assert timestamps[0] < PRESENT + 60_000
    assert timestamps[-1] < PRESENT + 2 * DAY


def test_one_job_is_a_sync() -> None:
    found = {
        (each.machine.name, each.backup) for each in past.reports() if each.run.operation == SYNC
    }
    assert found == {("files", "Public")}
    counts = [run.counts for run in past.runs()["files", "Public"]]
    assert all(each.examined_files and each.stored_bytes is None for each in counts)
