"""Keeps an eye on the daemon's own clock: everything that it says is kept, and people go by it.

The clock disagrees with what is stored where reports came later than now, where this program is
younger than it says, or where the daemon seems to have been away for more than a month. It jumps
where it is set. Meanwhile nothing old is removed, and what comes counts as of a moment that can be.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.ingest import clock_words
from exporter.ingest.clock_words import Jump
from exporter.logs import log_fields
from exporter.model import CLOCK_TOLERANCE, Delivery
from exporter.model.clock import NOT_BEFORE, ClockReading, Watch, agrees, steady
from exporter.store import ClockMarks, Store, StoreUnavailableError
from exporter.times import DAY, HOUR, Millis, format_timestamp

TRUSTED_AFTER: Millis = DAY
"""So long a clock has to agree with the reports that come before anything old is removed."""

AWAY: Millis = 35 * DAY
"""A daemon that was away for longer may rather have a clock that is ahead."""

PASSES: Millis = 2 * HOUR
"""A clock that is behind what is stored by less has soon caught up: that needs no putting right."""

_MARKED_EVERY: Millis = HOUR
_LOOK_SECONDS = 5.0
_CALM = (False, False, False, False)
"""The reasons to put something right, where there is none."""


_log = logging.getLogger(__name__)


class Timekeeper:
    """Says whether the clock is believed. Every method may be called from any thread."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        self_metrics: SelfMetrics,
        clock: Callable[[], Millis],
        count: Callable[[], Millis] = steady,
    ) -> None:
        """Begin with what was noted before a restart; the fleet knows all that is stored.

        Args:
            store: where arrivals are put right.
            fleet: is shown what was put right.
            self_metrics: counts the jumps.
            clock: returns the present moment, right or wrong.
            count: returns milliseconds since any moment; nobody can set it.
        """
        self._store = store
        self._fleet = fleet
        self._self_metrics = self_metrics
        self._clock = clock
        self._count = count
        self._lock = threading.RLock()
        self._watch = Watch(clock, count)
        self._began = count()
        self._set_by: Millis = 0
        self._since = store.timing.last_run()
        self._doubtful = store.timing.has_doubtful()
        self._sure = False
        self._behind_since: Millis | None = None
        self._settled: tuple[bool, ...] | None = None
        self._jump: Jump | None = None
        self._jump_count: Millis = 0
        self._take_up(store.timing.marks())
        self_metrics.watch_clock(self.disagrees)

    def _take_up(self, marks: ClockMarks) -> None:
        now = self._clock()
        seen = marks.seen
        goes_on = seen is not None and seen - CLOCK_TOLERANCE <= now <= seen + DAY
        self._agreed = marks.agreed if goes_on else None
        known = max(seen or 0 if marks.agreed else 0, self._fleet.reports.newest or 0)
        self._away: Millis = now - known if known else 0
        self._marked: Millis = self._count() - _MARKED_EVERY

    def disagrees(self) -> bool:
        """Whether the clock and what is stored contradict each other."""
        return self._is_behind(self._clock()) or self._is_ahead()

    def fault(self) -> str | None:
        """Say what is wrong with the clock, None where nothing is or was in the last day."""
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
        """Whether the clock has agreed with the reports that came for a day."""
        self.look()
        now, agreed = self._clock(), self._agreed
        return agreed is not None and now - agreed >= TRUSTED_AFTER and not self._is_behind(now)

    def arrived(self, delivery: Delivery, told: Millis | None) -> Delivery:
        """Return how a report came, with a moment for its arrival that can be.

        Args:
            delivery: as the clock stamped it.
            told: when its run ended, or began, by the sender's clock.
        """
        now = delivery.received
        self.hear(now, told)
        if not self._is_behind(now) or (now >= NOT_BEFORE and self._is_nearer(told, now)):
            return delivery
        self._doubtful = True
        return replace(delivery, received=self._floor(), clock=now)

    def hear(self, now: Millis, told: Millis | None) -> None:
        """Take in what a sender's clock said just now."""
        self.look()
        if not agrees(told, now):
            return
        if self._is_behind(self._clock()):
            self._sure = True
            self.look()
        elif self._agreed is None:
            self._agreed = now

    def look(self) -> None:
        """See whether the clock was set, and put right what can be put right by now."""
        if self._is_calm():
            return
        with self._lock:
            by = self._watch.jumped()
            if by:
                self._take_jump(by)
            try:
                self._settle(self._clock())
            except StoreUnavailableError as error:
                _log.warning("clock-skew correction postponed: %s", error)

    def _is_calm(self) -> bool:
        """Whether nothing is to be done: every report asks, and must not wait for another one."""
        waits = self._set_by or self._sure or self._doubtful or self._settled != _CALM
        now = self._clock()
        wrong = now < NOT_BEFORE or self._is_behind(now) or not self._watch.is_steady()
        return not waits and not wrong

    def tidy(self) -> None:
        """Look, and note now and then what the clock says."""
        self.look()
        if self._count() - self._marked >= _MARKED_EVERY:
            self.mark()

    def mark(self) -> None:
        """Note what the clock says, for the next start. Raises `StoreUnavailableError`."""
        self._store.timing.mark(ClockMarks(self._clock(), self._agreed))
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

    def _settle(self, now: Millis) -> None:
        """Put right what a wrong clock stamped, once for each thing that says so."""
        if now < NOT_BEFORE:
            return
        behind = self._note_behind(now)
        sure = self._sure and self._floor() - now > PASSES
        reasons = (self._set_by != 0, behind, sure, self._doubtful and not behind)
        if reasons == self._settled or not (any(reasons) or self._settled is None):
            self._settled = reasons
            return
        reading = ClockReading(now, self._set_by, self._since, sure=sure)
        self._store.timing.put_right(reading)
        self._settled = (False, *reasons[1:])
        if self._set_by:
            self._set_by, self._since = 0, self._store.timing.last_run()
        self._doubtful = self._doubtful and behind

    def _note_behind(self, now: Millis) -> bool:
        """Tell whether the clock is behind what is stored; for a day, and it is what is right."""
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
        lasts = self._agreed is None and self._count() - self._began < TRUSTED_AFTER
        return lasts and self._away > AWAY

    def _is_nearer(self, told: Millis | None, now: Millis) -> bool:
        """Whether a sender rather says what our clock says than what is stored."""
        return told is not None and abs(told - now) < abs(told - self._floor())

    def _floor(self) -> Millis:
        """Return the moment that was reached already."""
        return max(self._fleet.reports.newest or 0, NOT_BEFORE)


@contextlib.contextmanager
def keeping_time(timekeeper: Timekeeper) -> Iterator[None]:
    """Look at the clock now, and again and again meanwhile."""
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
            timekeeper.tidy()
        except StoreUnavailableError as error:
            _log.warning("storing the clock reading failed: %s", error)
        except Exception:  # noqa: BLE001 - the clock is to be looked at nevertheless
            _log.exception("checking the clock failed")
