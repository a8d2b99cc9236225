"""What costs a look at the disk is asked seldom."""

from itertools import count

import pytest

from exporter.notifications.seldom import Seldom
from tests.support.daemon import Clock


def test_an_answer_counts_for_its_time_from_the_question_on() -> None:
    clock, answers = Clock(0), count()
    seldom = Seldom(answers.__next__, 2, clock)
    assert [seldom(), seldom()] == [0, 0]
    clock.now = 1
    assert seldom() == 0
    clock.now = 2
    assert [seldom(), seldom()] == [1, 1]


def test_the_last_answer_is_given_however_old_it_is() -> None:
    clock, answers = Clock(0), count()
    seldom = Seldom(answers.__next__, 2, clock)
    assert seldom.last() == 0
    clock.now = 2
    assert (seldom.last(), seldom(), seldom.last()) == (0, 1, 1)


def test_none_is_an_answer_too() -> None:
    asked = count()
    seldom = Seldom(lambda: None if next(asked) == 0 else "again", 1, Clock(0))
    assert (seldom(), seldom()) == (None, None)


def test_an_error_is_raised_and_the_next_caller_asks_again() -> None:
    answers = iter((None, "told"))

    def ask() -> str:
        answer = next(answers)
        if answer is None:
            raise ValueError
        return answer

    seldom = Seldom(ask, 1, Clock(0))
    with pytest.raises(ValueError, match=r"^$"):
        seldom()
    assert seldom() == "told"
