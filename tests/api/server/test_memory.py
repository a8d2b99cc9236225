"""The memory of bodies: within its bound, some of it left to small ones, and given back."""

from hypothesis import given
from hypothesis import strategies as st

from api.server.memory import SMALL_BYTES, Body, Budget

MAX_BYTES = 8 * 1024 * 1024
SIZES = st.lists(st.integers(0, MAX_BYTES), max_size=12)


def body_of(budget: Budget, size: int) -> Body:
    body = Body(budget)
    body.append(bytes(size))
    return body


@given(sizes=SIZES)
def test_all_bodies_together_stay_within_the_bound(sizes: list[int]) -> None:
    budget = Budget(MAX_BYTES)
    bodies = [body_of(budget, size) for size in sizes]
    assert budget.used == sum(map(len, bodies)) <= MAX_BYTES
    for body in bodies:
        body.close()
        body.close()
    assert budget.used == 0


def test_large_bodies_leave_room_to_small_ones() -> None:
    budget = Budget(MAX_BYTES)
    large = [body_of(budget, 2 * SMALL_BYTES) for _ in range(100)]
    assert large[-1].found_no_room
    assert not budget.has_room(2 * SMALL_BYTES)
    assert budget.has_room(SMALL_BYTES)
    assert not body_of(budget, SMALL_BYTES).found_no_room


def test_what_finds_no_room_takes_none() -> None:
    budget = Budget(MAX_BYTES)
    body = body_of(budget, MAX_BYTES // 2)
    body.append(bytes(MAX_BYTES))
    body.append(b"x")
    assert (len(body), budget.used, body.found_no_room) == (0, 0, True)


def test_what_is_read_whole_is_no_copy() -> None:
    body = Body(Budget(MAX_BYTES))
    for _ in range(100):
        body.append(bytes(range(256)))
    first, second = (body.getfile().read(len(body)) for _ in range(2))
    assert first is second
    assert first == bytes(range(256)) * 100
