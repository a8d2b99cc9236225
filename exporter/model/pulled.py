"""What is known of a server of Duplicati since it was last pulled from, by the daemon's clock."""

from msgspec import Struct
from msgspec.structs import replace

from exporter.times import DAY, HOUR, MINUTE, Millis

PAUSED_FOR_LONG: Millis = DAY
PAUSED_WITHOUT_END: Millis = HOUR
"""So long a pause may last before it is taken for a forgotten one; the second of one that does not
end by itself."""

EXPIRES_SOON: Millis = 14 * DAY
CHANGED_LATELY: Millis = 14 * DAY


class Waiting(Struct, frozen=True, array_like=True):
    """A backup that waits in Duplicati for its turn; `since` is None where that is unknown.

    `backup_id` is as reports name it: `DB-2`.
    """

    backup_id: str
    since: Millis | None = None


class Certificate(Struct, frozen=True, array_like=True):
    """The certificate that a server showed: its SHA-256 fingerprint and when it expires."""

    fingerprint: str
    expires: Millis


class PullTable(Struct, frozen=True, array_like=True):
    """The table of the configuration by which the daemon itself pulls, and how often.

    The interval is 0 where it pulls only when a report is missing.
    """

    name: str
    interval: Millis


class SeenState(Struct, frozen=True):
    """What a server did during a pull; `until` is when a pause ends by itself."""

    paused: bool | None
    until: Millis | None = None
    waiting: tuple[Waiting, ...] = ()


class Seen(Struct, frozen=True):
    """What one pull saw of a server; None is not known."""

    state: SeenState | None = None
    certificate: Certificate | None = None
    table: PullTable | None = None


class Pulled(Struct, frozen=True, array_like=True):
    """What is known of a server since the last pull of it that went well, which ended `at`.

    A pause began before the pull that was the first to see it, at `paused_since`; one that is seen
    after the end of the pause before is another one. `table`, `failures` and `failed_in_a_row`,
    those since, are of pulls by the daemon itself. `certificate_changed` is when a pull first saw
    another certificate than the pull before.
    """

    at: Millis
    paused: bool | None = None
    paused_since: Millis | None = None
    paused_until: Millis | None = None
    waiting: tuple[Waiting, ...] | None = None
    certificate: Certificate | None = None
    certificate_changed: Millis | None = None
    table: PullTable | None = None
    failures: int = 0
    failed_in_a_row: int = 0

    def pause_forgotten_from(self) -> Millis | None:
        """Return from when on the pause is taken for a forgotten one.

        None without a pause, and where it ends by itself before that.
        """
        if not self.paused or self.paused_since is None:
            return None
        if self.paused_until is None:
            return self.paused_since + PAUSED_WITHOUT_END
        forgotten_from = self.paused_since + PAUSED_FOR_LONG
        return forgotten_from if self.paused_until > forgotten_from else None

    def is_paused_at(self, now: Millis) -> bool:
        """Return whether the server is paused and the end that was set for it has not passed."""
        return self.paused is True and (self.paused_until is None or now < self.paused_until)

    def waits_since(self, backup_id: str) -> Millis | None:
        """Return since when a backup waits; None if it does not wait."""
        found = (each.since for each in self.waiting or () if each.backup_id == backup_id)
        return next(found, None)


def after(known: Pulled | None, seen: Seen, now: Millis) -> Pulled:
    """Return what is known after a pull that went well; what it could not see stands."""
    before = known or Pulled(now)
    found = replace(before, at=now, table=seen.table or before.table, failed_in_a_row=0)
    if seen.state is not None:
        found = _doing(found, seen.state, now)
    return found if seen.certificate is None else _showing(found, seen.certificate, now)


def _doing(known: Pulled, state: SeenState, now: Millis) -> Pulled:
    """Return what is known with what the server does; what it did before has lasted since then.

    A pause that goes on after its end has none.
    """
    until = state.until if state.until is not None and state.until > now - MINUTE else None
    goes_on = known.is_paused_at(now) or (known.paused and until == known.paused_until)
    since = known.paused_since if goes_on else now
    before = {each.backup_id: each.since for each in known.waiting or ()}
    waiting = tuple(
        replace(each, since=each.since or before.get(each.backup_id) or now)
        for each in state.waiting
    )
    return replace(
        known,
        paused=state.paused,
        paused_since=since if state.paused else None,
        paused_until=until if state.paused else None,
        waiting=waiting,
    )


def _showing(known: Pulled, shown: Certificate, now: Millis) -> Pulled:
    before = known.certificate
    is_other = before is not None and before.fingerprint != shown.fingerprint
    changed = now if is_other else known.certificate_changed
    return replace(known, certificate=shown, certificate_changed=changed)


def without_table(known: Pulled | None) -> Pulled | None:
    """Return what is known once the daemon no longer pulls by itself."""
    return known and replace(known, table=None, failures=0, failed_in_a_row=0)


def failed(known: Pulled | None) -> Pulled | None:
    """Return what is known after a pull that failed, of a server that was pulled well before."""
    if known is None:
        return None
    in_a_row = known.failed_in_a_row + 1
    return replace(known, failures=known.failures + 1, failed_in_a_row=in_a_row)
