"""What the daemon counts of itself, beside what the tests of its parts hold."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from exporter.exposition.self_metrics import SelfMetrics
from exporter.limits import Limit
from exporter.times import SECOND, Millis
from tests.support.daemon import NOW, Clock

OLDEST = "duplistatus_notification_oldest_waiting_timestamp_seconds"
COUNTED = "duplistatus_notifications_total"
NOTHING = {"sent": 0, "failed": 0, "given_up": 0}


@pytest.fixture
def metrics() -> SelfMetrics:
    return SelfMetrics("1.2.3", lambda: 0)


def counted(metrics: SelfMetrics) -> dict[str, dict[str, float]]:
    """Return each channel's counts by outcome."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(metrics.text({COUNTED}).decode()):
        for sample in family.samples:
            outcomes = found.setdefault(sample.labels["channel"], {})
            outcomes[sample.labels["outcome"]] = sample.value
    return found


def oldest(metrics: SelfMetrics) -> float:
    (line,) = [
        line for line in metrics.text({OLDEST}).decode().splitlines() if not line.startswith("#")
    ]
    return float(line.removeprefix(OLDEST))


def test_a_daemon_that_tells_nobody_has_no_figures_of_it(metrics: SelfMetrics) -> None:
    metrics.watch_notifications(lambda: NOW)
    metrics.count_notification("phone", "sent")
    assert b"duplistatus_notification" not in metrics.text()
    assert b"duplistatus_notification" not in metrics.openmetrics()


def test_every_outcome_of_every_channel_is_there_from_the_start(metrics: SelfMetrics) -> None:
    metrics.set_channels(["phone", "monday"])
    assert counted(metrics) == {"phone": NOTHING, "monday": NOTHING}


def test_outcomes_are_counted_by_channel(metrics: SelfMetrics) -> None:
    metrics.set_channels(["phone", "monday"])
    for outcome in ("failed", "failed", "given_up"):
        metrics.count_notification("phone", outcome)
    metrics.count_notification("monday", "sent")
    assert counted(metrics) == {
        "phone": {"sent": 0, "failed": 2, "given_up": 1},
        "monday": {"sent": 1, "failed": 0, "given_up": 0},
    }
    assert b'outcome="given_up"} 1.0' in metrics.openmetrics({COUNTED})


def test_an_outcome_that_is_none_is_an_error(metrics: SelfMetrics) -> None:
    metrics.set_channels(["phone"])
    with pytest.raises(ValueError, match="lost"):
        metrics.count_notification("phone", "lost")


def test_a_daemon_that_no_longer_delivers_forgets_and_another_begins_at_zero(
    metrics: SelfMetrics,
) -> None:
    metrics.set_channels(["phone"])
    metrics.count_notification("phone", "sent")
    metrics.set_channels(())
    metrics.count_notification("phone", "sent")
    assert b"duplistatus_notification" not in metrics.text()
    metrics.set_channels(["phone"])
    assert counted(metrics) == {"phone": NOTHING}


@pytest.mark.parametrize(("created", "shown"), [(None, 0), (NOW, NOW / SECOND)])
def test_since_when_the_oldest_message_waits_is_asked_at_each_scrape(
    metrics: SelfMetrics, created: Millis | None, shown: float
) -> None:
    metrics.set_channels(["phone"])
    assert oldest(metrics) == 0
    metrics.watch_notifications(lambda: created)
    assert oldest(metrics) == shown


def test_a_limit_is_known_to_be_hit_for_as_long_as_is_asked() -> None:
    monotonic = Clock(1000)
    metrics = SelfMetrics("1.2.3", lambda: 0, monotonic)
    assert metrics.limits_hit_within(60) == []
    metrics.count_limit_hit(Limit.JOBS)
    monotonic.now += 50
    metrics.count_limit_hit(Limit.UPLOAD_BYTES)
    assert metrics.limits_hit_within(60) == [Limit.UPLOAD_BYTES, Limit.JOBS]
    monotonic.now += 11
    assert metrics.limits_hit_within(60) == [Limit.UPLOAD_BYTES]
    metrics.count_limit_hit(Limit.JOBS)
    assert metrics.limits_hit_within(60) == [Limit.UPLOAD_BYTES, Limit.JOBS]
