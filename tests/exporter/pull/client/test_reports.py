"""A run that is pulled is the run that was posted, but for what a row does not tell."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.model import Report, Status
from exporter.pull.client.log import Row
from exporter.pull.client.reports import UnreadableRowError, past_report
from exporter.pull.client.server import Backup, SystemInfo
from exporter.reports import ReportError, read_report
from tests.support.duplicati.asking import PAYLOADS
from tests.support.duplicati.memory import MACHINE_ID, MACHINE_NAME
from tests.support.duplicati.simulator import results

INFO = SystemInfo(MACHINE_ID, MACHINE_NAME, None)
PHOTOS = Backup("2", "Photos to S3", None, None)


def row(message: object, **columns: Any) -> Row:  # noqa: ANN401 - of a row
    text = message if isinstance(message, str) or message is None else json.dumps(message)
    return replace(Row(17, 1_745_279_200, "Result", text, None), **columns)


def pulled(of: Row, backup: Backup = PHOTOS, info: SystemInfo = INFO) -> Report:
    past = past_report(of, backup, info)
    assert past is not None
    return read_report(past.body)


@pytest.mark.parametrize(
    "name",
    ["json-2.1.0.5", "json-warnings", "json-errors", "json-interrupted", "json-dry-run",
     "json-test", "json-restore"],
)  # fmt: skip
def test_a_pulled_run_is_the_posted_one(name: str) -> None:
    payload = PAYLOADS / f"{name}.json"
    extra = json.loads(payload.read_bytes())["Extra"]
    backup = replace(PHOTOS, name=extra["backup-name"], id=extra["backup-id"].removeprefix("DB-"))
    info = replace(INFO, machine_id=extra["machine-id"], machine_name=extra["machine-name"])
    posted = read_report(payload.read_bytes())
    told = pulled(row(results(payload)), backup, info)
    assert (told.machine, told.backup, told.run) == (posted.machine, posted.backup, posted.run)
    assert told.counted == posted.counted


def test_what_the_server_knows_besides_is_added() -> None:
    payload = PAYLOADS / "json-2.3.1.0.json"
    backup = Backup("7", "Datenbank-Größe (täglich)", "s3", None)
    info = SystemInfo("e1f04b7d2a684c5f9d3b8e6a0c7f1524", "db-runner-3", "Linux")
    posted = read_report(payload.read_bytes())
    told = pulled(row(results(payload)), backup, info)
    assert told.machine == posted.machine
    assert told.run == replace(posted.run, next_scheduled=None)


def test_lines_of_the_log_come_along_the_gravest_first() -> None:
    results_ = {
        "MainOperation": "Backup",
        "Messages": ["2025-04-21 23:45:47 +01 - [Information-x]: begun"],
        "Warnings": ["2025-04-21 23:45:48 +01 - [Warning-x]: careful", 5],
        "Errors": ["2025-04-21 23:45:49 +01 - [Error-x]: failed"],
    }
    log = pulled(row(results_)).log
    assert [message.level for message in log.messages] == ["error", "warning", "information"]


def test_a_run_that_died_is_fatal_with_its_text() -> None:
    payload = PAYLOADS / "json-died.json"
    posted = json.loads(payload.read_bytes())
    told = pulled(row(results(payload), exception=posted["Exception"]))
    assert told.run == read_report(payload.read_bytes()).run
    assert "The remote server returned 503" in told.log.messages[0].text


def test_a_run_of_which_only_the_exception_is_left_is_fatal() -> None:
    past = past_report(row(None, exception="System.Exception: no route"), PHOTOS, INFO)
    assert past is not None
    assert read_report(past.body).run.status is Status.FATAL
    assert past.received == 1_745_279_200_000


@pytest.mark.parametrize("message", [None, {"MainOperation": "Backup", "BeginTime": None}])
def test_a_run_without_any_time_does_not_look_as_if_it_just_ran(message: object) -> None:
    without = row(message, exception="System.Exception: no route", at=None)
    with pytest.raises(UnreadableRowError, match="row 17 has no time, and the row has none either"):
        past_report(without, PHOTOS, INFO)


@pytest.mark.parametrize("kind", ["Message", "Warning", "Error", None])
def test_rows_that_are_no_result_are_none(kind: str | None) -> None:
    assert past_report(row("anything", type=kind), PHOTOS, INFO) is None


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (None, "the message of row 17 is empty"),
        ("A backup was made", "the message of row 17 is not JSON"),
        ("{", "is not JSON"),
        ("[]", "is not an object of results"),
        ("null", "is not an object of results"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_result_that_cannot_be_read_is_told_with_its_row(message: str | None, told: str) -> None:
    with pytest.raises(UnreadableRowError, match=told):
        past_report(row(message), PHOTOS, INFO)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.not_quick
@given(JSON, st.none() | st.text(), st.none() | st.integers())
def test_any_row_is_a_report_or_an_error_of_this_module(
    message: object, exception: str | None, at: int | None
) -> None:
    try:
        past = past_report(row(json.dumps(message), exception=exception, at=at), PHOTOS, INFO)
        assert past is not None
        read_report(past.body)
    except (UnreadableRowError, ReportError):
        pass
