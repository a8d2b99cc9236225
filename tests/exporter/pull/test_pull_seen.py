"""What a pull keeps of a server besides its runs."""

import hashlib
import ssl

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.model.pulled import Pulled, PullTable, Waiting
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.client.opening import open_server
from exporter.pull.noting import note_pull
from exporter.pull.pull_server import pull_server
from exporter.pull.summary import Summary
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp
from exporter.times import now as real_now
from tests.exporter.pull.pulls import fill
from tests.exporter.pull.test_pull_plans import UNREADABLE
from tests.support.daemon import NOW, Clock
from tests.support.duplicati.asking import AT_ONCE, server, source_of
from tests.support.duplicati.certificate import Certificate
from tests.support.duplicati.simulator import PASSWORD, Canned, Simulator

STATE = "/serverstate"
QUEUE = [{"Item1": 5, "Item2": "3"}, {"Item1": 6, "Item2": "2"}]


def pull(simulator: Simulator, archive: StoreImporter, table: PullTable | None = None) -> Summary:
    with server(simulator) as asked:
        summary = pull_server(asked, archive, Bookmarks(), lambda _place: None)
    note_pull(archive, summary, table)
    return summary


def known(fleet: Fleet) -> Pulled | None:
    (found,) = fleet.servers()
    return found.pulled


@pytest.fixture(autouse=True)
def a_run(request: pytest.FixtureRequest) -> None:
    for name in {"duplicati", "secure_duplicati"} & set(request.fixturenames):
        fill(request.getfixturevalue(name), "2", 1)


def test_a_server_that_runs_is_neither_paused_nor_has_what_waits(
    duplicati: Simulator, archive: StoreImporter, fleet: Fleet
) -> None:
    pull(duplicati, archive)
    assert known(fleet) == Pulled(NOW, paused=False, waiting=())


@pytest.mark.parametrize("ahead", [-3 * HOUR, 0, 3 * HOUR])
def test_a_pause_and_what_waits_are_kept_by_this_clock(
    duplicati: Simulator, archive: StoreImporter, fleet: Fleet, ahead: Millis
) -> None:
    end, start = real_now() + DAY + ahead, real_now() - HOUR + ahead
    schedule = {"Time": format_timestamp(start), "Repeat": "1D"}
    duplicati.ahead = ahead
    duplicati.backups[0]["Schedule"] = schedule
    duplicati.state |= {
        "ProgramState": "Paused",
        "EstimatedPauseEnd": format_timestamp(end),
        "SchedulerQueueIds": QUEUE,
    }
    pull(duplicati, archive)
    found = known(fleet)
    assert found is not None
    assert (found.paused, found.paused_since) == (True, NOW)
    assert abs((found.paused_until or 0) - (end - ahead)) < MINUTE
    waits_since = found.waits_since("DB-2")
    assert waits_since is not None
    assert abs(waits_since - (start - ahead)) < MINUTE
    assert found.waits_since("DB-3") == NOW


@pytest.mark.parametrize("answer", [*UNREADABLE, Canned(404)])
def test_what_was_known_stands_while_the_state_cannot_be_read(
    duplicati: Simulator, archive: StoreImporter, fleet: Fleet, clock: Clock, answer: Canned
) -> None:
    duplicati.state |= {"ProgramState": "Paused", "SchedulerQueueIds": QUEUE[1:]}
    pull(duplicati, archive)
    duplicati.always[STATE] = answer
    clock.now += HOUR
    assert pull(duplicati, archive).complete
    waiting = (Waiting("DB-2", NOW),)
    assert known(fleet) == Pulled(clock.now, paused=True, paused_since=NOW, waiting=waiting)


def test_a_server_that_does_not_say_whether_it_is_paused_is_not_known_to_be(
    duplicati: Simulator, archive: StoreImporter, fleet: Fleet
) -> None:
    del duplicati.state["ProgramState"]
    pull(duplicati, archive)
    assert known(fleet) == Pulled(NOW)


def test_a_pull_that_leaves_something_out_tells_nothing_of_the_server(
    duplicati: Simulator, archive: StoreImporter, fleet: Fleet
) -> None:
    duplicati.add_backup("3", "Mail")
    duplicati.always["/backup/3/log"] = Canned(404)
    assert not pull(duplicati, archive).complete
    assert known(fleet) is None


def test_a_command_keeps_the_table_of_the_daemon(
    duplicati: Simulator, archive: StoreImporter, fleet: Fleet, clock: Clock
) -> None:
    table = PullTable("nas", 15 * MINUTE)
    pull(duplicati, archive, table)
    clock.now += HOUR
    pull(duplicati, archive)
    assert known(fleet) == Pulled(NOW + HOUR, paused=False, waiting=(), table=table)


@pytest.mark.parametrize("trust", ["fingerprint", "ca_file", "insecure"])
def test_the_certificate_is_kept_however_it_is_trusted(
    secure_duplicati: Simulator,
    certificate: Certificate,
    archive: StoreImporter,
    fleet: Fleet,
    trust: str,
) -> None:
    ways: dict[str, object] = {
        "fingerprint": certificate.fingerprint,
        "ca_file": str(certificate.path),
        "insecure": True,
    }
    target = source_of(secure_duplicati, **{trust: ways[trust]})
    asked = open_server(target, PASSWORD, AT_ONCE)
    note_pull(archive, pull_server(asked, archive, Bookmarks(), lambda _place: None))
    asked.close()
    found = known(fleet)
    assert found is not None
    assert found.certificate is not None
    der = ssl.PEM_cert_to_DER_cert(certificate.path.read_text())
    assert found.certificate.fingerprint == hashlib.sha256(der).hexdigest()
    assert DAY < found.certificate.expires - real_now() <= 2 * DAY
