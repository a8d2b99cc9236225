"""Answers are given again as long as they are made of the same, and take little memory."""

from api.prepared import MOST_ANSWERS, MOST_BYTES, Prepared


def test_an_answer_is_found_by_what_was_asked_and_equal_facts() -> None:
    prepared = Prepared()
    kept = prepared.keep("one", (1, "a"), b"body")
    assert prepared.find("one", (1, "a")) is kept
    assert prepared.find("one", (2, "a")) is None
    assert prepared.find("two", (1, "a")) is None


def test_the_last_answer_to_what_was_asked_is_kept() -> None:
    prepared = Prepared()
    prepared.keep("one", 1, b"old")
    prepared.keep("one", 2, b"new")
    assert prepared.find("one", 1) is None
    found = prepared.find("one", 2)
    assert found is not None
    assert found.body == b"new"


def test_more_answers_than_fit_are_forgotten_and_the_newest_stays() -> None:
    prepared, third = Prepared(), b"x" * (MOST_BYTES // 3)
    for name in range(4):
        prepared.keep(name, 1, third)
    assert [name for name in range(4) if prepared.find(name, 1)] == [3]


def test_an_answer_that_is_too_large_is_not_kept() -> None:
    prepared = Prepared()
    assert prepared.keep("all", 1, b"x" * (MOST_BYTES + 1)).body
    assert prepared.find("all", 1) is None
    prepared.keep("one", 1, b"x" * MOST_BYTES)
    assert prepared.find("one", 1)


def test_what_is_replaced_takes_no_room() -> None:
    prepared, half = Prepared(), b"x" * (MOST_BYTES // 2)
    for facts in range(5):
        prepared.keep("one", facts, half)
        prepared.keep("two", facts, half)
    assert prepared.find("one", 4)
    assert prepared.find("two", 4)


def test_so_many_small_answers_are_kept() -> None:
    prepared = Prepared()
    for name in range(MOST_ANSWERS + 1):
        prepared.keep(name, 1, b"")
    assert prepared.find(0, 1) is None
    assert prepared.find(MOST_ANSWERS, 1)
