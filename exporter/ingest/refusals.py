"""Refused reports, and whether they are open: then the page does not say "all fine".

A body counts if it was meant as a report: it looks like one, or an earlier report from its address
was accepted. It is open until a report of that address is accepted, for a day at most. So a report
that is refused every night is noticed, and a scanner, whose requests are never accepted, raises no
alarm.
"""

import contextlib
import logging
import threading
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from exporter.logs import log_fields
from exporter.model import Delivery, Rejected
from exporter.model.audit import Author
from exporter.reports.likeness import looks_like_report
from exporter.store import REPORTERS, Store, StoreUnavailableError
from exporter.times import DAY, Millis

LASTING: Millis = DAY
"""How long a refusal is open if no report follows."""

_NEVER = {401, 403, 421, 429, 503}
"""Statuses of requests that never count: unauthenticated, misdirected, limited or postponed."""

_MAX_REASON_LENGTH = 2000

_log = logging.getLogger(__name__)


class OpenRefusals(Struct, frozen=True):
    """How many refused reports are open, since when, and the newest of them."""

    count: int
    since: Millis
    newest: Rejected


class LastDay(Struct, frozen=True):
    """How many bodies were refused in the last day, and the newest of them."""

    count: int
    newest: Rejected


class Refusals:
    """Stores refused reports and returns which are open. Thread-safe."""

    def __init__(self, store: Store) -> None:
        """Resume what was known before a restart."""
        self._store = store
        self._lock = threading.Lock()
        self._taken = dict.fromkeys(store.reporters())
        self._heard: dict[str, None] = {}
        self._mark: object = None
        self._kept: tuple[Rejected, ...] = ()
        self._waiting: frozenset[str] = frozenset()
        self._waiting_live: frozenset[str] = frozenset()
        self._load()

    def refuse(self, rejected: Rejected, status: int) -> None:
        """Store a body that was answered with a status. Raises `StoreUnavailableError`."""
        counts = status not in _NEVER and (
            self.knows(rejected.address) or looks_like_report(rejected.body)
        )
        reason = rejected.reason[:_MAX_REASON_LENGTH]
        self._store.reject(replace(rejected, reason=reason, counts=counts))
        self._load()

    def clear(self, rejected_id: int | None, by: Author) -> int:
        """Remove a refused body, all for None; return how many.

        Raises:
            UnknownIdError: there is none with this id.
            StoreUnavailableError: the store does not answer.
        """
        cleared = self._store.clear_rejected(rejected_id, by)
        self._load()
        return cleared

    def knows(self, address: str) -> bool:
        """Return whether a report or a live report of an address was accepted."""
        return address in self._taken or address in self._heard

    def taken(self, delivery: Delivery) -> None:
        """Note that a report was accepted; writes only if that changes something."""
        if not self.has_taken(delivery.address):
            self._resolve(self._store.note_taken, delivery)
            self._remember(self._taken, delivery.address)

    def has_taken(self, address: str) -> bool:
        """Return whether a report was accepted from an address, and nothing was refused since."""
        waits = address in self._waiting or address in self._waiting_live
        return not waits and address in self._taken

    def heard(self, delivery: Delivery) -> None:
        """Note that a live report was accepted: it does not resolve reports of ended runs."""
        address = delivery.address
        if address not in self._heard:
            self._remember(self._heard, address)
        if address in self._waiting_live:
            self._resolve(self._store.note_heard, delivery)

    def _resolve(self, note: Callable[[str, Millis], None], delivery: Delivery) -> None:
        """Resolve a refusal; if that fails, the next report of the address does it."""
        try:
            note(delivery.address, delivery.received)
            self._load()
        except StoreUnavailableError as error:
            sender = log_fields(sender=delivery.address)
            _log.warning("refused reports could not be marked as resolved: %s", error, extra=sender)

    def _remember(self, addresses: dict[str, None], address: str) -> None:
        """Add an address; if there are too many, drop the oldest."""
        with self._lock:
            addresses[address] = None
            if len(addresses) > REPORTERS:
                del addresses[next(iter(addresses))]

    def open(self, now: Millis) -> OpenRefusals | None:
        """Return the refused reports that no accepted one followed; None if there are none."""
        found = [each for each in self._present() if is_open(each, now)]
        if not found:
            return None
        return OpenRefusals(len(found), min(each.received for each in found), found[0])

    def last_day(self, now: Millis) -> LastDay | None:
        """Return what was refused in the last day, resolved or not; None if nothing was."""
        found = [each for each in self._present() if _is_recent(each, now)]
        return LastDay(len(found), found[0]) if found else None

    def newest_from(self, address: str) -> Rejected | None:
        """Return the newest report of an ended run that was refused from an address."""
        found = (each for each in self._present() if each.address == address and not each.live)
        return next(found, None)

    def since(self, start: Millis) -> list[Rejected]:
        """Return what was refused from a time on, newest first."""
        return [each for each in self._kept if each.received >= start]

    @property
    def any(self) -> bool:
        """Whether any refused report is stored."""
        return bool(self._present())

    def _present(self) -> tuple[Rejected, ...]:
        """Return what is refused, read again if another daemon changed it."""
        if self._store.refused_mark() != self._mark:
            with contextlib.suppress(StoreUnavailableError):
                self._load()
        return self._kept

    def _load(self) -> None:
        with self._lock:
            mark = self._store.refused_mark()
            kept = tuple(self._store.all_rejected())
            waiting = [each for each in kept if each.counts and each.settled is None]
            self._mark, self._kept = mark, kept
            self._waiting = frozenset(each.address for each in waiting if not each.live)
            self._waiting_live = frozenset(each.address for each in waiting if each.live)


def is_open(rejected: Rejected, now: Millis) -> bool:
    """Return whether a refused body prevents "all fine"."""
    return rejected.counts and rejected.settled is None and _is_recent(rejected, now)


def _is_recent(rejected: Rejected, now: Millis) -> bool:
    return now - rejected.received < LASTING
