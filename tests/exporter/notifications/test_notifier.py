"""What a channel is told, in the order of things."""

from datetime import time

import pytest
from msgspec.structs import replace

from exporter.conditions.faults import Fault
from exporter.config.notifications import Channel
from exporter.config.quiet_hours import QuietHours
from exporter.model import JobSettings, Status
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition
from exporter.notifications.notifier import MOST_WAITING
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.exporter.notifications.world import PHONE, URL, Told, World
from tests.support.strategies.state import START

OK, ERROR, WARNING = Status.SUCCESS, Status.ERROR, Status.WARNING


def words(told: list[Told]) -> list[tuple[str, str]]:
    return [(each.condition, each.happening) for each in told]


def world(*statuses: Status, channel: Channel = PHONE) -> World:
    """Return a world whose only job has had a run of each status, an hour apart."""
    made = World(channel)
    for status in statuses:
        made.report(1, status)
        made.pass_time(2 * HOUR)
    return made


def test_a_failure_is_told_once_and_so_is_its_end() -> None:
    of = world(OK)
    of.report(1, ERROR)
    assert words(of.pass_time(3 * HOUR)) == [("failing", "began")]
    of.report(1, ERROR)
    assert words(of.pass_time(3 * HOUR)) == []
    of.report(1, OK)
    assert words(of.pass_time(3 * HOUR)) == [("failing", "over")]
    assert words(of.pass_time(10 * DAY)) == []


def test_what_changes_within_half_a_minute_is_one_message() -> None:
    of = world()
    for job_id in range(1, 13):
        of.report(job_id, ERROR)
        of.pass_time(2 * SECOND)
    of.pass_time(MINUTE)
    (message,) = of.outbox.all.values()
    assert message.created == START + 30 * SECOND


def test_nothing_is_told_of_a_job_that_is_fine() -> None:
    assert words(world(OK, OK, WARNING).pass_time(DAY)) == []


def test_it_is_told_again_while_it_lasts() -> None:
    of = world(ERROR)
    told = of.pass_time(3 * DAY)
    assert words(told) == [("failing", "lasts")] * 3


def test_it_is_never_told_again_where_nobody_wants_that() -> None:
    of = world(ERROR, channel=replace(PHONE, repeat=None))
    assert words(of.pass_time(30 * DAY)) == []


def test_its_end_is_not_told_where_nobody_wants_that() -> None:
    of = world(ERROR, channel=replace(PHONE, recovered=False))
    of.report(1, OK)
    assert words(of.pass_time(DAY)) == []
    of.report(1, ERROR)
    assert words(of.pass_time(MINUTE)) == [("failing", "began")]


def test_what_does_not_hold_long_enough_never_was() -> None:
    of = world(OK, channel=replace(PHONE, hold=10 * MINUTE))
    of.report(1, ERROR)
    assert words(of.pass_time(9 * MINUTE)) == []
    of.report(1, OK)
    assert words(of.pass_time(DAY)) == []
    of.report(1, ERROR)
    assert words(of.pass_time(9 * MINUTE)) == []
    assert words(of.pass_time(2 * MINUTE)) == [("failing", "began")]


def test_what_ended_before_it_could_be_told_is_told_as_past() -> None:
    of = world(OK)
    of.report(1, ERROR)
    of.now += 5 * SECOND
    of.report(1, OK)
    assert words(of.pass_time(DAY)) == [("failing", "past")]


def test_what_comes_and_goes_is_told_once_until_it_stays() -> None:
    of = world(OK)
    told = []
    for status in (ERROR, OK, ERROR, OK, ERROR, OK, ERROR):
        of.report(1, status)
        told += words(of.pass_time(5 * MINUTE))
    assert told == [("failing", "began"), ("failing", "over"), ("failing", "flapping")]
    assert words(of.pass_time(2 * HOUR)) == [("failing", "began")]
    of.report(1, OK)
    assert words(of.pass_time(2 * HOUR)) == [("failing", "over")]


def test_an_end_after_coming_and_going_is_told_when_it_lasts() -> None:
    of = world(OK)
    for status in (ERROR, OK, ERROR, OK):
        of.report(1, status)
        of.pass_time(5 * MINUTE)
    assert words(of.pass_time(2 * HOUR)) == [("failing", "over")]


def test_an_overdue_job_is_told_at_its_deadline_and_nobody_polls() -> None:
    of = World(PHONE, settings=JobSettings(schedule="every 1d", tolerance=HOUR))
    of.report(1, OK)
    told = of.pass_time(DAY + 2 * HOUR)
    assert words(told) == [("overdue", "began")]
    assert told[0].began == START + DAY + HOUR + MINUTE + 1  # a run takes a minute


def test_quiet_hours_hold_back_what_is_not_critical() -> None:
    quiet = QuietHours(time(22), time(7), "UTC")
    of = World(replace(PHONE, quiet=quiet))
    of.report(1, OK)
    of.pass_time(23 * HOUR)
    of.report(1, Status.INTERRUPTED)
    of.report(2, ERROR)
    assert words(of.pass_time(HOUR)) == [("failing", "began")]
    (told,) = of.pass_time(8 * HOUR)
    assert (told.condition, told.happening) == ("interrupted", "began")
    assert of.outbox.all[2].created == START + DAY + 7 * HOUR


MUTED = JobSettings(schedule="off", muted=START + 10 * DAY)
PAUSED = JobSettings(schedule="off", paused=True)


@pytest.mark.parametrize("silent", [MUTED, PAUSED], ids=["muted", "paused"])
def test_a_silent_job_sends_nothing(silent: JobSettings) -> None:
    of = world(OK)
    of.set(1, silent)
    of.report(1, ERROR)
    assert words(of.pass_time(2 * DAY)) == []
    of.report(1, OK)
    assert words(of.pass_time(2 * DAY)) == []


def test_what_still_holds_when_a_mute_ends_is_told_then() -> None:
    of = world(OK)
    of.set(1, MUTED)
    of.report(1, ERROR)
    told = of.pass_time(11 * DAY)
    assert words(told) == [("failing", "began"), ("failing", "lasts")]
    first = min(each.created for each in of.outbox.all.values())
    assert first == START + 10 * DAY


def test_the_end_of_what_was_told_before_a_mute_is_not_told() -> None:
    of = world(ERROR)
    of.set(1, MUTED)
    of.report(1, OK)
    assert words(of.pass_time(20 * DAY)) == []


def test_a_channel_is_told_only_what_it_wants() -> None:
    overdue = Channel("mail", URL, on=frozenset({Condition.OVERDUE}))
    others = Channel("chat", URL, servers=("laptop-*",))
    named = Channel("push", URL, servers=("n?s",), backups=("job 1",))
    of = World(overdue, others, named)
    of.report(1, ERROR)
    of.report(2, ERROR)
    of.pass_time(HOUR)
    assert [(each.channel, each.text.count("job:")) for each in of.outbox.all.values()] == [
        ("push", 1)
    ]


def test_what_is_wrong_with_the_daemon_and_with_pulls_is_told() -> None:
    of = world(OK)
    of.faults.daemon[DaemonCondition.CLOCK] = "the clock jumped"
    of.faults.pulls["nas"] = "connection refused"
    assert sorted(words(of.pass_time(MINUTE))) == [("clock", "began"), ("pull_failing", "began")]
    of.faults.daemon.clear()
    of.faults.pulls["nas"] = ""
    assert sorted(words(of.pass_time(MINUTE))) == [("clock", "over"), ("pull_failing", "over")]


def test_what_the_last_pull_of_a_server_knew_is_told_beside_whether_pulls_fail() -> None:
    of = world(OK)
    of.faults.pulls["nas"] = "connection refused"
    of.faults.pulled["nas"] = [Fault(ServerCondition.DUPLICATI_PAUSED, "paused", server="nas")]
    began = [("duplicati_paused", "began"), ("pull_failing", "began")]
    assert sorted(words(of.pass_time(MINUTE))) == began
    of.faults.pulls["nas"] = ""
    assert words(of.pass_time(MINUTE)) == [("pull_failing", "over")]
    of.faults.pulled["nas"] = []
    assert words(of.pass_time(MINUTE)) == [("duplicati_paused", "over")]


def test_a_server_that_was_pulled_and_is_deleted_is_forgotten() -> None:
    of = world(OK)
    of.faults.pulled["nas"] = [Fault(ServerCondition.DUPLICATI_PAUSED, "paused", server="nas")]
    assert words(of.pass_time(MINUTE)) == [("duplicati_paused", "began")]
    del of.faults.pulled["nas"]
    assert words(of.pass_time(5 * DAY)) == []
    assert not of.outbox.alerts


def test_a_notice_of_a_server_is_told_to_nobody_who_did_not_ask() -> None:
    of = world(OK)
    of.faults.pulled["nas"] = [Fault(ServerCondition.CERTIFICATE, "it expires", server="nas")]
    assert words(of.pass_time(DAY)) == []


def test_a_deleted_job_is_forgotten() -> None:
    of = world(ERROR)
    of.fleet.apply(Change(removed_jobs=(1,)))
    assert words(of.pass_time(5 * DAY)) == []
    assert not of.outbox.alerts


def test_a_short_restart_tells_nothing_anew() -> None:
    of = world(ERROR)
    of.now += MINUTE
    of.start()
    assert words(of.pass_time(HOUR)) == []


def test_after_a_long_absence_missing_reports_wait_and_the_first_message_says_so() -> None:
    of = World(PHONE, settings=JobSettings(schedule="every 1d", tolerance=HOUR))
    of.report(1, OK)
    of.report(2, OK)
    of.pass_time(HOUR)
    of.now += 2 * DAY
    of.start()
    back = of.now
    assert words(of.pass_time(5 * MINUTE)) == []
    of.report(1, OK)
    assert words(of.pass_time(6 * MINUTE)) == [("overdue", "began")]
    (message,) = of.outbox.all.values()
    assert (message.title, message.created) == ("away", back + 10 * MINUTE + 30 * SECOND)


def test_what_a_channel_of_before_knew_is_removed() -> None:
    of = world(ERROR)
    of.channels = (Channel("mail", URL),)
    of.start()
    assert words(of.pass_time(MINUTE)) == [("failing", "began")]
    assert {key.channel for key in of.outbox.alerts} == {"mail"}


def test_while_a_channel_takes_nothing_what_happens_is_gathered() -> None:
    of = world(OK)
    of.stuck = True
    for job_id in range(100, 150):
        of.report(job_id, ERROR)
        of.pass_time(MINUTE)
    assert len(of.outbox.all) == MOST_WAITING
    of.stuck = False
    told = of.pass_time(MINUTE)
    assert len(told) == 50 - MOST_WAITING
    assert len(of.outbox.all) == MOST_WAITING + 1


def test_a_short_outage_of_the_store_is_not_told_once_it_is_over() -> None:
    of = world(OK)
    of.faults.daemon[DaemonCondition.STORAGE] = "the disk is full"
    assert words(of.pass_time(59 * SECOND)) == []
    of.faults.daemon.clear()
    assert words(of.pass_time(HOUR)) == []
    of.faults.daemon[DaemonCondition.STORAGE] = "the disk is full"
    of.step()
    assert words(of.pass_time(2 * MINUTE)) == [("storage", "began")]


def test_a_report_that_a_clock_ahead_has_dated_is_told_now() -> None:
    of = World(replace(PHONE, hold=HOUR))
    of.report(1, OK)
    of.pass_time(MINUTE)
    of.now += 5 * DAY
    of.report(1, ERROR)
    of.now -= 5 * DAY  # set right before the notifier looked
    assert words(of.pass_time(2 * HOUR)) == [("failing", "began")]
