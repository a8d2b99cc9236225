"""Names that are too long: cut the same way everywhere, and what is stored goes on matching."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.model import Delivery, short_name
from exporter.reports import read_live_status, read_report
from exporter.store.sqlite import Store
from exporter.store.sqlite.upgrades import names
from tests.support.daemon import NOW, Daemon
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report

LONG = "Zürich " * 100
SIZES = [63, 64, 127, 128, 200, 255, 256, 300, 1024]


@given(st.text(max_size=400))
@example("x" * 255)
@example("x" * 256)
@example("ü" * 128)
@example("x" * 246 + "𝄞" * 4)
def test_a_name_has_255_bytes_at_most_and_a_short_one_is_left_alone(name: str) -> None:
    short = short_name(name)
    assert len(short.encode()) <= 255
    assert short_name(short) == short
    if len(name.encode()) <= 255:
        assert short == name
    else:
        assert name.startswith(short.rpartition("~")[0])
        assert short != short_name(f"{name}.")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("character", ["x", "ü", "界", "𝄞"])
def test_the_upgrade_cuts_as_reports_are_cut(size: int, character: str) -> None:
    name = character * size
    if len(name.encode()) > 255:
        assert names._short(name) == short_name(name)  # noqa: SLF001 - a step that never changes


def test_every_way_to_name_something_is_cut() -> None:
    report = read_report(duplicati_report(began=NOW, server=LONG, backup=LONG, machine_id=LONG))
    short = short_name(LONG)
    assert (report.machine.name, report.machine.machine_id, report.backup) == (short, short, short)
    named = read_report(duplicati_report(began=NOW, backup=None), LONG)
    assert named.backup == short
    live = b'{"operation": "Backup", "startedUtc": "2026-01-15T10:00:00Z", "metadata":'
    activity = read_live_status(live + b'{"backupName": "%s"}}' % LONG.encode())
    assert activity.backup == short
    plain = '{"server": {"name": "%s"}, "backup": {"name": "%s", "status": "success",'
    body = plain % (LONG, LONG) + '"startTime": "2026-01-15T10:00:00Z"}}'
    documented = read_report(body.encode())
    assert (documented.machine.name, documented.backup) == (short, short)
    text = read_report(
        f"Duplicati Backup report for {LONG.strip()}\nParsedResult: Success".encode()
    )
    assert text.backup == short_name(LONG.strip())


def test_a_server_that_the_address_names_is_cut(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW, machine_id=None), query=f"server={'x' * 5000}")
    (server,) = daemon.get("/api/servers")["servers"]
    assert server["name"] == short_name("x" * 5000)


def test_names_that_are_stored_are_cut_at_the_start_and_go_on_matching(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    store = Store(path)
    known = duplicati_report(began=NOW - 1000, server="a", backup="b", machine_id="c")
    by_name = duplicati_report(began=NOW - 1000, server="d", backup="b", machine_id=None)
    ids = [deliver(store, body).run_id for body in (known, by_name)]
    store.close()
    with sqlite(path) as db:
        for letter, table, column in [
            ("a", "servers", "name"),
            ("c", "servers", "machine_id"),
            ("c", "machine_ids", "machine_id"),
            ("b", "jobs", "name"),
            ("d", "servers", "name"),
        ]:
            db.execute(
                f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (letter * 999, letter)
            )
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'short_names'")
    store = Store(path)
    for server, machine_id, run_id in (("a" * 999, "c" * 999, ids[0]), ("d" * 999, None, ids[1])):
        body = duplicati_report(
            began=NOW - 1000, server=server, backup="b" * 999, machine_id=machine_id
        )
        recorded = deliver(store, body)
        assert (recorded.new, recorded.run_id) == (False, run_id)
    everything = store.snapshot()
    assert len(everything.servers) == len(everything.jobs) == 2
    assert {job.name for job in everything.jobs} == {short_name("b" * 999)}
    store.close()


@pytest.mark.parametrize("known", [[], ["m-1"]])
def test_a_report_with_a_token_for_one_server_makes_that_one_only(
    tmp_path: Path, known: list[str]
) -> None:
    store = Store(tmp_path / "reports.sqlite")
    for machine_id in known:
        deliver(store, duplicati_report(began=NOW, machine_id=machine_id))
    bound = Delivery(NOW, "192.0.2.7", "nas", bound=True)
    for number in range(20):
        body = duplicati_report(began=NOW + number, machine_id=f"invented {number}")
        store.record(read_report(body), bound)
    everything = store.snapshot()
    assert len(everything.servers) == 1
    assert len(everything.machine_ids) == 1
    assert len(everything.jobs) == 1
    store.close()
