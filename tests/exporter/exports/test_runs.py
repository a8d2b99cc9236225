import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.exports import write_csv, write_jsonl
from exporter.model import CopyOutcome, Log, Message, Status, StoredRun
from exporter.store import RecordedRun, RunChoice
from exporter.store.sqlite import OfflineReader
from exporter.times import HOUR
from tests.support.daemon import NOW, Daemon
from tests.support.deliver import left_out
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import START, copying_to, histories, stored_run

LOG = Log((Message("warning", "a\nb"),), lines_dropped=2)


def recorded(
    stored: StoredRun, *, server: str = "nas", backup: str = "Documents", log: Log = LOG
) -> RecordedRun:
    return RecordedRun(server, 1, backup, 7, stored, {"OpenedFiles": 3}, log)


def table(*runs: RecordedRun) -> list[dict[str, str]]:
    written = io.BytesIO()
    write_csv(runs, written)
    text = written.getvalue().decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def objects(*runs: RecordedRun, messages: bool = False) -> list[dict[str, Any]]:
    written = io.BytesIO()
    write_jsonl(runs, written, messages=messages)
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_has_what_the_api_tells_of_a_run(daemon: Daemon) -> None:
    lines = ("[Warning]: two\nlines",)
    ids = daemon.upload(duplicati_report(began=NOW - HOUR, status="Warning", lines=lines))
    told = daemon.get(f"/api/backups/{ids['backupId']}")["backup"]
    runs = OfflineReader(daemon.path).runs(RunChoice(), left_out, messages=True)
    (line,) = objects(*runs, messages=True)
    assert {name: line[name] for name in told} == told
    assert line["server"] == "nas"


def test_log_lines_are_left_out_unless_asked_for() -> None:
    run = recorded(stored_run(START))
    (without,), (with_lines,) = objects(run), objects(run, messages=True)
    assert {*with_lines} - {*without} == {"messages", "messagesCut", "details"}
    assert without["counted"] == {"OpenedFiles": 3}


def test_a_table_has_the_fields_of_a_line_but_those_that_are_no_cell() -> None:
    run = recorded(stored_run(START, status=Status.FATAL, duration=None))
    (row,), (line,) = table(run), objects(run)
    assert [*row] == [
        name for name in line if name not in ("counted", "secondCopies", "notBelieved")
    ]
    assert (row["status"], row["startTime"]) == ("fatal", "2026-01-01T00:00:00.000Z")
    assert (row["duration"], row["dryRun"]) == ("", "false")


def test_what_a_run_was_cut_short_by_and_what_was_copied_is_told() -> None:
    copying = copying_to(START, CopyOutcome.MISSED, ["ssh://host/copy"])
    stored = stored_run(
        START, status=Status.INTERRUPTED, reason="Cancellation was requested", copying=copying
    )
    (row,), (line,) = table(recorded(stored)), objects(recorded(stored))
    assert row["status"] == line["status"] == "interrupted"
    assert row["reason"] == line["reason"] == "Cancellation was requested"
    assert row["secondCopiesOutcome"] == line["secondCopiesOutcome"] == "missed"
    assert [copy["destination"] for copy in line["secondCopies"]] == ["ssh://host/copy"]


def test_a_table_without_runs_has_its_header() -> None:
    written = io.BytesIO()
    write_csv([], written)
    assert written.getvalue().startswith(b"id,name,status,startTime,")
    assert written.getvalue().count(b"\r\n") == 1


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_is_no_formula(begin: str) -> None:
    name = f'{begin}HYPERLINK("http://example.org")'
    run = recorded(stored_run(START), server=name, backup=name)
    (row,), (line,) = table(run), objects(run)
    assert row["server"] == row["name"] == f"'{name}"
    assert line["server"] == line["name"] == name


@given(st.text(st.characters(exclude_categories=["Cs"])), histories(least=1, most=1))
def test_every_name_is_read_back(name: str, runs: list[StoredRun]) -> None:
    run = recorded(runs[0], server=name, backup="x" + name)
    (row,), (line,) = table(run), objects(run)
    assert line["server"] == name
    assert row["server"].removeprefix("'") == name.removeprefix("'")
    assert row["name"] == "x" + name
