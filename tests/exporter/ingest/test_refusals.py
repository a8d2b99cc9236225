"""Whatever comes in which order, a refused report is open exactly as long as it should be."""

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from exporter.ingest.refusals import Refusals
from exporter.model import Delivery, Rejected
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR
from tests.support.daemon import NOW
from tests.support.empty import empty_database

ADDRESSES = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
BODIES = (b"hello", b"ParsedResult: Success")


class Came(Struct, frozen=True):
    """Something that came: taken (`status` 200) or refused, so long after what came before."""

    address: str
    status: int
    body: bytes
    live: bool = False
    after: int = 0


ARRIVALS = st.builds(
    Came,
    st.sampled_from(ADDRESSES),
    st.sampled_from([200, 200, 400, 400, 401, 403, 413, 421, 429, 500, 503]),
    st.sampled_from(BODIES),
    st.booleans(),
    st.sampled_from([0, 1, HOUR, DAY - 1, DAY]),
)
SILENT = {401, 403, 421, 429, 503}


def refused(came: Came, now: int) -> Rejected:
    return Rejected(now, came.address, "why", None, len(came.body), came.body, live=came.live)


class Oracle:
    """What should hold, told from all that came."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.open: list[tuple[int, str, bool]] = []

    def see(self, came: Came, now: int) -> None:
        if came.status == 200:
            self.known.add(came.address)
            self.open = [
                each for each in self.open if each[1] != came.address or (came.live and not each[2])
            ]
            return
        if came.live:
            self.open = [each for each in self.open if each[1:] != (came.address, True)]
        counts = came.body == BODIES[1] or came.address in self.known
        if came.status not in SILENT and counts:
            self.open.append((now, came.address, came.live))

    def at(self, now: int) -> list[tuple[int, str]]:
        return [(then, address) for then, address, _ in self.open if now - then < DAY]


def found(refusals: Refusals, now: int) -> tuple[int, int, str] | None:
    told = refusals.open(now)
    return None if told is None else (told.count, told.since, told.newest.address)


@settings(max_examples=40)
@given(st.lists(ARRIVALS, max_size=25))
def test_a_refused_report_is_open_until_one_of_its_address_is_taken(arrivals: list[Came]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, oracle, now = empty_database(Path(folder) / "reports.sqlite"), Oracle(), NOW
        with closing(Store(path)) as store:
            refusals = Refusals(store)
            for came in arrivals:
                now += came.after
                if came.status != 200:
                    refusals.refuse(refused(came, now), came.status)
                elif came.live:
                    refusals.heard(Delivery(now, came.address))
                else:
                    refusals.taken(Delivery(now, came.address))
                oracle.see(came, now)
                due = oracle.at(now)
                expected = (len(due), min(due)[0], due[-1][1]) if due else None
                assert found(refusals, now) == expected
            assert found(Refusals(store), now) == found(refusals, now)


def test_of_too_many_addresses_the_one_known_longest_is_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.ingest.refusals.REPORTERS", 3)
    monkeypatch.setattr("exporter.store.rules.refusals.REPORTERS", 3)
    refusals = Refusals(store)
    for number in (0, 1, 2, 0, 3, 4):
        refusals.taken(Delivery(NOW, f"192.0.2.{number}"))
    assert store.reporters() == [f"192.0.2.{number}" for number in (2, 3, 4)]
    for known in (refusals, Refusals(store)):
        told = [known.knows(f"192.0.2.{number}") for number in range(5)]
        assert told == [False, False, True, True, True]


def test_of_addresses_that_told_of_runs_only_no_more_are_remembered(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.ingest.refusals.REPORTERS", 3)
    refusals = Refusals(store)
    for number in range(5):
        refusals.heard(Delivery(NOW, f"192.0.2.{number}"))
    assert [refusals.knows(f"192.0.2.{number}") for number in range(5)] == [False] * 2 + [True] * 3


def test_the_last_day_tells_what_was_refused_whether_it_counts_or_not(store: Store) -> None:
    refusals = Refusals(store)
    assert (refusals.last_day(NOW), refusals.any) == (None, False)
    for hours, body in enumerate(BODIES):
        refusals.refuse(refused(Came("192.0.2.1", 400, body), NOW + hours * HOUR), 400)
    refusals.taken(Delivery(NOW + 2 * HOUR, "192.0.2.1"))
    told = refusals.last_day(NOW + DAY)
    assert told is not None
    assert (told.count, told.newest.received) == (1, NOW + HOUR)
    assert (refusals.last_day(NOW + 2 * DAY), refusals.any) == (None, True)
