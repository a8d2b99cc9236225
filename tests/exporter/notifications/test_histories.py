"""Random histories of runs and deliveries, with kills: every change that held is told once."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from exporter.model import Status
from exporter.model.notifications import Message, MessageOutcome
from exporter.notifications.alerting import FLAP_SPAN
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.exporter.notifications.world import PHONE, Told, World, read

JOBS = (1, 2)
HOLDS = (0, 10 * MINUTE)
SPANS = st.sampled_from([SECOND, 20 * SECOND, MINUTE, 9 * MINUTE, 25 * MINUTE, 2 * HOUR, 30 * HOUR])


class DiedError(Exception):
    """The daemon was killed."""


class DyingOutbox:
    """An outbox whose daemon is killed before or after the next decision is stored."""

    def __init__(self, world: World, *, stores: bool) -> None:
        self._update = world.outbox.update
        self._stores = stores

    def __call__(self, *given: object) -> object:
        if self._stores:
            self._update(*given)  # type: ignore[arg-type] # as they came
        raise DiedError


class Histories(RuleBasedStateMachine):
    """Runs end, time passes, messages are delivered or not, and the daemon is killed."""

    @initialize(hold=st.sampled_from(HOLDS))
    def begin(self, hold: Millis) -> None:
        self.hold = hold
        self.world = World(replace(PHONE, hold=hold, repeat=None))
        self.taken: list[Message] = []
        self.changes: dict[int, list[tuple[Millis, bool]]] = {job: [] for job in JOBS}

    @rule(job=st.sampled_from(JOBS), status=st.sampled_from([Status.SUCCESS, Status.ERROR]))
    def run_ends(self, job: int, status: Status) -> None:
        self.world.now += SECOND
        self.world.report(job, status)
        failing, known = status is Status.ERROR, self.changes[job]
        if failing != bool(known and known[-1][1]):
            known.append((self.world.now, failing))

    @rule(span=SPANS)
    def time_passes(self, span: Millis) -> None:
        self.world.pass_time(span)

    @rule()
    def works(self) -> None:
        self.world.step()

    @rule(stores=st.booleans())
    def is_killed_while_it_works(self, stores: object) -> None:
        outbox = self.world.outbox
        update = outbox.update
        outbox.update = DyingOutbox(self.world, stores=bool(stores))  # type: ignore[method-assign,assignment] # for one step
        try:
            self.world.step()
        except DiedError:
            pass
        finally:
            outbox.update = update  # type: ignore[method-assign] # as it was
        self.world.start()

    @rule(away=SPANS)
    def is_away(self, away: Millis) -> None:
        self.world.now += away
        self.world.start()

    @rule()
    def delivers(self) -> None:
        for message in self._waiting():
            self.taken.append(message)
            self.world.outbox.finish(message.id, MessageOutcome.SENT, self.world.now)

    @rule()
    def is_killed_after_the_channel_took_a_message(self) -> None:
        self.taken += self._waiting()[:1]
        self.world.start()

    def _waiting(self) -> list[Message]:
        found = self.world.outbox.messages(None, 10**6)
        return sorted((each for each in found if each.outcome is None), key=lambda each: each.id)

    @invariant()
    def nothing_is_stored_twice(self) -> None:
        said = [(told.subject, told.began, told.happening) for told in self._stored()]
        doubled = {each: count for each, count in Counter(said).items() if count > 1}
        assert not {each for each in doubled if each[2] == "past"}

    def _stored(self) -> list[Told]:
        messages = self.world.outbox.messages(None, 10**6)
        return [told for each in sorted(messages, key=lambda each: each.id) for told in read(each)]

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.pass_time(2 * DAY)
        self.delivers()
        for job in JOBS:
            self._check(job)

    def _check(self, job: int) -> None:
        told = [each for each in self._stored() if each.subject == f"job:{job}"]
        self._last_word_is_true(job, told)
        for begin, end in self._apart(job):
            self._is_told_once(told, begin, end)

    def _last_word_is_true(self, job: int, told: list[Told]) -> None:
        """What the channel was told last is how it is."""
        failing = bool(self.changes[job] and self.changes[job][-1][1])
        last = told[-1].happening if told else "over"
        assert (last in ("began", "lasts", "flapping")) == failing, (self.changes[job], told)

    def _apart(self, job: int) -> list[tuple[Millis, Millis | None]]:
        """Return the failures around which nothing changed for so long that nothing flaps."""
        times = [at for at, _ in self.changes[job]]
        found = []
        for place, (at, failing) in enumerate(self.changes[job]):
            following = times[place + 1] if place + 1 < len(times) else None
            lonely = place == 0 or at - times[place - 1] > 2 * FLAP_SPAN
            after = times[place + 2] if place + 2 < len(times) else None
            calm = following is None or after is None or after - following > 2 * FLAP_SPAN
            if failing and lonely and calm:
                found.append((at, following))
        return found

    def _is_told_once(self, told: list[Told], begin: Millis, end: Millis | None) -> None:
        of_it = [each.happening for each in told if begin <= each.began and not _after(each, end)]
        held = end is None or end - begin >= self.hold
        begun = [each for each in of_it if each in ("began", "past")]
        assert len(begun) <= 1, (begin, end, told)
        if held:
            assert len(begun) == 1, (begin, end, told)
            over = [each for each in of_it if each in ("over", "past")]
            assert len(over) == (end is not None), (begin, end, told)


def _after(told: Told, end: Millis | None) -> bool:
    return end is not None and told.began >= end


pytestmark = pytest.mark.not_quick

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=150, stateful_step_count=40, suppress_health_check=list(HealthCheck), deadline=None
)
