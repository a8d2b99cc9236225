"""What a daemon goes on from where jobs or the configuration changed while it was down."""

from msgspec.structs import replace

from exporter.model.conditions import Condition
from exporter.times import DAY, HOUR, MINUTE
from tests.exporter.notifications.test_notifier import ERROR, OK, words, world
from tests.exporter.notifications.world import PHONE, World


def silence(of: World) -> list[tuple[str, str]]:
    """Start again; return what is told in three days, and see that nothing is known any more."""
    of.start()
    told = words(of.pass_time(3 * DAY))
    assert not of.outbox.alerts
    return told


def test_what_a_channel_no_longer_wants_is_forgotten() -> None:
    of = world(ERROR)
    of.channels = (replace(PHONE, on=frozenset({Condition.OVERDUE})),)
    assert silence(of) == []


def test_a_condition_of_another_version_is_forgotten() -> None:
    of = world(ERROR)
    (alert,) = of.outbox.alerts.values()
    key = alert.key._replace(condition="haunted")
    of.outbox.alerts = {key: replace(alert, key=key)}
    of.report(1, OK)
    assert silence(of) == []


def test_a_job_that_was_deleted_meanwhile_is_forgotten() -> None:
    of = world(ERROR)
    del of.runs[1]
    assert silence(of) == []


def test_a_server_that_is_no_longer_pulled_from_is_forgotten() -> None:
    of = world(OK)
    of.faults.pulls["nas"] = "connection refused"
    assert words(of.pass_time(MINUTE)) == [("pull_failing", "began")]
    of.faults.pulls.clear()
    assert silence(of) == []


def test_a_restart_does_not_end_what_pulls_before_it_found() -> None:
    of = world(OK)
    of.faults.pulls["nas"] = "connection refused"
    assert words(of.pass_time(MINUTE)) == [("pull_failing", "began")]
    of.faults.pulls["nas"] = None
    of.start()
    assert words(of.pass_time(HOUR)) == []
    of.faults.pulls["nas"] = "connection refused"
    assert words(of.pass_time(HOUR)) == []
    of.faults.pulls["nas"] = ""
    assert words(of.pass_time(HOUR)) == [("pull_failing", "over")]


def test_a_channel_is_told_only_of_pulls_from_its_servers() -> None:
    of = world(OK, channel=replace(PHONE, servers=("laptop-*",)))
    of.faults.pulls.update({"nas": "connection refused", "laptop-1": "connection refused"})
    assert [told.subject for told in of.pass_time(MINUTE)] == ["server:laptop-1"]


def test_what_was_found_by_a_clock_that_was_ahead_is_told_in_time() -> None:
    of = world(OK, channel=replace(PHONE, hold=HOUR))
    right = of.now
    of.now += 5 * DAY
    of.report(1, ERROR)
    of.pass_time(MINUTE)
    of.now = right
    of.start()
    assert words(of.pass_time(2 * HOUR)) == [("failing", "began")]
    assert max(each.began for each in of.outbox.alerts.values()) <= right
