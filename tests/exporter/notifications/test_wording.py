import pytest

from exporter.model.conditions import Condition, DaemonCondition, ServerCondition
from exporter.notifications.events import Event, Happening
from exporter.notifications.wording import label, line, sentence, urgency
from tests.support.events import jobs, of_daemon, of_job, of_server

OVER, PAST, LASTS, FLAPPING = (
    Happening.OVER,
    Happening.PAST,
    Happening.LASTS,
    Happening.FLAPPING,
)
STORAGE, CLOCK, PULL = DaemonCondition.STORAGE, DaemonCondition.CLOCK, ServerCondition.PULL_FAILING
NAS = "nas / Documents"

SENTENCES = [
    ([of_job(NAS)], "nas / Documents is overdue"),
    ([of_job(NAS, Condition.FAILING)], "nas / Documents failed"),
    ([of_job(NAS, Condition.SECOND_COPY)], "nas / Documents has no recent second copy"),
    ([of_job(NAS, Condition.WARNING)], "nas / Documents ended with warnings"),
    ([of_server("nas", PULL)], "nas cannot be pulled"),
    ([of_daemon(STORAGE)], "The daemon cannot store reports"),
    ([of_job(NAS, happening=LASTS)], "Reminder: nas / Documents is overdue"),
    ([of_daemon(CLOCK, LASTS)], "Reminder: the daemon has a clock in doubt"),
    ([of_job(NAS, happening=OVER)], "Recovered: nas / Documents is no longer overdue"),
    (
        [of_job(NAS, Condition.DAMAGED, OVER)],
        "Recovered: nas / Documents no longer fails verification",
    ),
    ([of_daemon(STORAGE, OVER)], "Recovered: the daemon stores reports again"),
    ([of_server("nas", PULL, OVER)], "Recovered: nas can be pulled again"),
    ([of_job(NAS, happening=PAST)], "Already recovered: nas / Documents is no longer overdue"),
    ([of_job(NAS, happening=FLAPPING)], "nas / Documents is overdue again and again"),
    (
        [of_job(NAS), of_job(NAS, Condition.FAILING)],
        "nas / Documents is overdue and failed",
    ),
    (
        [of_daemon(STORAGE), of_daemon(CLOCK)],
        "The daemon cannot store reports and has a clock in doubt",
    ),
    (jobs(12, servers=3), "12 backups of 3 servers are overdue"),
    (jobs(2, servers=1), "2 backups of s0 are overdue"),
    (jobs(1200, servers=30), "1,200 backups of 30 servers are overdue"),
    ([of_server("a", PULL), of_server("b", PULL)], "2 servers cannot be pulled"),
    (
        [*jobs(2, 2, Condition.FAILING), of_job(NAS)],
        "1 backup is overdue, 2 failed",
    ),
    (
        [of_server("a", PULL), *jobs(2, 2), of_job(NAS, Condition.STALLED), of_daemon(STORAGE)],
        (
            "The daemon cannot store reports, 2 backups are overdue, 1 is stalled, "
            "1 server cannot be pulled"
        ),
    ),
    (
        [of_job("b / C", happening=OVER), of_job("a / B", happening=OVER), *jobs(2, 1)],
        "2 backups of s0 are overdue; recovered: 2 backups of 2 servers are no longer overdue",
    ),
    (
        [of_job("a / B", happening=OVER), of_job(NAS, Condition.FAILING)],
        "nas / Documents failed; recovered: a / B is no longer overdue",
    ),
    (
        [of_job(NAS, happening=LASTS), of_job("a / B", Condition.FAILING)],
        "1 backup is overdue, 1 failed",
    ),
    (
        [of_job("a / B", happening=FLAPPING), of_job(NAS, Condition.WARNING)],
        "nas / Documents ended with warnings; a / B is overdue again and again",
    ),
    ([of_job("the / daemon")], "the / daemon is overdue"),
]


@pytest.mark.parametrize(("events", "said"), SENTENCES, ids=lambda each: str(each)[:60])
def test_a_sentence_says_what_happened_the_worst_first(events: list[Event], said: str) -> None:
    assert sentence(sorted(events, key=urgency)) == said
    turned = [*reversed(events)]
    assert sentence(sorted(turned, key=urgency)) == said


@pytest.mark.parametrize("happening", Happening)
@pytest.mark.parametrize("condition", [*Condition, *ServerCondition], ids=lambda each: each.value)
def test_every_condition_has_words_for_one_and_for_many(
    condition: Condition | ServerCondition, happening: Happening
) -> None:
    one = of_job("nas / A", condition, happening)
    many = sentence([one, of_job("nas / B", condition, happening)])
    assert line(one).startswith("nas / A ")
    assert "2 backups of nas " in many
    ended = " again" in line(one) or " no longer " in line(one) or condition is Condition.WAITING
    assert ended or not happening.is_end


@pytest.mark.parametrize("happening", Happening)
@pytest.mark.parametrize("condition", DaemonCondition)
def test_every_fault_of_the_daemon_has_words(
    condition: DaemonCondition, happening: Happening
) -> None:
    assert line(of_daemon(condition, happening)).startswith("The daemon ")
    said = line(of_daemon(condition, happening))
    assert ("no longer" in said or "again" in said) == (happening in (OVER, PAST, FLAPPING))


@pytest.mark.parametrize(
    ("happening", "said"),
    [
        (Happening.BEGAN, "critical"),
        (LASTS, "critical, reminder"),
        (FLAPPING, "critical, comes and goes"),
        (OVER, "recovered"),
        (PAST, "already recovered"),
    ],
)
def test_a_label_says_how_serious_it_is(happening: Happening, said: str) -> None:
    assert label(of_job(NAS, happening=happening)) == said
