"""One machine with several machine-ids: merged if that is certain, else reported."""

import pytest
from msgspec.structs import replace

from exporter.model import Delivery, Server
from exporter.reports import read_report
from exporter.store import Recorded, Store
from exporter.times import DAY, HOUR
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.shown import Shown


def body(machine_id: str | None, *, name: str | None = "nas", day: int = 9) -> bytes:
    return duplicati_report(began=NOW - day * DAY, machine_id=machine_id, server=name)


def fetch(store: Store, sent: bytes, *, dry: bool = False) -> Recorded:
    report, delivery = read_report(sent), Delivery(NOW - HOUR, "collected", fetched=True)
    if dry:
        return store.dry_run([(report, delivery)])[0]
    return store.record_all([(report, delivery)])[0]


def servers(store: Store) -> dict[int, Server]:
    return {server.id: server for server in store.snapshot().servers}


def ids(store: Store) -> dict[str, int]:
    return dict(store.snapshot().machine_ids)


def test_what_is_fetched_of_a_machine_that_posts_is_of_that_machine(store: Store) -> None:
    posted = deliver(store, body("reports-id"))
    fetched = fetch(store, body("install-id", day=8))
    assert fetched.server.id == posted.server.id
    assert ids(store) == {"reports-id": posted.server.id, "install-id": posted.server.id}
    assert servers(store)[posted.server.id].machine_id == "reports-id"
    (note,) = fetched.notes
    assert "install-id" in note
    assert "nas" in note


def test_who_posts_after_it_was_fetched_of_is_the_same_machine(store: Store) -> None:
    fetched = fetch(store, body("install-id"))
    posted = deliver(store, body("reports-id", day=8))
    assert posted.server.id == fetched.server.id
    assert len(servers(store)) == 1


def test_that_holds_after_a_restart(store: Store) -> None:
    fetch(store, body("install-id"))
    deliver(store, body("install-id", day=8))  # posts with it: so another id is another machine
    assert deliver(store, body("reports-id", day=7)).server.possible_duplicate_of is not None
    assert len(servers(store)) == 2


def test_of_several_servers_of_a_name_the_one_with_the_run_is_it(store: Store) -> None:
    for number, machine_id in enumerate(("one", "two")):
        deliver(store, body(machine_id, day=9 - number))
    fetched = fetch(store, body("install-id", day=8))
    assert fetched.server.machine_id == "two"
    assert not fetched.new


def test_of_several_servers_of_a_name_none_is_taken_without_a_run(store: Store) -> None:
    for number, machine_id in enumerate(("one", "two")):
        deliver(store, body(machine_id, day=9 - number))
    assert len({fetch(store, body("install-id", day=5)).server.id, *servers(store)}) == 3


def test_a_machine_known_by_its_address_is_found_by_its_run(store: Store) -> None:
    posted = deliver(store, body(None, name=None))
    assert fetch(store, body("install-id")).server.id == posted.server.id


def test_a_dry_run_returns_the_same_and_changes_nothing(store: Store) -> None:
    deliver(store, body("reports-id"))
    assert len(fetch(store, body("install-id", day=8), dry=True).notes) == 1
    assert set(ids(store)) == {"reports-id"}


def test_a_new_id_under_a_known_name_stays_apart_and_is_reported(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    first = deliver(store, body("one"))
    caplog.set_level("WARNING", "exporter.store")
    second = deliver(store, body("two", day=8))
    assert second.server.id != first.server.id
    assert second.server.possible_duplicate_of == first.server.id
    assert caplog.messages == ["a server may be one that is known already"]
    assert f"duplistatus server merge {first.server.id} {second.server.id}" in second.notes[0]


def test_an_id_from_a_known_address_stays_apart_and_is_reported(store: Store) -> None:
    first = deliver(store, body(None, name=None))
    second = deliver(store, body("one", day=8))
    assert second.server.possible_duplicate_of == first.server.id


def test_a_name_from_a_known_address_is_reported_and_an_id_changes_nothing(
    store: Store,
) -> None:
    """Duplicati of 2026 reports no id until it was started a second time."""
    first = deliver(store, body(None, name=None))
    second = deliver(store, body(None, day=8))
    third = deliver(store, body("one", day=9))
    assert second.server.possible_duplicate_of == first.server.id
    assert third.server.id == second.server.id
    assert third.server.possible_duplicate_of == first.server.id


def test_an_id_from_another_address_and_of_another_name_is_no_duplicate(store: Store) -> None:
    deliver(store, body(None, name=None))
    other = duplicati_report(began=NOW - DAY, machine_id="one", server="other")
    assert deliver(store, other, sender="192.0.2.99").server.possible_duplicate_of is None


def two(store: Store) -> tuple[int, int]:
    return deliver(store, body("one")).server.id, deliver(store, body("two", day=8)).server.id


def test_a_merge_settles_it(store: Store) -> None:
    first, second = two(store)
    store.merge_servers(first, [second], BY)
    assert [server.possible_duplicate_of for server in servers(store).values()] == [None]
    assert deliver(store, body("two", day=7)).server.id == first


def test_a_merge_the_other_way_settles_it_too(store: Store) -> None:
    first, second = two(store)
    shown = Shown()
    store.follow(shown)
    store.merge_servers(second, [first], BY)
    assert servers(store)[second].possible_duplicate_of is None
    (change,) = shown.changes
    assert [server.possible_duplicate_of for server in change.servers] == [None]


def test_a_server_that_is_deleted_is_nobodys_duplicate(store: Store) -> None:
    first, second = two(store)
    store.delete_server(first, BY)
    assert servers(store)[second].possible_duplicate_of is None


def test_a_person_may_say_that_they_are_two(store: Store) -> None:
    _, second = two(store)
    store.set_server(second, lambda server: replace(server, possible_duplicate_of=None), BY)
    deliver(store, body("two", day=7))
    assert servers(store)[second].possible_duplicate_of is None


def test_a_first_start_without_an_id_is_no_other_machine(store: Store) -> None:
    first = deliver(store, body("", day=9))
    second = deliver(store, body("one", day=8))
    assert second.server.id == first.server.id
    assert second.server.possible_duplicate_of is None
    assert SENDER not in {server.name for server in servers(store).values()}


def test_two_histories_of_one_name_are_of_two_machines(store: Store) -> None:
    first, second = fetch(store, body("one")), fetch(store, body("two", day=8))
    assert first.server.id != second.server.id
    assert second.server.possible_duplicate_of == first.server.id


def test_a_machine_that_posts_is_found_by_one_history_only(store: Store) -> None:
    posted = deliver(store, body("reports-id"))
    first, second = fetch(store, body("one", day=8)), fetch(store, body("two", day=7))
    assert first.server.id == posted.server.id
    assert second.server.id != posted.server.id
