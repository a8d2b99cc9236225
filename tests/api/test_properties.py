"""What holds for any reports in any order, and for any body at all."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.support.daemon import NOW, Clock, Daemon
from tests.support.reports_builder import documented_report, duplicati_report

pytestmark = pytest.mark.not_quick

ASKED = (
    "/api/summary",
    "/api/servers",
    "/api/jobs",
    "/api/jobs/1",
    "/api/backups",
    "/api/backups/1",
    "/api/lastbackup/1",
    "/api/lastbackups/1",
    "/api/rejected",
)
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""With a database an example, shrinking a failure would take minutes."""

STATUSES = ("Success", "Warning", "Error", "Fatal", "Unknown")
_IDS = re.compile(r'server_id="\d+",?')
_VOLATILE = ("duplistatus_uploads", "duplistatus_upload_d", "duplistatus_coll", "duplistatus_data")


@st.composite
def reports(draw: st.DrawFn) -> list[bytes]:
    """Draw reports of few servers and jobs with distinct begins, all of the past."""
    begins = draw(st.lists(st.integers(1, 30 * 24 * 60), min_size=1, max_size=12, unique=True))
    return [draw(_report(NOW - minutes * MINUTE)) for minutes in begins]


def _report(began: int) -> st.SearchStrategy[bytes]:
    number = st.integers(0, 10**6)
    data = st.fixed_dictionaries({"ExaminedFiles": number, "AddedFiles": number})
    backend = st.fixed_dictionaries({"BytesUploaded": number, "KnownFileSize": number})
    sent = st.builds(
        duplicati_report,
        began=st.just(began),
        machine_id=st.sampled_from(["m-1", "m-2"]),
        backup=st.sampled_from(["Documents", "Photos"]),
        operation=st.sampled_from(["Backup", "Backup", "Restore"]),
        status=st.sampled_from(STATUSES),
        duration=st.sampled_from([None, SECOND, 5 * HOUR]),
        next_scheduled=st.sampled_from([None, began + HOUR, began + DAY]),
        data=data,
        backend=backend,
    )
    documented = st.builds(
        documented_report,
        began=st.just(began),
        status=st.sampled_from(["success", "error"]),
        duration=st.sampled_from([0, 60]),
    )
    return sent | documented


def everything_told(bodies: Sequence[bytes]) -> list[object]:
    """Return all that a daemon tells of reports, without the ids that it gave."""
    with TemporaryDirectory() as folder, Daemon(Path(folder), Clock()) as daemon:
        for body in bodies:
            daemon.upload(body)
        exposition = sorted(
            (_IDS.sub("", name), str(value))  # as text, for NaN equals nothing
            for name, value in daemon.series().items()
            if name.startswith("duplistatus_") and not name.startswith(_VOLATILE)
        )
        jobs, runs = daemon.get("/api/jobs")["jobs"], daemon.get("/api/backups")["backups"]
        return [daemon.get("/api/summary"), exposition, _known(jobs), _known(runs)]


def _known(entries: Sequence[dict[str, object]]) -> list[str]:
    return sorted(json.dumps(_without_ids(entry), sort_keys=True) for entry in entries)


def _without_ids(value: object) -> object:
    if not isinstance(value, dict):
        return value
    ids = ("id", "serverId", "jobId")
    return {key: _without_ids(inner) for key, inner in value.items() if key not in ids}


@settings(max_examples=15, phases=UNSHRUNK)
@given(st.data(), reports())
def test_reports_tell_the_same_in_any_order_and_any_number_of_times(
    data: st.DataObject, bodies: list[bytes]
) -> None:
    again = data.draw(st.lists(st.sampled_from(bodies), max_size=5))
    shuffled = data.draw(st.permutations([*bodies, *again]))
    assert everything_told(shuffled) == everything_told(bodies)


TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        "Backup",
        "Restore",
        "Test",
        "Success",
        "Fatal",
        "2026-01-15T02:00:00.1234567Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999+00:00",
        "99991231T235959Z",
        "1970-01-01T00:00:00.001Z",
        "00:01:00",
        "-1.00:00:00",
        "99999999.23:59:59.9999999",
        "nas",
        "x" * 1025,
    ]
)
NUMBERS = st.integers() | st.sampled_from([-1, 0, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63)])
SCALARS = st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def objects(
    *texts: str, numbers: Sequence[str] = (), **inner: st.SearchStrategy[object]
) -> st.SearchStrategy[dict[str, object]]:
    """Draw objects that have some of these fields, mostly of the right type."""
    known = dict.fromkeys(texts, TEXTS | VALUES) | dict.fromkeys(numbers, NUMBERS | VALUES)
    return st.fixed_dictionaries({}, optional={**known, **inner})


TIMES = ("BeginTime", "EndTime", "Duration")
BACKENDS = objects(numbers=("BytesUploaded", "KnownFileSize", "TotalQuotaSpace"))
NEARLY = objects(
    "Exception",
    Data=objects(
        "MainOperation",
        "ParsedResult",
        "Version",
        *TIMES,
        numbers=("AddedFiles", "ModifiedFiles", "DeletedFiles", "SizeOfExaminedFiles"),
        BackendStatistics=BACKENDS | VALUES,
        TestResults=objects("ParsedResult", *TIMES, "Verifications") | VALUES,
    )
    | VALUES,
    Extra=objects("backup-name", "machine-id", "machine-name", "backup-id", "next-scheduled-run")
    | VALUES,
    LogLines=st.lists(TEXTS, max_size=3) | VALUES,
)
DOCUMENTED = st.fixed_dictionaries(
    {
        "server": objects("name", "version") | VALUES,
        "backup": objects(
            "name", "status", "startTime", "endTime", "messages", numbers=("duration", "files")
        )
        | VALUES,
    }
)


@settings(max_examples=40, phases=UNSHRUNK)
@given(st.lists(VALUES | NEARLY | DOCUMENTED, min_size=1, max_size=3))
@example([{"Data": {}, "Extra": {"backup-name": "x", "machine-id": "a\x1cb\x85c\u2028d"}}])
def test_any_json_is_taken_or_refused_and_the_daemon_answers_on(bodies: list[object]) -> None:
    with TemporaryDirectory() as folder, Daemon(Path(folder)) as daemon:
        for body in bodies:
            result = daemon.post(json.dumps(body).encode())
            assert result.status_code in (200, 400)
            assert result.json["status"] == {200: "success", 400: "error"}[result.status_code]
        assert_answers(daemon)


@settings(max_examples=20, phases=UNSHRUNK)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@example(b"message=Duplicati+Backup+report+for+")
@example(b"Duplicati Backup report for x\nBeginTime: x (99999999999)")
def test_any_bytes_are_taken_or_refused_and_the_daemon_answers_on(body: bytes) -> None:
    with TemporaryDirectory() as folder, Daemon(Path(folder)) as daemon:
        assert daemon.post(body).status_code in (200, 400)
        assert_answers(daemon)


def assert_answers(daemon: Daemon) -> None:
    for path in ASKED:
        assert daemon.client.simulate_get(path).status_code in (200, 404)
    assert daemon.series()


LAST_DAY = "9999-12-31T23:59:59Z"
FAR = {
    "a planned start at the end of time": duplicati_report(
        began=NOW - DAY, extra={"next-scheduled-run": "99991231T235959Z"}
    ),
    "a duration of ages": duplicati_report(began=NOW - DAY, data={"Duration": "99999999.00:00:00"}),
    "a documented duration of ages": documented_report(began=NOW - DAY, duration=None).replace(
        b'"duration": null', b'"duration": 253402300799'
    ),
    "a begin at the end of time": duplicati_report(
        began=NOW, data={"BeginTime": LAST_DAY, "EndTime": LAST_DAY}
    ),
}


@pytest.mark.parametrize("body", FAR.values(), ids=FAR.keys())
def test_moments_at_the_end_of_time_break_no_route(daemon: Daemon, body: bytes) -> None:
    assert daemon.post(body).status_code in (200, 400)
    assert_answers(daemon)
