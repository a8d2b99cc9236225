"""The exported past is what scrapes of it got."""

import io
import shutil
import tempfile
from collections import defaultdict
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter.exports import LEFT_OUT, OpenMetricsBackfill, Target, TimeGrid
from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
)
from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store.rules.records import RecordsReader
from exporter.store.sqlite import OfflineReader, Store
from exporter.times import DAY, HOUR, SECOND, Millis
from tests.exporter.exports.past import BEGIN, END, POLICY, STEP, Past, family_of, scrape
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

pytestmark = pytest.mark.not_quick

TARGET = Target("duplistatus", "localhost:9666")
_TARGET = b'instance="localhost:9666",job="duplistatus"'


def export(path: Path, grid: TimeGrid, *, target: Target = TARGET) -> bytes:
    return export_of(OfflineReader(path), grid, target=target)


def export_of(reader: RecordsReader, grid: TimeGrid, *, target: Target = TARGET) -> bytes:
    folder, whole = Path(tempfile.gettempdir()), io.BytesIO()
    with OpenMetricsBackfill(grid, target, reader.created(), folder) as history:
        for job_id in reader.job_ids():
            known = reader.history(job_id)
            assert known is not None
            history.add_job(known, POLICY)
        for server in reader.servers():
            history.add_server(server)
        for _ in history.write(whole):
            pass
    return whole.getvalue()


def lines(exported: bytes) -> list[bytes]:
    """Return the lines of an export without the labels of the target and its end."""
    told = exported.removesuffix(b"# EOF\n").replace(b"{%s}" % _TARGET, b"")
    return told.replace(_TARGET + b",", b"").split(b"\n")[:-1]


def samples(told: list[bytes]) -> list[bytes]:
    return [line for line in told if not line.startswith(b"#")]


def heads(told: list[bytes]) -> list[bytes]:
    return [line for line in told if line.startswith(b"#")]


def by_moment(exported: bytes) -> dict[Millis, list[bytes]]:
    """Return the samples of each timestamp, without the timestamp, in their order."""
    found: dict[Millis, list[bytes]] = defaultdict(list)
    for line in samples(lines(exported)):
        sample, _, at = line.rpartition(b" ")
        found[int(at) * SECOND].append(sample)
    return found


def last_moment(exported: bytes) -> list[bytes]:
    found = by_moment(exported)
    return found[max(found)]


@pytest.fixture(scope="module")
def exported(past: Past) -> bytes:
    return export(past.database, TimeGrid.between(min(past.scrapes), END, STEP))


@pytest.fixture
def copy(past: Past, tmp_path: Path) -> Path:
    """The database, to be changed."""
    return Path(shutil.copy(past.database, tmp_path))


def test_every_moment_is_the_exposition_of_then_sample_by_sample(
    past: Past, exported: bytes
) -> None:
    found = by_moment(exported)
    assert list(found) == list(past.scrapes)
    for at, scraped in past.scrapes.items():
        assert found[at] == samples(scraped)


def test_families_are_described_as_in_the_exposition(past: Past) -> None:
    told = heads(lines(export(past.database, TimeGrid.between(END - DAY, END, DAY))))
    assert told == heads(past.scrapes[END - STEP])
    described = {family_of(line) for line in told}
    known = {
        *(family.name for family in FLEET_FAMILIES),
        *(family.name for family in SERVER_FAMILIES),
        *(family.name for family in JOB_FAMILIES),
        *(family.name for family in RUNNING_FAMILIES),
    }
    assert described == {name.removesuffix("_total") for name in known - {*LEFT_OUT}}


def test_a_longer_step_leaves_out_moments_and_changes_none(past: Past) -> None:
    grid = TimeGrid.between(BEGIN + DAY, END, 6 * HOUR)
    found = by_moment(export(past.database, grid))
    assert list(found) == list(range(grid.first, END, 6 * HOUR))
    assert all(found[at] == samples(past.scrapes[at]) for at in found)


def test_it_is_openmetrics(past: Past) -> None:
    """The client library's parser refuses what is not grouped, doubled or out of order."""
    exported = export(past.database, TimeGrid.between(BEGIN + 5 * DAY, END, 12 * HOUR)).decode()
    families = list(text_string_to_metric_families(exported))
    assert {sample.labels["job"] for each in families for sample in each.samples} == {TARGET.job}
    assert exported.endswith("\n# EOF\n")


def test_the_labels_of_the_target_are_escaped(past: Past) -> None:
    target = Target('a "job"', "host\\1")
    whole = export(past.database, TimeGrid.between(END - STEP, END, STEP), target=target)
    assert b'{instance="host\\\\1",job="a \\"job\\""}' in whole


def counters(exported: bytes) -> dict[bytes, list[float]]:
    found: dict[bytes, list[float]] = defaultdict(list)
    for told in by_moment(exported).values():
        for line in told:
            name, _, value = line.rpartition(b" ")
            if b"_total" in name:
                found[name].append(float(value))
    return found


def test_removed_runs_still_count_and_counters_never_fall(past: Past, copy: Path) -> None:
    with closing(Store(copy)) as store:
        removed, last = store.prune_runs(BEGIN + 7 * DAY, 0)
        while last is not None:
            more, last = store.prune_runs(BEGIN + 7 * DAY, last)
            removed += more
    assert removed > 100
    exported = export(copy, TimeGrid.between(BEGIN, END, STEP))
    assert last_moment(exported) == samples(past.scrapes[END - STEP])
    grown = counters(exported)
    assert all(before <= after for values in grown.values() for before, after in pairwise(values))


def test_merged_servers_were_always_one(copy: Path) -> None:
    with closing(Store(copy)) as store:
        ids = [server.id for server in store.snapshot().servers]
        store.merge_servers(ids[0], ids[1:], BY)
        scraped = scrape(store, END - STEP)
    exported = export(copy, TimeGrid.between(END - 2 * DAY, END, STEP))
    assert last_moment(exported) == samples(scraped)
    assert all(b"duplistatus_servers 1.0" in told for told in by_moment(exported).values())


def made_at(database: Database, at: Millis) -> None:
    """Let a database have been made then."""
    database.execute("UPDATE meta SET value = ? WHERE key = 'created'", (at,))


def test_a_run_that_stands_in_for_its_report_counts_and_is_no_report(database: Database) -> None:
    store = database.open()
    made_at(database, NOW - 2 * DAY)
    job = deliver(store, duplicati_report(began=NOW - DAY), received=NOW - DAY).job
    told = read_report(duplicati_report(began=NOW - HOUR, status="Fatal", duration=None))
    store.record_placeholder(job.id, told, Delivery(NOW - HOUR, "live"))
    scraped = scrape(store, NOW)
    exported = export_of(database.reader(), TimeGrid.between(NOW - DAY, NOW + 1, STEP))
    assert last_moment(exported) == samples(scraped)
    assert b"duplistatus_failing_backups 1.0" in last_moment(exported)


def test_a_database_without_a_run_has_an_empty_fleet(database: Database) -> None:
    store = database.open()
    created = store.created()
    scraped = scrape(store, created)
    exported = export_of(database.reader(), TimeGrid.between(created, created + HOUR, STEP))
    assert last_moment(exported) == samples(scraped)


def test_a_database_of_old_runs_alone_is_as_old_as_the_newest_of_them(database: Database) -> None:
    store = database.open()
    made_at(database, NOW)
    deliver(store, duplicati_report(began=NOW - 9 * DAY), received=NOW - 9 * DAY)
    scraped = scrape(store, NOW)
    exported = export_of(database.reader(), TimeGrid.between(NOW - DAY, NOW + 1, STEP))
    assert last_moment(exported) == samples(scraped)


def test_a_failure_without_a_name_shows_until_a_person_clears_it(database: Database) -> None:
    store, at = database.open(), NOW // DAY * DAY - DAY
    failed = duplicati_report(began=NOW - 8 * DAY, status="Error", backup=None)
    good = duplicati_report(began=NOW - 7 * DAY, backup=None)
    made_at(database, NOW - 9 * DAY)
    deliver(store, failed, received=NOW - 8 * DAY)
    job = deliver(store, good, received=NOW - 7 * DAY).job
    before = scrape(store, at)
    store.set_job(job.id, lambda known: replace(known, cleared=NOW - DAY), BY)
    after = scrape(store, NOW)
    found = by_moment(export_of(database.reader(), TimeGrid.between(at, NOW + 1, STEP)))
    assert found[at] == samples(before)
    assert found[max(found)] == samples(after)
    assert b"duplistatus_failing_backups 1.0" in found[at]
    assert b"duplistatus_failing_backups 0.0" in found[max(found)]
