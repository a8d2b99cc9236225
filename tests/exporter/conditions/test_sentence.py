import pytest
from msgspec.structs import replace

from exporter.conditions.counts import StatusSummary
from exporter.conditions.sentence import sentence
from exporter.model.conditions import Condition


def census(
    jobs: int, *, fine: int = 0, unwatched: int = 0, unjudged: int = 0, **held: int
) -> StatusSummary:
    counts = {Condition(name): count for name, count in held.items()}
    return StatusSummary(jobs, counts, fine, unwatched, unjudged)


def excusing(counted: StatusSummary, **excused: int) -> StatusSummary:
    counts = {Condition(name): count for name, count in excused.items()}
    return replace(counted, excused=counts)


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (census(0), "No backup has reported yet"),
        (census(0, unjudged=2), "0 of 2 backups are fine, 2 could not be evaluated"),
        (census(1, fine=1), "The only backup is fine"),
        (census(40, fine=40), "All 40 backups are fine"),
        (census(40, fine=40, running=2), "All 40 backups are fine"),
        (census(40, fine=40, warning=3), "All 40 backups are fine, 3 ended with warnings"),
        (census(40, fine=40, unjudged=1), "40 of 41 backups are fine, 1 could not be evaluated"),
        (census(40, overdue=2, failing=1), "2 of 40 backups are overdue, 1 failed"),
        (
            census(9000, overdue=2000, failing=1000),
            "2,000 of 9,000 backups are overdue, 1,000 failed",
        ),
        (census(40, overdue=1), "1 of 40 backups is overdue"),
        (census(1, overdue=1, failing=1), "The only backup is overdue, 1 failed"),
        (census(40, damaged=1), "1 of 40 backups failed verification"),
        (census(40, stale=2, stalled=1), "2 of 40 backups are stale, 1 is stalled"),
        (census(40, stale=1, shrinking=1), "1 of 40 backups is stale, 1 shrank"),
        (census(40, interrupted=1), "1 of 40 backups was interrupted"),
        (census(40, failing=1, interrupted=2), "1 of 40 backups failed, 2 were interrupted"),
        (census(40, filling=1), "1 of 40 backups has a destination that is filling up"),
        (census(40, filling=2), "2 of 40 backups have destinations that are filling up"),
        (
            census(40, fine=40, unusual=1, warning=3),
            "All 40 backups are fine, 1 was unusual, 3 ended with warnings",
        ),
        (census(40, fine=38, overdue=2, unusual=2), "2 of 40 backups are overdue, 2 were unusual"),
        (census(40, second_copy=1), "1 of 40 backups has no recent second copy"),
        (census(40, second_copy=2), "2 of 40 backups have no recent second copy"),
        (census(40, unnamed=1), "1 of 40 backups reports without a name"),
        (census(1, unnamed=1), "The only backup reports without a name"),
        (census(40, fine=39, waiting=1), "39 of 40 backups are fine, 1 has not ended a first run"),
        (census(3, fine=1, unwatched=2), "1 of 3 backups is fine, 2 are not watched"),
        (census(40, fine=40, muted=1), "All 40 backups are fine, 1 is muted"),
        (
            excusing(census(40, fine=38, overdue=2, muted=2), overdue=2),
            "38 of 40 backups are fine, 2 are muted",
        ),
        (
            excusing(census(40, overdue=3, failing=1, muted=2), overdue=2, failing=1),
            "1 of 40 backups is overdue, 2 are muted",
        ),
        (
            excusing(census(1, overdue=1, muted=1), overdue=1),
            "The only backup is not known to be fine, 1 is muted",
        ),
        (census(1, unwatched=1), "The only backup is not known to be fine, 1 is not watched"),
    ],
)
def test_the_sentence_tells_the_worst_first_and_hides_nothing(
    counted: StatusSummary, text: str
) -> None:
    assert sentence(counted) == text


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (census(1, failing=1), "The only backup failed 3 hours ago"),
        (census(40, failing=1), "1 of 40 backups failed 3 hours ago"),
        (census(40, failing=2), "2 of 40 backups failed, the last 3 hours ago"),
        (census(40, overdue=2, failing=1), "2 of 40 backups are overdue, 1 failed 3 hours ago"),
        (census(40, fine=40), "All 40 backups are fine"),
    ],
)
def test_the_sentence_tells_when_the_last_failure_was(counted: StatusSummary, text: str) -> None:
    assert sentence(counted, "3 hours ago") == text
