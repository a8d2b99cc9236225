import json
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Machine
from exporter.model.live import LiveReport, LiveStatus, Progress
from exporter.reports import ReportError, read_live_status, read_report
from tests.exporter.reports.bodies import millis
from tests.support.strategies.reports import json_values

WHOLE: dict[str, Any] = {
    "operation": "Backup",
    "status": "Progress",
    "startedUtc": "2026-07-14T01:00:00.1250000Z",
    "reportedUtc": "2026-07-14T01:03:00.5Z",
    "isCompleted": False,
    "backendEvents": 12,
    "logEntries": 40,
    "progress": {
        "phase": "Backup_ProcessingFiles",
        "progress": 0.42,
        "filesProcessed": 10,
        "fileSizeProcessed": 1000,
        "fileCount": 20,
        "fileSize": 4000,
        "countingFiles": False,
        "currentFilename": "-redacted-",
        "currentFileOffset": 0,
        "activeTransfers": 1,
    },
    "recentLogLines": ["2026-07-14 01:00:00 +00 - [Information-Main-Started]: started"],
    "metadata": {
        "duplicatiVersion": "2.3.1.0",
        "machineId": "m-1",
        "backupId": "DB-2",
        "backupName": "Photos",
        "machineName": "nas",
        "destinationType": "s3",
        "destinationHostSuffix": "amazonaws.com",
        "installationType": "docker",
        "operatingSystem": "Linux",
        "operatingSystemDetailed": "Debian 13",
    },
}
LEAST = {"operation": "Backup", "startedUtc": "2026-07-14T01:00:00Z"}


def read(**fields: object) -> LiveReport:
    return read_live_status(json.dumps(WHOLE | fields).encode())


def test_a_live_report_is_read_whole() -> None:
    assert read() == LiveReport(
        Machine("m-1", "nas", "2.3.1.0", "Linux"),
        "Photos",
        LiveStatus(
            operation="Backup",
            began=millis("2026-07-14T01:00:00.125Z"),
            reported=millis("2026-07-14T01:03:00.500Z"),
            ended=False,
            failed=False,
            progress=Progress("Backup_ProcessingFiles", 0.25, 10, 20, 1000, 4000, 1),
            lines=("2026-07-14 01:00:00 +00 - [Information-Main-Started]: started",),
            backup_id="DB-2",
            destination_type="s3",
        ),
    )


def test_one_that_comes_as_a_report_is_refused_with_the_right_route() -> None:
    with pytest.raises(ReportError, match="those go to /api/activity"):
        read_report(json.dumps(WHOLE).encode())


def test_what_is_left_out_is_not_known() -> None:
    report = read_live_status(json.dumps(LEAST).encode())
    assert report.machine == Machine()
    assert report.backup == "(unnamed)"
    assert report.activity.progress == Progress()
    assert report.activity.reported is None


@pytest.mark.parametrize(
    ("told", "judged"),
    [
        (("Started", False), (False, False)),
        (("Progress", None), (False, False)),
        (("Progress", True), (True, False)),
        (("Completed", None), (True, False)),
        (("Failed", True), (True, True)),
        (("Failed", False), (True, True)),
        (("SomethingNew", False), (False, False)),
    ],
)
def test_the_last_report_of_a_run_is_told_by_its_status_or_says_so(
    told: tuple[str, bool | None], judged: tuple[bool, bool]
) -> None:
    status, completed = told
    activity = read(status=status, isCompleted=completed).activity
    assert (activity.ended, activity.failed) == judged


@pytest.mark.parametrize("value", [-1, 1.5, True, "half", None])
def test_a_progress_out_of_range_is_not_known(value: object) -> None:
    assert read(progress={"progress": value}).activity.progress.ratio is None


@pytest.mark.parametrize(
    ("told", "ratio"),
    [
        ({}, 0.25),
        ({"fileSizeProcessed": 0}, 0.0),
        ({"fileSizeProcessed": 5000}, 1.0),
        ({"fileSizeProcessed": "1000", "fileSize": "4000"}, 0.25),
        ({"countingFiles": True}, 0.42),
        ({"countingFiles": None}, 0.42),
        ({"countingFiles": "False"}, 0.25),
        ({"fileSize": 0}, 0.42),
        ({"fileSize": -1}, 0.42),
        ({"fileSizeProcessed": None}, 0.42),
        ({"fileSizeProcessed": -5}, 0.42),
        ({"phase": "Backup_WaitForUpload"}, 0.42),
        ({"phase": None}, 0.42),
        ({"phase": "Backup_WaitForUpload", "progress": "0.5"}, 0.5),
    ],
)
def test_how_far_a_run_is_comes_from_its_bytes_while_it_reads_files(
    told: dict[str, object], ratio: float
) -> None:
    assert read(progress=WHOLE["progress"] | told).activity.progress.ratio == ratio


@pytest.mark.parametrize(
    ("metadata", "backup", "named"),
    [
        ({"backupName": "Photos", "backupId": "DB-2"}, "Pictures", "Photos"),
        ({"backupName": "None", "backupId": "DB-2"}, "Pictures", "Pictures"),
        ({"backupId": "DB-2"}, None, "DB-2"),
        ({"destinationType": "s3"}, None, "(unnamed) s3"),
        ({}, None, "(unnamed)"),
        ({}, "Pictures", "Pictures"),
    ],
)
def test_the_backup_is_named_by_the_report_then_by_the_address(
    metadata: dict[str, object], backup: str | None, named: str
) -> None:
    body = json.dumps(WHOLE | {"metadata": metadata}).encode()

    assert read_live_status(body, backup).backup == named


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-8-sig"])
def test_a_live_report_of_any_encoding_is_read(encoding: str) -> None:
    metadata = WHOLE["metadata"] | {"backupName": "Größe"}
    body = json.dumps(WHOLE | {"metadata": metadata}, ensure_ascii=False).encode(encoding)

    assert read_live_status(body).backup == "Größe"


def test_counts_that_duplicati_does_not_know_are_not_known() -> None:
    assert read(progress={"fileCount": -1, "fileSize": -1}).activity.progress == Progress()


def test_long_texts_and_many_lines_are_cut() -> None:
    activity = read(errorMessage="x" * 10_000, recentLogLines=["y" * 10_000] * 500).activity
    assert activity.error is not None
    assert len(activity.error) + sum(map(len, activity.lines)) < 50_000


def _any_of(fields: Iterable[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(fields)), json_values(), max_size=4)


@given(_any_of(WHOLE), _any_of(WHOLE["progress"]), _any_of(WHOLE["metadata"]))
def test_any_object_is_read_or_refused_with_a_reason(
    body: dict[str, Any], progress: dict[str, Any], metadata: dict[str, Any]
) -> None:
    nested = {
        "progress": WHOLE["progress"] | progress,
        "metadata": WHOLE["metadata"] | metadata,
    }
    raw = json.dumps({**WHOLE, **nested, **body}).encode()
    outcome = _read(raw)
    if isinstance(outcome, ReportError):
        assert outcome.problems
        return
    kept = msgspec.msgpack.encode(outcome)
    assert msgspec.msgpack.decode(kept, type=LiveReport) == outcome
    assert outcome.backup.strip()


def _read(body: bytes) -> LiveReport | ReportError:
    try:
        return read_live_status(body)
    except ReportError as error:
        return error
