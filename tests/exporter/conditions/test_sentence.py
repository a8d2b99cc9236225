import pytest
from msgspec.structs import replace

from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import AnyFault, Fault
from exporter.conditions.sentence import headline, sentence
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition


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
        (census(40, unnamed=1), "1 of 40 backups sends reports without a name"),
        (census(1, unnamed=1), "The only backup sends reports without a name"),
        (census(40, fine=39, waiting=1), "39 of 40 backups are fine, 1 has no reported run"),
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


FAULTS: dict[AnyFault, str] = {
    DaemonCondition.STORAGE: "reports cannot be stored",
    DaemonCondition.REFUSED: "2 reports were refused",
    DaemonCondition.CLOCK: "the daemon's clock is in doubt",
    DaemonCondition.NOTIFICATIONS: "messages are not delivered",
    DaemonCondition.CONFIG: "the configuration has faults",
    DaemonCondition.LIMIT: "a limit was reached",
    ServerCondition.DUPLICATI_PAUSED: "Duplicati is paused on 2 servers",
    ServerCondition.PULL_FAILING: "2 servers cannot be pulled",
}


@pytest.mark.parametrize(("condition", "text"), FAULTS.items())
def test_what_is_wrong_beside_the_jobs_ends_all_fine(condition: AnyFault, text: str) -> None:
    faults = [Fault(condition, "a reason", count=2)]
    calm = census(3, fine=3, warning=1)
    told = f"All 3 backups reported fine, but {text}, 1 ended with warnings"
    assert sentence(calm, faults=faults) == told
    assert headline(calm, faults=faults) == told


def test_a_certificate_is_said_beside_all_fine() -> None:
    faults = [Fault(ServerCondition.CERTIFICATE, "a reason", server="nas")]
    told = sentence(census(3, fine=3, warning=1), faults=faults)
    assert told == (
        "All 3 backups are fine, 1 ended with warnings, the certificate of 1 server is to be looked"
        " at"
    )


def test_several_servers_that_cannot_be_pulled_are_said_once() -> None:
    faults = [Fault(ServerCondition.PULL_FAILING, "no", server=name) for name in "ab"]
    told = sentence(census(1, fine=1), faults=faults)
    assert told == "The only backup reported fine, but 2 servers cannot be pulled"


def test_what_is_as_serious_is_told_before_a_lesser_trouble_of_a_job() -> None:
    faults = [Fault(each, "a reason") for each in (DaemonCondition.STORAGE, DaemonCondition.LIMIT)]
    told = sentence(census(40, overdue=1, stale=1, stalled=1, warning=2, unjudged=1), None, faults)
    assert told == (
        "1 of 41 backups is overdue, reports cannot be stored, 1 is stale, a limit was reached,"
        " 1 is stalled, 1 could not be evaluated, 2 ended with warnings"
    )


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (census(40, fine=40), "All 40 backups are fine"),
        (
            census(40, overdue=2, failing=1, stale=1),
            "2 of 40 backups are overdue, 1 failed, 1 is stale",
        ),
        (
            census(40, overdue=2, failing=1, stale=1, muted=1),
            "2 of 40 backups are overdue, 1 failed, 1 is stale, and 1 more",
        ),
        (
            census(40, overdue=2, failing=1, stale=1, stalled=1, shrinking=1, warning=2, muted=3),
            "2 of 40 backups are overdue, 1 failed, 1 is stale, and 4 more",
        ),
    ],
)
def test_the_headline_has_the_worst_three_facts(counted: StatusSummary, text: str) -> None:
    assert headline(counted) == text


def test_a_headline_hides_neither_the_storage_nor_an_unjudged_job() -> None:
    counted = census(40, overdue=1, failing=1, damaged=1, stale=1, unjudged=1)
    faults = [Fault(DaemonCondition.STORAGE, "the disk is full")]
    assert "reports cannot be stored" in headline(counted, faults=faults)
    assert "1 could not be evaluated" in headline(
        census(40, fine=39, waiting=1, muted=1, warning=1, unwatched=1, unjudged=1)
    )
