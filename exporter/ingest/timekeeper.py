"""Supervision of the daemon's own clock: its timestamps are stored, and people rely on them.

The clock disagrees with what is stored if reports arrived later than now, if the clock is older
than this program, or if the daemon seems to have been stopped for more than a month. It jumps if
somebody sets it. Meanwhile no old run is removed, and reports get a plausible time of arrival.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.ingest import clock_words
from exporter.ingest.clock_words import Jump
from exporter.logs import log_fields
from exporter.model import CLOCK_TOLERANCE, Delivery
from exporter.model.clock import NOT_BEFORE, ClockReading, Watch, agrees, steady
from exporter.store import ClockMarks, Store, StoreUnavailableError
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp

TRUSTED_AFTER: Millis = DAY
"""How long the clock has to agree with arriving reports before any old run is removed."""

AWAY: Millis = 35 * DAY
"""If a daemon seems to have been stopped for longer, its clock may rather be ahead."""

PASSES: Millis = 2 * HOUR
"""A clock that is behind by less has soon caught up: that needs no clock-skew correction."""

IN_FLIGHT: Millis = 2 * MINUTE
"""How long after the clock was set a report may still be stored that was stamped before."""

_MARKED_EVERY: Millis = HOUR
_LOOK_SECONDS = 5.0
_CALM = (False, False, False, False)
"""The reasons for a clock-skew correction, if there is none."""


_log = logging.getLogger(__name__)


class _Late(NamedTuple):
    """By how much the clock was set since runs after an id came, and when nothing is in flight."""

    by: Millis
    since: int
    until: Millis


class Timekeeper:
    """Decides whether the clock is trusted. Thread-safe."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        self_metrics: SelfMetrics,
        clock: Callable[[], Millis],
        count: Callable[[], Millis] = steady,
    ) -> None:
        """Resume what was stored before a restart; the fleet knows all that is stored.

        Args:
            store: where times of arrival are corrected.
            fleet: gets the corrected jobs.
            self_metrics: counts the jumps.
            clock: returns the present time, right or wrong.
            count: returns the milliseconds of a monotonic clock, which cannot be set.
        """
        self._store = store
        self._fleet = fleet
        self._self_metrics = self_metrics
        self._clock = clock
        self._count = count
        self._lock = threading.RLock()
        self._watch = Watch(clock, count)
        self._started = count()
        self._set_by: Millis = 0
        self._since = store.timing.last_run()
        self._doubtful = store.timing.has_doubtful()
        self._sure = False
        self._behind_since: Millis | None = None
        self._corrected: tuple[bool, ...] | None = None
        self._late: _Late | None = None
        self._jump: Jump | None = None
        self._jump_count: Millis = 0
        self._take_up(store.timing.marks())
        self_metrics.watch_clock(self.disagrees)

    def _take_up(self, marks: ClockMarks) -> None:
        now = self._clock()
        seen = marks.seen
        late = seen if marks.late is None else marks.late
        is_past = seen is not None and seen <= now + CLOCK_TOLERANCE
        self.left: Millis = late if late is not None and is_past else 0
        """What was late then stays late: the daemon had been there long enough to hear of it."""

        goes_on = seen is not None and seen - CLOCK_TOLERANCE <= now <= seen + DAY
        self._agreed = marks.agreed if goes_on else None
        known = max(seen or 0 if marks.agreed else 0, self._fleet.reports.newest or 0)
        self._away: Millis = now - known if known else 0
        self._marked: Millis = self._count() - _MARKED_EVERY

    def disagrees(self) -> bool:
        """Whether the clock and what is stored contradict each other."""
        return self._is_behind(self._clock()) or self._is_ahead()

    def fault(self) -> str | None:
        """Return what is wrong with the clock, None if nothing is or was in the last day."""
        now = self._clock()
        if now < NOT_BEFORE:
            return clock_words.too_early(now)
        newest = self._fleet.reports.newest or 0
        if self._is_behind(now):
            return clock_words.behind(now, newest)
        if self._is_ahead():
            return clock_words.ahead(now, self._away)
        jump = self._jump
        recent = jump is not None and self._count() - self._jump_count < TRUSTED_AFTER
        return clock_words.jumped(jump) if recent and jump is not None else None

    def is_trusted(self) -> bool:
        """Whether the clock has agreed with arriving reports for a day."""
        self.look()
        now, agreed = self._clock(), self._agreed
        return agreed is not None and now - agreed >= TRUSTED_AFTER and not self._is_behind(now)

    def arrived(self, delivery: Delivery, reported: Millis | None) -> Delivery:
        """Return the delivery of a report, with a plausible time of arrival.

        Args:
            delivery: as the clock stamped it.
            reported: when its run ended, or started, by the sender's clock.
        """
        now = delivery.received
        self.hear(now, reported)
        if not self._is_behind(now) or (now >= NOT_BEFORE and self._is_nearer(reported, now)):
            return delivery
        self._doubtful = True
        return replace(delivery, received=self._floor(), clock=now)

    def hear(self, now: Millis, reported: Millis | None) -> None:
        """Compare the clock with the present time of a sender's clock."""
        self.look()
        if not agrees(reported, now):
            return
        if self._is_behind(self._clock()):
            self._sure = True
            self.look()
        elif self._agreed is None:
            self._agreed = now

    def look(self) -> None:
        """Check whether the clock jumped, and correct what can be corrected by now."""
        if self.is_calm():
            return
        with self._lock:
            by = self._watch.jumped()
            if by:
                self._take_jump(by)
            try:
                self._correct(self._clock())
                self._correct_late(self._clock())
            except StoreUnavailableError as error:
                _log.warning("clock-skew correction postponed: %s", error)

    def is_calm(self) -> bool:
        """Return whether nothing is to be done.

        Every report asks, and must not wait for a lock.
        """
        waits = self._set_by or self._sure or self._doubtful or self._corrected != _CALM
        waits = waits or self._is_late_due()
        now = self._clock()
        wrong = now < NOT_BEFORE or self._is_behind(now) or not self._watch.is_steady()
        return not waits and not wrong

    def run_once(self) -> None:
        """Check the clock, and store a reading of it now and then."""
        self.look()
        if self._count() - self._marked >= _MARKED_EVERY:
            self.mark()

    def mark(self) -> None:
        """Store a reading of the clock for the next start. Raises `StoreUnavailableError`."""
        now = self._clock()
        could_hear = self._count() - self._started >= self._fleet.patience
        self._store.timing.mark(ClockMarks(now, self._agreed, now if could_hear else self.left))
        self._marked = self._count()

    def _take_jump(self, by: Millis) -> None:
        now = self._clock()
        self._jump, self._jump_count = Jump(now, by), self._count()
        self._set_by += by
        self._agreed, self._away = None, 0
        self._self_metrics.count_clock_jump()
        self._fleet.shift_live(by, now)
        fields = log_fields(seconds=by // 1000, now=format_timestamp(now))
        _log.warning("the clock of this machine jumped", extra=fields)

    def _correct(self, now: Millis) -> None:
        """Correct what a wrong clock stamped, once for each reason."""
        if now < NOT_BEFORE:
            return
        behind = self._note_behind(now)
        sure = self._sure and self._floor() - now > PASSES
        reasons = (self._set_by != 0, behind, sure, self._doubtful and not behind)
        if reasons == self._corrected or not (any(reasons) or self._corrected is None):
            self._corrected = reasons
            return
        reading = ClockReading(now, self._set_by, self._since, sure=sure)
        self._store.timing.correct_arrivals(reading)
        self._corrected = (False, *reasons[1:])
        if self._set_by:
            self._late = self._later(self._set_by)
            self._set_by, self._since = 0, self._store.timing.last_run()
        self._doubtful = self._doubtful and behind

    def _later(self, by: Millis) -> _Late:
        """Return what is to be corrected once more: reports were stamped and not stored yet."""
        known = self._late or _Late(0, self._since, 0)
        return _Late(known.by + by, known.since, self._count() + IN_FLIGHT)

    def _is_late_due(self) -> bool:
        return self._late is not None and self._count() >= self._late.until

    def _correct_late(self, now: Millis) -> None:
        """Correct the runs that were stamped before the clock was set, and stored after that."""
        if self._late is None or not self._is_late_due() or now < NOT_BEFORE:
            return
        self._store.timing.correct_arrivals(ClockReading(now, self._late.by, self._late.since))
        self._late = None

    def _note_behind(self, now: Millis) -> bool:
        """Return whether the clock is behind what is stored; after a day it counts as right."""
        if not self._is_behind(now):
            self._behind_since, self._sure = None, False
            return False
        self._agreed = None
        if self._behind_since is None:
            self._behind_since = self._count()
        self._sure = self._sure or self._count() - self._behind_since >= TRUSTED_AFTER
        return True

    def _is_behind(self, now: Millis) -> bool:
        return now < self._floor() - CLOCK_TOLERANCE

    def _is_ahead(self) -> bool:
        lasts = self._agreed is None and self._count() - self._started < TRUSTED_AFTER
        return lasts and self._away > AWAY

    def _is_nearer(self, reported: Millis | None, now: Millis) -> bool:
        """Whether a sender's clock is nearer to our clock than to what is stored."""
        return reported is not None and abs(reported - now) < abs(reported - self._floor())

    def _floor(self) -> Millis:
        """Return the latest time that is known to have passed."""
        return max(self._fleet.reports.newest or 0, NOT_BEFORE)


@contextlib.contextmanager
def keeping_time(timekeeper: Timekeeper) -> Iterator[None]:
    """Check the clock now, and repeatedly meanwhile."""
    timekeeper.look()
    ending = threading.Event()
    thread = threading.Thread(target=_keep_looking, args=(timekeeper, ending), name="clock")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        with contextlib.suppress(StoreUnavailableError):
            timekeeper.mark()


def _keep_looking(timekeeper: Timekeeper, ending: threading.Event) -> None:
    while not ending.wait(_LOOK_SECONDS):
        try:
            timekeeper.run_once()
        except StoreUnavailableError as error:
            _log.warning("storing the clock reading failed: %s", error)
        except Exception:  # noqa: BLE001 - later checks must still run
            _log.exception("checking the clock failed")
