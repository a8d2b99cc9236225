import csv
import io
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest

from exporter.cli.commands import export
from exporter.store.sqlite import Store
from exporter.times import HOUR, format_timestamp, now
from tests.exporter.cli.conftest import Commands, Terminal
from tests.support.deliver import deliver, sqlite
from tests.support.process.commands import environment, program
from tests.support.reports_builder import duplicati_report
from tests.tools.bench.filling import Size, fill

EITHER = pytest.mark.usefixtures("either")
FILLED = pytest.mark.usefixtures("database")
BOTH = pytest.mark.parametrize("what", ["runs", "openmetrics"])


@EITHER
def test_the_runs_of_either_database_are_a_table(command: Commands) -> None:
    rows = list(csv.DictReader(io.StringIO(command.output("export", "runs"), newline="")))
    assert [(row["server"], row["name"], row["status"]) for row in rows] == [
        ("nas", "Documents", "success"),
        ("nas", "Mail", "success"),
        ("old", "Documents", "fatal"),
        ("twin", "All", "success"),
        ("twin", "All", "success"),
    ]


@FILLED
def test_runs_are_chosen_by_time_and_server(command: Commands) -> None:
    jsonl = ("export", "runs", "--format", "jsonl")
    everything = [json.loads(line) for line in command.output(*jsonl).splitlines()]
    since = everything[1]["startTime"]
    later = [json.loads(line) for line in command.output(*jsonl, "--since", since).splitlines()]
    assert later == everything[1:]
    earlier = command.output(*jsonl, "--until", since)
    assert [json.loads(line) for line in earlier.splitlines()] == everything[:1]
    of_old = command.output(*jsonl, "--server", "old").splitlines()
    assert [json.loads(line)["serverId"] for line in of_old] == [2]


@EITHER
def test_the_past_of_either_database_is_openmetrics(command: Commands) -> None:
    told = command.output("export", "openmetrics", "--step", "1h")
    assert "duplistatus_backup_jobs" in told
    assert told.endswith("# EOF\n")
    overdue = [
        line for line in told.splitlines() if line.startswith("duplistatus_overdue_backups{")
    ]
    assert overdue[0].split()[1] == "0.0"
    assert overdue[-1].split()[1] == "1.0"


@FILLED
def test_the_labels_are_those_of_the_documented_prometheus_unless_told(command: Commands) -> None:
    hour = ("--step", "1h", "--since", format_timestamp(now() - 2 * HOUR))
    assert '{instance="localhost:9666",job="duplistatus"}' in command.output(
        "export", "openmetrics", *hour
    )
    told = command.output("export", "openmetrics", *hour, "--job", "backups", "--instance", "nas:1")
    assert '{instance="nas:1",job="backups"}' in told


@FILLED
@BOTH
def test_a_file_is_replaced_by_one_that_is_whole(
    command: Commands, tmp_path: Path, what: str
) -> None:
    made = tmp_path / "out"
    made.write_text("older")
    step = ("--step", "1h") if what == "openmetrics" else ()
    shown = command.output("export", what, *step)
    assert command.output("export", what, *step, "--output", str(made)) == ""
    assert made.read_bytes().decode().splitlines()[:1] == shown.splitlines()[:1]
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


@FILLED
def test_what_is_no_file_is_written_to_and_never_replaced(
    command: Commands, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    command.output("export", "runs", "--output", str(pipe))
    assert pipe.is_fifo()
    assert os.read(reader, 3) == b"id,"
    os.close(reader)


@FILLED
def test_a_link_leads_to_the_new_file_as_it_did_to_the_old(
    command: Commands, tmp_path: Path
) -> None:
    file, link = tmp_path / "of-today.csv", tmp_path / "latest.csv"
    file.write_text("old")
    link.symlink_to(file)
    command.output("export", "runs", "--output", str(link))
    assert link.is_symlink()
    assert file.read_text().startswith("id,")


@FILLED
@BOTH
@pytest.mark.parametrize("name", ["nowhere/out", "."])
def test_a_file_that_cannot_be_made_is_said_in_a_line(
    command: Commands, tmp_path: Path, what: str, name: str
) -> None:
    refusal = command.refusal("export", what, "--output", str(tmp_path / name))
    assert "cannot be written" in refusal


@BOTH
def test_a_full_disk_leaves_what_was_there(database: Path, tmp_path: Path, what: str) -> None:
    """A limit on the length of files stands for it: to a program both are an error of a write."""
    made = tmp_path / "out"
    made.write_text("older")
    with closing(Store(database)) as store:
        for number in range(100):
            deliver(store, duplicati_report(began=now() - number * HOUR, lines=("x" * 500,)))
    limited = ("sh", "-c", 'ulimit -f 8 && exec "$@"', "sh")
    finished = subprocess.run(
        [*limited, program(), "export", what, "--database", database, "--output", made],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert "cannot be written" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1
    assert made.read_text() == "older"


REFUSED = [
    ("runs --format xml", "--format"),
    ("runs --since yesterday", "write 2026-01-31"),
    ("runs --until 0001-01-01T00:00:00+23:00", "write 2026-01-31"),
    ("openmetrics --job \udcff", "not UTF-8"),
    ("runs --server nobody", "duplistatus servers"),
    ("runs --since 2020-01-02 --until 2020-01-01", "--until must be after --since"),
    ("runs --messages", "--format jsonl"),
    ("openmetrics --step 0s", "--step"),
    ("openmetrics --step often", "--step"),
    ("openmetrics --step 1s --since 1970-01-01", "give a longer --step"),
    ("openmetrics --since 2999-01-01", "--since"),
    ("openmetrics --since 2020-01-02 --until 2020-01-01", "--since"),
    ("runs --database nowhere.sqlite", "--database"),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED)
def test_what_cannot_be_is_refused_with_what_to_do(
    command: Commands, database: Path, arguments: str, told: str
) -> None:
    with closing(Store(database)) as store:
        deliver(store, duplicati_report(began=0), received=0)
    assert told in command.refusal("export", *arguments.split())


def test_a_run_that_cannot_be_read_is_left_out_and_told(command: Commands, database: Path) -> None:
    with sqlite(database) as db:
        db.execute("UPDATE runs SET counted = x'c1' WHERE id = 2")
    finished = command("export", "runs")
    assert finished.code == 1
    assert "skipped, cannot be read: 1\n  run 2: " in finished.err
    assert len(finished.out.splitlines()) == 5


def test_a_job_that_cannot_be_read_is_left_out_and_told(command: Commands, database: Path) -> None:
    whole = command.output("export", "openmetrics", "--step", "1h")
    with sqlite(database) as db:
        db.execute("UPDATE jobs SET state = x'00' WHERE id = 1")
    finished = command("export", "openmetrics", "--step", "1h")
    assert finished.code == 1
    assert "skipped, cannot be read: 1\n  job 1: " in finished.err
    kept = [line for line in whole.splitlines() if 'server="old"' in line]
    assert [line for line in finished.out.splitlines() if 'server="old"' in line] == kept
    assert 'server="nas",server_id="1"} ' not in "".join(
        line for line in finished.out.splitlines() if 'backup="Documents"' in line
    )


@BOTH
def test_a_reader_that_has_enough_ends_it_quietly(database: Path, what: str) -> None:
    with subprocess.Popen(
        [program(), "export", what, "--database", database],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@FILLED
def test_ctrl_c_ends_it_quietly_and_leaves_nothing(
    command: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def begin(_runs: object, target: BinaryIO) -> None:
        target.write(b"id,")
        raise KeyboardInterrupt

    monkeypatch.setattr(export, "write_csv", begin)
    before = {*tmp_path.iterdir()}
    assert command("export", "runs", "--output", str(tmp_path / "out")) == (130, "", "")
    assert {*tmp_path.iterdir()} == before


@BOTH
@FILLED
def test_a_terminal_shows_how_far_it_is(
    command: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    command.output("export", what, "--output", str(tmp_path / "out"))
    assert "Writing" in shown.getvalue()


def peak(database: Path) -> int:
    """Return the most memory that an export of a database took, in KiB."""
    process = subprocess.Popen(
        [program(), "export", "runs", "--messages", "--format", "jsonl", "--database", database],
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss


def test_many_runs_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    few, many = (fill(tmp_path / f"{runs}", Size(runs, 10)) for runs in (1_000, 20_000))
    assert peak(many) < 1.15 * peak(few)
