from itertools import permutations

import pytest

from exporter.model import Server
from exporter.store import Store
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import documented_report, duplicati_report, text_report

BEGAN = NOW - DAY


def servers(store: Store) -> list[tuple[str, str | None]]:
    return [(server.name, server.machine_id) for server in store.snapshot().servers]


def only_server(store: Store) -> Server:
    (server,) = store.snapshot().servers
    return server


def anonymous(n: int = 0) -> bytes:
    """Build a report as Duplicati 2.0.7 sends it: without a machine."""
    return duplicati_report(began=BEGAN + n * MINUTE, server=None, machine_id=None)


def named(name: str, n: int = 0) -> bytes:
    return documented_report(began=BEGAN + n * MINUTE, server=name)


def identified(machine_id: str, name: str | None = "nas", n: int = 0) -> bytes:
    return duplicati_report(began=BEGAN + n * MINUTE, server=name, machine_id=machine_id)


def test_a_machine_id_finds_its_server_whatever_name_comes_with_it(store: Store) -> None:
    first = deliver(store, identified("m-1", "nas"))
    again = deliver(store, identified("m-1", "renamed", 1), server="url-name")
    assert again.server.id == first.server.id
    assert len(store.snapshot().servers) == 1


def test_two_machine_ids_of_one_name_are_two_servers(store: Store) -> None:
    first = deliver(store, identified("m-1"))
    second = deliver(store, identified("m-2", n=1))
    assert first.server.id != second.server.id
    assert servers(store) == [("nas", "m-1"), ("nas", "m-2")]


def test_a_machine_id_without_a_name_is_named_by_itself_until_a_name_comes(store: Store) -> None:
    first = deliver(store, identified("m-1", None))
    assert first.server.name == "m-1"
    again = deliver(store, identified("m-1", "nas", 1))
    assert (again.server.id, again.server.name) == (first.server.id, "nas")


def test_the_name_in_the_url_wins_over_the_machines_own(store: Store) -> None:
    recorded = deliver(store, named("server-01"), server="Basement")
    assert recorded.server.name == "Basement"
    assert deliver(store, anonymous(1), server="Basement").server.id == recorded.server.id


def test_reports_of_one_name_are_of_one_server(store: Store) -> None:
    first = deliver(store, named("server-01"))
    assert deliver(store, named("server-01", 1)).server.id == first.server.id
    assert deliver(store, named("server-02", 2)).server.id != first.server.id


def test_a_name_finds_the_server_that_reported_last_of_several(store: Store) -> None:
    one = deliver(store, identified("m-1"), received=NOW)
    two = deliver(store, identified("m-2", n=1), received=NOW + 1)
    assert deliver(store, named("nas", 2), received=NOW + 2).server.id == two.server.id
    deliver(store, identified("m-1", n=3), received=NOW + 3)
    assert deliver(store, named("nas", 4), received=NOW + 4).server.id == one.server.id


def test_a_sender_without_a_machine_is_known_by_address(store: Store) -> None:
    first = deliver(store, anonymous(), sender="192.0.2.1")
    other = deliver(store, anonymous(), sender="192.0.2.2")
    again = deliver(store, anonymous(1), sender="192.0.2.1")
    assert first.server.name == "192.0.2.1"
    assert other.server.id != first.server.id
    assert again.server.id == first.server.id


def test_a_name_that_looks_like_an_address_is_not_that_address(store: Store) -> None:
    by_address = deliver(store, anonymous(), sender="192.0.2.1")
    by_name = deliver(store, named("192.0.2.1"))
    assert by_name.server.id != by_address.server.id


def test_a_server_known_by_name_only_takes_a_machine_id_that_arrives(store: Store) -> None:
    known = deliver(store, named("nas"))
    taken = deliver(store, identified("m-1", "nas", 1))
    assert taken.server.id == known.server.id
    assert servers(store) == [("nas", "m-1")]
    renamed = deliver(store, identified("m-1", "attic", 2))
    assert renamed.server.id == known.server.id


def test_the_name_in_the_url_leads_a_machine_id_to_the_server_known_by_it(store: Store) -> None:
    known = deliver(store, anonymous(), server="Basement")
    taken = deliver(store, identified("m-1", "nas", 1), server="Basement")
    assert taken.server.id == known.server.id
    assert servers(store) == [("Basement", "m-1")]


def test_a_server_takes_no_second_machine_id(store: Store) -> None:
    known = deliver(store, named("nas"))
    first = deliver(store, identified("m-1", n=1))
    second = deliver(store, identified("m-2", n=2))
    assert first.server.id == known.server.id
    assert second.server.id != known.server.id
    assert deliver(store, identified("m-1", n=3)).server.id == known.server.id
    assert servers(store) == [("nas", "m-1"), ("nas", "m-2")]


def test_the_same_run_with_a_machine_id_added_is_no_second_run(store: Store) -> None:
    known = deliver(store, duplicati_report(began=BEGAN, machine_id=None))
    again = deliver(store, duplicati_report(began=BEGAN, machine_id="m-1"))
    assert (again.new, again.run_id) == (False, known.run_id)
    assert servers(store) == [("nas", "m-1")]


def test_text_and_json_reports_of_a_machine_are_of_one_server_and_job(store: Store) -> None:
    json_report = deliver(store, identified("m-1"))
    text = deliver(store, text_report(began=BEGAN + HOUR))
    assert text.job.id == json_report.job.id


def test_a_server_goes_by_the_newest_name_it_gave(store: Store) -> None:
    deliver(store, identified("m-1", "new", 5))
    deliver(store, identified("m-1", "old", 1))
    assert only_server(store).name == "new"
    deliver(store, identified("m-1", "newest", 9))
    assert only_server(store).name == "newest"


VERSIONS = {1: "2.0.8.1", 2: "2.1.0.5", 3: None}


@pytest.mark.parametrize("arrival", list(permutations(VERSIONS)))
def test_the_newest_version_reported_is_known_in_whatever_order_reports_arrive(
    store: Store, arrival: tuple[int, ...]
) -> None:
    for minute in arrival:
        began = BEGAN + minute * MINUTE
        deliver(store, duplicati_report(began=began, version=VERSIONS[minute]))
    assert only_server(store).version == "2.1.0.5"


def test_a_report_of_the_past_fills_what_is_not_known_yet(store: Store) -> None:
    deliver(store, duplicati_report(began=BEGAN, os=None, version=None))
    deliver(store, duplicati_report(began=BEGAN - HOUR, os="Linux", version="2.1.0.5"))
    assert (only_server(store).os, only_server(store).version) == ("Linux", "2.1.0.5")


def test_the_last_report_is_the_newest_arrival(store: Store) -> None:
    deliver(store, identified("m-1"), received=NOW)
    deliver(store, identified("m-1", n=-60), received=NOW + HOUR)
    assert only_server(store).last_report == NOW + HOUR
