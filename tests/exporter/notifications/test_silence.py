"""Random histories with pauses and quiet hours: nothing is told meanwhile, and all of it after."""

from datetime import time

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.config.quiet_hours import QuietHours
from exporter.model import JobSettings, Status
from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.exporter.notifications.world import PHONE, World, read

QUIET = QuietHours(time(22), time(7), "UTC")
HELD, PAUSED = JobSettings(schedule="off"), JobSettings(schedule="off", paused=True)
FINE, FAILS, STOPS = Status.SUCCESS, Status.ERROR, Status.INTERRUPTED
STEPS = st.one_of(
    st.sampled_from([FINE, FAILS, STOPS]),
    st.sampled_from([SECOND, MINUTE, 20 * MINUTE, 3 * HOUR, 9 * HOUR, 30 * HOUR]),
    st.sampled_from([HELD, PAUSED]),
    st.none(),
)
"""A run that ends, time that passes, a pause of the job that begins or ends, and a restart."""


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, max_size=25), st.sampled_from([0, 10 * MINUTE]))
def test_silence_is_kept_and_what_holds_after_it_is_told(
    steps: list[Status | int | JobSettings | None], hold: int
) -> None:
    of = World(replace(PHONE, quiet=QUIET, hold=hold, repeat=None))
    of.report(1, FINE)
    for step in steps:
        known = len(of.outbox.all)
        if isinstance(step, Status):
            of.now += SECOND
            of.report(1, step)
        elif isinstance(step, JobSettings):
            of.set(1, step)
        elif step is None:
            of.start()
        else:
            of.pass_time(step)
        assert not of.settings.paused or len(of.outbox.all) == known
    of.set(1, HELD)
    of.pass_time(3 * DAY)
    told = [each for message in of.outbox.all.values() for each in read(message)]
    at_night = [each for each in of.outbox.all.values() if QUIET.until(each.created) is not None]
    assert all(each.condition == "failing" for message in at_night for each in read(message))
    for status, condition in ((FAILS, "failing"), (STOPS, "interrupted")):
        holds = of.runs[1][-1].run.status is status
        words = [each.happening for each in told if each.condition == condition]
        assert not holds or words[-1] in ("began", "lasts", "flapping"), (condition, words)
