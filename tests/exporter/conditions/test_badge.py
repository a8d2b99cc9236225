import pytest

from exporter.conditions.badge import Badge, Tone, badge_of, badge_of_all
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import AnyFault, Fault
from exporter.conditions.sentence import sentence
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition

OVERDUE, FAILING, SHRINKING = Condition.OVERDUE, Condition.FAILING, Condition.SHRINKING
WARNING, PAUSED, WAITING = Condition.WARNING, Condition.PAUSED, Condition.WAITING
MUTED = Condition.MUTED

SAID = [
    (StatusSummary(0, {}), "no backups yet", Tone.NEUTRAL),
    (StatusSummary(1, {Condition.FINE: 1}, fine=1), "all fine", Tone.GOOD),
    (StatusSummary(40, {Condition.FINE: 40}, fine=40), "all fine", Tone.GOOD),
    (StatusSummary(40, {WARNING: 3}, fine=40), "all fine, 3 with warnings", Tone.GOOD),
    (StatusSummary(40, {PAUSED: 2}, fine=38, unwatched=2), "38 of 40 fine", Tone.GOOD),
    (StatusSummary(40, {MUTED: 1}, fine=40), "all fine", Tone.GOOD),
    (
        StatusSummary(40, {OVERDUE: 1, MUTED: 1}, 39, excused={OVERDUE: 1}),
        "39 of 40 fine",
        Tone.GOOD,
    ),
    (StatusSummary(1, {OVERDUE: 1, MUTED: 1}, excused={OVERDUE: 1}), "0 of 1 fine", Tone.NEUTRAL),
    (
        StatusSummary(40, {OVERDUE: 2, FAILING: 1, MUTED: 1}, 37, excused={OVERDUE: 1}),
        "1 overdue, 1 failing",
        Tone.BAD,
    ),
    (StatusSummary(2, {WAITING: 2}), "0 of 2 fine", Tone.NEUTRAL),
    (StatusSummary(40, {SHRINKING: 1}, fine=39), "1 shrinking", Tone.DOUBTFUL),
    (StatusSummary(40, {Condition.FILLING: 1}, fine=39), "1 filling up", Tone.DOUBTFUL),
    (
        StatusSummary(40, {Condition.UNUSUAL: 1, Condition.WARNING: 3}, fine=40),
        "all fine, 1 unusual, 3 with warnings",
        Tone.GOOD,
    ),
    (StatusSummary(40, {Condition.STALLED: 1}, fine=39), "1 stalled", Tone.DOUBTFUL),
    (StatusSummary(40, {Condition.DAMAGED: 1}, fine=39), "1 verification failed", Tone.BAD),
    (StatusSummary(40, {FAILING: 1}, fine=39), "1 failing", Tone.BAD),
    (StatusSummary(40, {Condition.STALE: 1}, fine=39), "1 stale", Tone.BAD),
    (StatusSummary(40, {Condition.INTERRUPTED: 2}, fine=38), "2 interrupted", Tone.DOUBTFUL),
    (StatusSummary(40, {Condition.SECOND_COPY: 1}, fine=39), "1 second copy", Tone.DOUBTFUL),
    (StatusSummary(40, {Condition.UNNAMED: 1}, fine=39), "1 unnamed", Tone.DOUBTFUL),
    (StatusSummary(40, {FAILING: 1, OVERDUE: 2}, fine=37), "2 overdue, 1 failing", Tone.BAD),
    (
        StatusSummary(40, {SHRINKING: 1, FAILING: 3, OVERDUE: 2}, fine=34),
        "2 overdue, 3 failing, …",
        Tone.BAD,
    ),
]


@pytest.mark.parametrize(("census", "words", "tone"), SAID)
def test_a_badge_tells_the_worst_first_in_words_and_tone(
    census: StatusSummary, words: str, tone: Tone
) -> None:
    assert badge_of_all(census) == Badge("backups", words, tone, sentence(census))


UNJUDGED = [
    (StatusSummary(0, {}, errored=1), "1 not evaluated", Tone.DOUBTFUL),
    (StatusSummary(39, {}, fine=39, errored=1), "1 not evaluated", Tone.DOUBTFUL),
    (
        StatusSummary(38, {OVERDUE: 2}, fine=36, errored=1),
        "2 overdue, 1 not evaluated",
        Tone.BAD,
    ),
]


@pytest.mark.parametrize(("census", "words", "tone"), UNJUDGED)
def test_what_could_not_be_judged_never_hides_behind_all_fine(
    census: StatusSummary, words: str, tone: Tone
) -> None:
    badge = badge_of_all(census)
    assert (badge.words, badge.tone) == (words, tone)


def test_a_badge_of_a_server_has_its_name() -> None:
    summary = StatusSummary(3, {OVERDUE: 1}, fine=2)
    assert badge_of("nas", summary) == Badge(
        "nas", "1 overdue", Tone.BAD, "nas: 1 of 3 backups is overdue"
    )


def test_a_badge_says_where_no_report_can_be_stored() -> None:
    storage = Fault(DaemonCondition.STORAGE, "the disk is full")
    badge = badge_of("nas", StatusSummary(3, {}, fine=3), [storage])
    assert (badge.words, badge.tone) == ("not storing", Tone.BAD)
    assert badge.meaning == "Reports cannot be stored: the disk is full"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (DaemonCondition.REFUSED, "2 refused"),
        (DaemonCondition.CLOCK, "clock in doubt"),
        (DaemonCondition.NOTIFICATIONS, "messages not delivered"),
        (DaemonCondition.CONFIG, "configuration not in use"),
        (DaemonCondition.LIMIT, "at a limit"),
        (ServerCondition.DUPLICATI_PAUSED, "1 Duplicati paused"),
        (ServerCondition.PULL_FAILING, "1 pull failing"),
    ],
)
def test_whatever_is_wrong_beside_the_jobs_ends_all_fine(condition: AnyFault, words: str) -> None:
    badge = badge_of_all(StatusSummary(3, {}, fine=3), [Fault(condition, "a reason", count=2)])
    assert (badge.words, badge.tone) == (words, Tone.DOUBTFUL)


def test_a_certificate_is_said_beside_all_fine() -> None:
    faults = [Fault(ServerCondition.CERTIFICATE, "a reason", server="nas")]
    badge = badge_of_all(StatusSummary(3, {}, fine=3), faults)
    assert (badge.words, badge.tone) == ("all fine, 1 certificate", Tone.GOOD)


def test_servers_that_cannot_be_pulled_are_counted() -> None:
    faults = [Fault(ServerCondition.PULL_FAILING, "no", server=name) for name in ("nas", "attic")]
    badge = badge_of_all(StatusSummary(3, {}, fine=3), faults)
    assert badge.words == "2 pull failing"
