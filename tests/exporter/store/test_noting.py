"""What pulls knew of servers, kept in either store."""

import pytest

from exporter.model.pulled import Certificate, Pulled, PullTable, Waiting
from exporter.store import Store, UnknownIdError
from exporter.times import DAY, HOUR, MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

PULLED = Pulled(
    NOW,
    paused=True,
    paused_since=NOW - HOUR,
    paused_until=NOW + HOUR,
    waiting=(Waiting("DB-2", NOW - HOUR), Waiting("DB-3")),
    certificate=Certificate("1f" * 32, NOW + 90 * DAY),
    certificate_changed=NOW - DAY,
    table=PullTable("nas", 15 * MINUTE),
    failures=3,
)


def note(store: Store, server_id: int, pulled: Pulled | None) -> None:
    store.note_pulled(server_id, lambda _known: pulled)


def known(store: Store) -> dict[str, Pulled | None]:
    return {server.name: server.pulled for server in store.snapshot().servers}


def report(server: str, days: int = 1) -> bytes:
    return duplicati_report(began=NOW - days * DAY, server=server, machine_id=f"id of {server}")


def test_all_of_it_outlives_a_restart_and_reports(store: Store, database: Database) -> None:
    nas = deliver(store, report("nas")).server.id
    deliver(store, report("attic"))
    note(store, nas, PULLED)
    deliver(store, report("nas", 0))
    assert known(store) == {"nas": PULLED, "attic": None}
    again = database.reopen(store)
    assert known(again) == {"nas": PULLED, "attic": None}
    note(again, nas, None)
    assert known(again) == {"nas": None, "attic": None}


def test_it_is_changed_from_what_it_is(store: Store) -> None:
    nas = deliver(store, report("nas")).server.id
    seen: list[Pulled | None] = []

    def edit(pulled: Pulled | None) -> Pulled | None:
        seen.append(pulled)
        return PULLED

    for _ in range(3):
        store.note_pulled(nas, edit)
    assert seen == [None, PULLED, PULLED]


@pytest.mark.parametrize(("older", "newer"), [("nas", "attic"), ("attic", "nas")])
def test_servers_that_are_merged_keep_the_newer(store: Store, older: str, newer: str) -> None:
    ids = {name: deliver(store, report(name)).server.id for name in ("nas", "attic")}
    note(store, ids[older], Pulled(NOW - DAY))
    note(store, ids[newer], PULLED)
    store.merge_servers(ids["nas"], [ids["attic"]], BY)
    assert list(known(store).values()) == [PULLED]


def test_it_needs_a_server(store: Store) -> None:
    with pytest.raises(UnknownIdError):
        note(store, 9, PULLED)
