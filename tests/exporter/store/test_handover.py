import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from exporter.store.handover import Awaited, Told, hand_over

AT_MOST_SECONDS = 60.0


def come(result: object) -> Awaited:
    outcome = Awaited()
    outcome.succeed(result)
    return outcome


def test_each_caller_gets_its_own_result() -> None:
    outcomes = [come(number) for number in range(20)]
    with ThreadPoolExecutor(len(outcomes)) as pool:
        waiting = [pool.submit(each.wait, AT_MOST_SECONDS) for each in outcomes]
        hand_over(outcomes)
        assert [each.result() for each in waiting] == list(range(20))


def test_an_error_is_raised_for_its_caller_alone() -> None:
    failed, fine = Awaited(), come("fine")
    failed.fail(ValueError("of this piece"))
    hand_over([failed, fine])
    with pytest.raises(ValueError, match="of this piece"):
        failed.wait(AT_MOST_SECONDS)
    assert fine.wait(AT_MOST_SECONDS) == "fine"


def test_who_gave_up_is_skipped_and_the_others_are_woken() -> None:
    outcomes = [come(number) for number in range(5)]
    for place in (0, 2, 4):
        with pytest.raises(TimeoutError):
            outcomes[place].wait(0)
        assert not outcomes[place].is_wanted
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(outcomes[place].wait, AT_MOST_SECONDS) for place in (1, 3)]
        hand_over(outcomes)
        assert [each.result() for each in waiting] == [1, 3]


def test_an_error_of_who_is_told_keeps_nothing_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[Told] = []
    outcomes = [Told(AT_MOST_SECONDS, tell) for tell in (told.append, _fail, told.append)]
    for outcome in outcomes:
        outcome.succeed("recorded")
    hand_over(outcomes)
    assert told == [outcomes[0], outcomes[2]]
    assert [each.message for each in caplog.records] == [
        "what became of a report could not be told"
    ]


def _fail(_: Told) -> None:
    raise RuntimeError


def test_who_is_interrupted_wakes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    first, second = come("first"), come("second")
    hand_over([first, second])
    with monkeypatch.context() as broken:
        broken.setattr(Awaited, "_sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            first.wait(AT_MOST_SECONDS)
    assert second.wait(AT_MOST_SECONDS) == "second"


def test_giving_up_at_the_moment_of_the_handover_loses_nobody() -> None:
    """Whoever wins, a caller has its result or is told that it came too late."""
    for _ in range(200):
        outcomes = [come(number) for number in range(4)]
        together = threading.Barrier(len(outcomes) + 1)
        with ThreadPoolExecutor(len(outcomes)) as pool:
            impatient = [pool.submit(_wait, each, together) for each in outcomes[:2]]
            patient = [pool.submit(_wait, each, together, 60.0) for each in outcomes[2:]]
            together.wait()
            hand_over(outcomes)
            assert [each.result() for each in patient] == [2, 3]
            assert [each.result() in (None, n) for n, each in enumerate(impatient)] == [True, True]


def _wait(outcome: Awaited, together: threading.Barrier, seconds: float = 0.0001) -> object:
    together.wait()
    try:
        return outcome.wait(seconds)
    except TimeoutError:
        return None
