from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack
from msgspec.structs import replace

from exporter.model.pulled import (
    Certificate,
    Pulled,
    PullTable,
    Seen,
    SeenState,
    Waiting,
    after,
    failed,
    without_table,
)
from exporter.times import DAY, HOUR, MINUTE, Millis

NOW: Millis = 1_768_473_000_000
ONE, OTHER = Certificate("1" * 64, NOW + 90 * DAY), Certificate("2" * 64, NOW + 120 * DAY)
TABLE = PullTable("nas", 15 * MINUTE)


@dataclass
class History:
    """What is known of a server, pull by pull, each an hour after the one before."""

    known: Pulled | None = None
    now: Millis = NOW - HOUR

    def pull(self, state: SeenState | None = None, **seen: object) -> Pulled:
        self.now += HOUR
        self.known = after(self.known, Seen(state, **seen), self.now)  # type: ignore[arg-type] # by name
        return self.known


def test_a_pause_has_lasted_since_the_pull_that_saw_it_first() -> None:
    history = History()
    assert history.pull(SeenState(paused=False)).paused_since is None
    for _ in range(3):
        known = history.pull(SeenState(paused=True, until=NOW + DAY))
        assert (known.paused_since, known.paused_until) == (NOW + HOUR, NOW + DAY)
    ended = history.pull(SeenState(paused=False))
    assert (ended.paused, ended.paused_since, ended.paused_until) == (False, None, None)
    assert history.pull(SeenState(paused=True)).paused_since == NOW + 5 * HOUR


@pytest.mark.parametrize("until", [NOW + 5 * HOUR, None])
def test_one_that_is_seen_after_the_end_of_the_one_before_is_another(until: Millis | None) -> None:
    history = History()
    history.pull(SeenState(paused=True, until=NOW + 2 * HOUR))
    longer = history.pull(SeenState(paused=True, until=NOW + 3 * HOUR))
    assert (longer.paused_since, longer.paused_until) == (NOW, NOW + 3 * HOUR)
    history.now += 2 * HOUR
    another = history.pull(SeenState(paused=True, until=until))
    assert (another.paused_since, another.paused_until) == (NOW + 4 * HOUR, until)


def test_one_that_goes_on_after_its_end_has_none() -> None:
    history = History()
    for _ in range(2):
        known = history.pull(SeenState(paused=True, until=NOW - HOUR))
        assert (known.paused_since, known.paused_until) == (NOW, None)
        assert known.pause_forgotten_from() == NOW + HOUR


def test_what_a_pull_cannot_see_stands() -> None:
    history = History()
    known = history.pull(
        SeenState(paused=True, until=NOW, waiting=(Waiting("DB-2"),)), certificate=ONE, table=TABLE
    )
    assert history.pull() == replace(known, at=NOW + HOUR)


def test_what_waits_has_waited_since_its_start_passed_else_since_it_was_seen() -> None:
    history = History()
    waiting = (Waiting("DB-2", NOW - MINUTE), Waiting("DB-3"))
    for _ in range(2):
        known = history.pull(SeenState(paused=False, waiting=waiting))
        assert known.waiting == (Waiting("DB-2", NOW - MINUTE), Waiting("DB-3", NOW))
        assert (known.waits_since("DB-3"), known.waits_since("DB-4")) == (NOW, None)
    assert history.pull(SeenState(paused=False)).waiting == ()


def test_another_certificate_is_noted_when_it_is_seen_first() -> None:
    history = History()
    assert history.pull(certificate=ONE).certificate_changed is None
    assert history.pull(certificate=ONE).certificate_changed is None
    assert history.pull(certificate=OTHER).certificate_changed == NOW + 2 * HOUR
    assert history.pull(certificate=OTHER).certificate_changed == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("pulled", "expected"),
    [
        (Pulled(NOW), None),
        (Pulled(NOW, paused=False), None),
        (Pulled(NOW, paused=True, paused_since=NOW), NOW + HOUR),
        (Pulled(NOW, paused=True, paused_since=NOW, paused_until=NOW + 2 * DAY), NOW + DAY),
        (Pulled(NOW, paused=True, paused_since=NOW, paused_until=NOW + DAY), None),
    ],
)
def test_a_pause_is_forgotten_sooner_where_it_has_no_end(
    pulled: Pulled, expected: Millis | None
) -> None:
    assert pulled.pause_forgotten_from() == expected


def test_failures_count_until_the_table_is_gone() -> None:
    known = History().pull(table=TABLE)
    twice = failed(failed(known))
    assert twice == replace(known, failures=2, failed_in_a_row=2)
    assert after(twice, Seen(), NOW) == replace(known, at=NOW, failures=2)
    assert without_table(twice) == replace(known, table=None)
    assert failed(None) is without_table(None) is None


MILLIS = st.integers(0, 2**45)
IDS = st.sampled_from(["DB-1", "DB-2", "DB-3"])
STATES = st.builds(
    SeenState,
    st.booleans(),
    st.none() | MILLIS,
    st.lists(
        st.builds(Waiting, IDS, st.none() | MILLIS), unique_by=lambda each: each.backup_id
    ).map(tuple),
)
SEEN = st.builds(
    Seen, st.none() | STATES, st.none() | st.sampled_from([ONE, OTHER]), st.none() | st.just(TABLE)
)


@given(st.lists(SEEN, min_size=1, max_size=6), SEEN)
def test_seeing_the_same_again_changes_only_when(pulls: list[Seen], last: Seen) -> None:
    known = None
    for number, seen in enumerate(pulls):
        known = after(known, seen, NOW + number)
    once = after(known, last, NOW + 9)
    assert after(once, last, NOW + 99) == replace(once, at=NOW + 99)
    assert msgpack.decode(msgpack.encode(once), type=Pulled) == once
